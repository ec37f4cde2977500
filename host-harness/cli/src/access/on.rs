//! Who holds what on a resource, and why.

use std::collections::BTreeMap;
use std::io::Write;

use governance_host::store::Labels;
use governance_host::store::access::{Entitlement, Held, Holders};

use super::Answer;
use super::lines::{EntitlementLine, HeldLine, Line};
use crate::answers::{page, words};
use crate::exit::{Exit, Refused};
use crate::meant::{Meant, id};
use crate::text::{json_line, safe_line};

pub(super) fn answer(
    answer: &mut Answer<'_>,
    meant: &Meant,
    wanted: Option<&str>,
) -> anyhow::Result<()> {
    let mut labels = Labels::new(answer.store, meant.sync.id)?;
    let entitlements = entitlements(&labels, meant, wanted)?;
    if !answer.json {
        begin(answer.out, &mut labels, meant)?;
    }
    for entitlement in &entitlements {
        match answer.json {
            true => lines(answer, &mut labels, meant, entitlement)?,
            false => text(answer, &mut labels, meant, entitlement)?,
        }
    }
    Ok(())
}

/// The entitlements that are asked for.
fn entitlements(
    labels: &Labels<'_>,
    meant: &Meant,
    wanted: Option<&str>,
) -> anyhow::Result<Vec<Entitlement>> {
    let known = labels.slugs_on(&meant.resource)?;
    let of = |slug: &str| Entitlement {
        resource: meant.resource.clone(),
        slug: slug.to_owned(),
    };
    let Some(wanted) = wanted else {
        return match known.is_empty() {
            true => Err(nothing_to_hold(meant).into()),
            false => Ok(known.keys().map(|slug| of(slug)).collect()),
        };
    };
    let bearing = known.iter();
    let bearing = bearing.filter(|(_, name)| name.as_deref() == Some(wanted));
    let bearing: Vec<_> = bearing.map(|(slug, _)| slug).collect();
    match (known.contains_key(wanted), &bearing[..]) {
        (true, _) => Ok(vec![of(wanted)]),
        (false, [slug]) => Ok(vec![of(slug)]),
        (false, _) => Err(no_such(meant, wanted, &known).into()),
    }
}

fn nothing_to_hold(meant: &Meant) -> Refused {
    Refused {
        exit: Exit::Usage,
        message: format!(
            "nothing that was read can be held on {}",
            id(&meant.resource)
        ),
        hint: "`harness list entitlements` shows what can be held; `harness list gaps` what is \
               unknown"
            .to_owned(),
    }
}

fn no_such(meant: &Meant, wanted: &str, known: &BTreeMap<String, Option<String>>) -> Refused {
    let slugs = known.keys().map(|it| format!("`{it}`"));
    Refused {
        exit: Exit::Usage,
        message: format!(
            "no entitlement of {} that was read has the slug or, alone, the name `{wanted}`",
            id(&meant.resource)
        ),
        hint: format!("there are {}", slugs.collect::<Vec<_>>().join(", ")),
    }
}

fn begin(out: &mut dyn Write, labels: &mut Labels<'_>, meant: &Meant) -> anyhow::Result<()> {
    let mut about = vec![words::resource(labels, &meant.resource)?];
    about.push(safe_line(&id(&meant.resource)));
    match &meant.row {
        Some(row) => about.push(row.status.clone()),
        None => about.push("of which only grants tell".to_owned()),
    }
    page::parts(out, 0, &about, ", ")?;
    Ok(page::said_by(out, &meant.sync)?)
}

fn lines(
    answer: &mut Answer<'_>,
    labels: &mut Labels<'_>,
    meant: &Meant,
    entitlement: &Entitlement,
) -> anyhow::Result<()> {
    let connection = &meant.sync.connection;
    let out = &mut *answer.out;
    let holders = answer.store.holders(connection, entitlement, |held| {
        json_line(out, &HeldLine::line(connection, labels, &held)?)?;
        Ok::<_, anyhow::Error>(())
    })?;
    for grant in &holders.pending {
        json_line(out, &Line::Pending(grant))?;
    }
    let line = EntitlementLine::line(labels, &holders, meant.row.as_ref())?;
    Ok(json_line(out, &line)?)
}

fn text(
    answer: &mut Answer<'_>,
    labels: &mut Labels<'_>,
    meant: &Meant,
    entitlement: &Entitlement,
) -> anyhow::Result<()> {
    let out = &mut *answer.out;
    writeln!(out)?;
    let name = words::entitlement(labels, entitlement)?;
    page::entitlement(out, labels, entitlement, (0, name))?;
    let mut without = Vec::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let connection = &meant.sync.connection;
    let holders = answer.store.holders(connection, entitlement, |held| {
        if !held.effective {
            without.push(held);
            return Ok(());
        }
        *counts
            .entry(held.principal.resource_type.clone())
            .or_default() += 1;
        holder(out, labels, &held)
    })?;
    writeln!(out, "  {}", counted(&holders, &counts))?;
    if !without.is_empty() {
        writeln!(
            out,
            "  without effect: disabled or archived, or only through such"
        )?;
    }
    for held in &without {
        holder(out, labels, held)?;
    }
    page::pending(out, labels, &holders.pending)?;
    Ok(page::unknown(out, &holders.unknown)?)
}

fn holder(out: &mut dyn Write, labels: &mut Labels<'_>, held: &Held) -> anyhow::Result<()> {
    let name = held.principal_name.as_deref().map(words::called);
    let mut about: Vec<_> = name.into_iter().collect();
    about.push(safe_line(&id(&held.principal)));
    page::parts(out, 2, &about, "  ")?;
    page::ways(out, labels, held)
}

fn counted(holders: &Holders, counts: &BTreeMap<String, u64>) -> String {
    let kinds = counts.iter().map(|(kind, count)| format!("{count} {kind}"));
    let kinds: Vec<_> = kinds.collect();
    match (kinds.is_empty(), holders.unknown.is_nothing()) {
        (false, _) => format!("held by {}", kinds.join(", ")),
        (true, true) => "nobody holds it with effect".to_owned(),
        (true, false) => "nobody is known to hold it with effect".to_owned(),
    }
}
