//! All that one principal can reach.
//!
//! | first | then | last |
//! |---|---|---|
//! | roles that hold everywhere, with what they allow | what is held on each resource, with the ways | what is held without effect, what is pending, keys, what is unknown |

use std::io::Write;

use governance_host::store::access::{Access, Entitlement, Held};
use governance_host::store::{Labels, NamedResource, ResourceRow};

use super::Answer;
use super::lines::{HeldLine, Line, PrincipalLine, SecretLine};
use crate::answers::{page, words};
use crate::meant::{Meant, id};
use crate::text::{fit, json_line, safe_line};

/// A credential, and what it holds itself.
struct Secret {
    row: ResourceRow,
    held: Vec<Held>,
}

pub(super) fn answer(answer: &mut Answer<'_>, meant: &Meant) -> anyhow::Result<()> {
    let connection = &meant.sync.connection;
    let access = answer.store.access_of(connection, &meant.resource)?;
    let secrets = secrets(answer, connection, &meant.resource)?;
    let mut labels = Labels::new(answer.store, access.sync.id)?;
    let row = meant.row.as_ref();
    match answer.json {
        true => lines(answer.out, &mut labels, &access, row, &secrets),
        false => text(answer.out, &mut labels, &access, row, &secrets),
    }
}

fn secrets(
    answer: &Answer<'_>,
    connection: &str,
    owner: &NamedResource,
) -> anyhow::Result<Vec<Secret>> {
    let rows = answer.store.secrets_of(connection, owner)?.into_iter();
    let secrets = rows.map(|row| {
        let key = NamedResource {
            resource_type: row.resource_type.clone(),
            id: row.id.clone(),
        };
        let held = answer.store.access_of(connection, &key)?.held;
        Ok(Secret { row, held })
    });
    secrets.collect()
}

fn lines(
    out: &mut dyn Write,
    labels: &mut Labels<'_>,
    access: &Access,
    row: Option<&ResourceRow>,
    secrets: &[Secret],
) -> anyhow::Result<()> {
    for held in &access.held {
        json_line(out, &HeldLine::line(&access.sync.connection, labels, held)?)?;
    }
    for grant in &access.pending {
        json_line(out, &Line::Pending(grant))?;
    }
    for Secret { row, held } in secrets {
        json_line(out, &Line::Secret(SecretLine { secret: row, held }))?;
    }
    Ok(json_line(
        out,
        &PrincipalLine::line(access, row, secrets.len()),
    )?)
}

fn text(
    out: &mut dyn Write,
    labels: &mut Labels<'_>,
    access: &Access,
    row: Option<&ResourceRow>,
    secrets: &[Secret],
) -> anyhow::Result<()> {
    begin(out, access, row)?;
    let (effective, without): (Vec<_>, Vec<_>) =
        access.held.iter().partition(|held| held.effective);
    let mut roles = Vec::new();
    let mut others = Vec::new();
    for held in effective {
        match labels.is_role_everywhere(&held.entitlement.resource)? {
            true => roles.push(held),
            false => others.push(held),
        }
    }
    everywhere(out, labels, &roles)?;
    by_resource(out, labels, &others)?;
    if access.held.is_empty() {
        nothing(out, access)?;
    }
    if !without.is_empty() {
        writeln!(
            out,
            "\nHeld without effect: disabled or archived, or only through such"
        )?;
        by_resource(out, labels, &without)?;
    }
    page::pending(out, labels, &access.pending)?;
    keys(out, labels, secrets)?;
    Ok(page::unknown(out, &access.unknown)?)
}

fn begin(out: &mut dyn Write, access: &Access, row: Option<&ResourceRow>) -> anyhow::Result<()> {
    let principal = safe_line(&id(&access.principal));
    match row {
        Some(row) => {
            let addresses = row.emails.iter().map(|it| fit(&it.address, 60));
            let mut about = vec![words::called(&row.name)];
            about.extend(addresses.filter(|it| *it != row.name));
            about.extend([principal, row.status.clone()]);
            page::parts(out, 0, &about, ", ")?;
        }
        None => writeln!(out, "{principal}, of which only grants tell")?,
    }
    Ok(page::said_by(out, &access.sync)?)
}

fn nothing(out: &mut dyn Write, access: &Access) -> std::io::Result<()> {
    match access.unknown.is_nothing() {
        true => writeln!(out, "\nNothing is held."),
        false => writeln!(out, "\nNothing is known to be held."),
    }
}

fn everywhere(out: &mut dyn Write, labels: &mut Labels<'_>, roles: &[&Held]) -> anyhow::Result<()> {
    if roles.is_empty() {
        return Ok(());
    }
    let scopes = labels.types_with("scope").join(" and in every ");
    let heading = match scopes.is_empty() {
        true => "Roles".to_owned(),
        false => format!("Roles that hold in every {scopes}"),
    };
    writeln!(out, "\n{}", safe_line(&heading))?;
    for held in roles {
        let Entitlement { resource, .. } = &held.entitlement;
        let role = labels.resource(resource)?.map(|it| words::called(&it.name));
        let name = format!(
            "{} ({})",
            role.unwrap_or_default(),
            safe_line(&id(resource))
        );
        page::entitlement(out, labels, &held.entitlement, (2, name))?;
        page::ways(out, labels, held)?;
    }
    Ok(())
}

fn by_resource(out: &mut dyn Write, labels: &mut Labels<'_>, all: &[&Held]) -> anyhow::Result<()> {
    let same = |a: &&Held, b: &&Held| a.entitlement.resource == b.entitlement.resource;
    for on_one in all.chunk_by(same) {
        page::heading(out, labels, &on_one[0].entitlement.resource)?;
        for held in on_one {
            let name = words::entitlement(labels, &held.entitlement)?;
            page::entitlement(out, labels, &held.entitlement, (2, name))?;
            page::ways(out, labels, held)?;
        }
    }
    Ok(())
}

fn keys(out: &mut dyn Write, labels: &mut Labels<'_>, secrets: &[Secret]) -> anyhow::Result<()> {
    if secrets.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nKeys that act as this account")?;
    for Secret { row, held } in secrets {
        let parent = row.parent.as_ref();
        let within = parent.map(|it| words::resource(labels, it)).transpose()?;
        let used = match &row.last_use {
            Some(last) => format!("last used {}", last.at),
            None => "no use told".to_owned(),
        };
        let mut about = vec![
            format!("{} {}", row.resource_type, words::called(&row.name)),
            row.status.clone(),
        ];
        about.extend(within.map(|it| format!("in {it}")));
        about.push(used);
        about.extend(row.expires_at.map(|at| format!("expires {at}")));
        page::parts(out, 2, &about, ", ")?;
        for held in held {
            page::ways(out, labels, held)?;
        }
    }
    Ok(())
}
