//! Answers as people read them: a heading for each thing, under it what is held,
//! under that the ways. Lines are broken before they are wider than 80 columns.

use std::io::Write;

use governance_host::store::access::{Entitlement, Held, Unknown};
use governance_host::store::{GapRow, GrantRow, Labels, NamedResource, SyncRow};

use super::words::{self, ARROW};
use crate::list::scope_in_words;
use crate::meant::id;
use crate::text::{fit, safe_line, width};

const COLUMNS: usize = 80;

/// So many gaps are told; the rest is counted.
const GAPS_TOLD: usize = 10;

/// Writes parts on as few lines as they need.
pub(crate) fn parts(
    out: &mut dyn Write,
    indent: usize,
    parts: &[String],
    separator: &str,
) -> std::io::Result<()> {
    let mut line = format!("{:indent$}", "");
    let mut is_begun = false;
    for part in parts {
        if is_begun && width(&line) + width(separator) + width(part) > COLUMNS {
            writeln!(out, "{line}{}", separator.trim_end())?;
            line = format!("{:1$}{part}", "", indent + 4);
        } else {
            if is_begun {
                line.push_str(separator);
            }
            line.push_str(part);
        }
        is_begun = true;
    }
    writeln!(out, "{line}")
}

/// All was read: what is not in the sync is not there.
pub(crate) fn is_complete(sync: &SyncRow) -> bool {
    sync.gaps == 0 && sync.asked.is_everything()
}

/// Who says so, and how far.
pub(crate) fn said_by(out: &mut dyn Write, sync: &SyncRow) -> std::io::Result<()> {
    let when = sync.finished_at.map(|it| it.to_string());
    let how = match (sync.gaps, sync.asked.is_everything()) {
        (0, true) => "complete".to_owned(),
        (0, false) => "NOT complete, since a part was asked for".to_owned(),
        (1, _) => "NOT complete, with 1 gap".to_owned(),
        (gaps, _) => format!("NOT complete, with {gaps} gaps"),
    };
    writeln!(
        out,
        "connection {}, sync {}, read {}: {how}",
        safe_line(&sync.connection),
        sync.id.0,
        when.unwrap_or_default()
    )
}

/// The heading of a resource.
pub(crate) fn heading(
    out: &mut dyn Write,
    labels: &mut Labels<'_>,
    resource: &NamedResource,
) -> anyhow::Result<()> {
    let status = labels.resource(resource)?.map(|it| it.status.clone());
    let status = status.filter(|it| it != "active" && it != "not-told");
    let name = words::resource(labels, resource)?;
    let status = status.map(|it| format!(", {it}")).unwrap_or_default();
    writeln!(out)?;
    let parts_of_it = [name, format!("{}{status}", safe_line(&id(resource)))];
    Ok(parts(out, 0, &parts_of_it, "  ")?)
}

/// An entitlement, called by a name, with what its role allows.
pub(crate) fn entitlement(
    out: &mut dyn Write,
    labels: &mut Labels<'_>,
    entitlement: &Entitlement,
    (indent, name): (usize, String),
) -> anyhow::Result<()> {
    let label = labels.entitlement(entitlement)?;
    let permissions = label.map_or(&[][..], |it| &it.permissions);
    let mut all: Vec<_> = permissions.iter().map(|it| fit(it, 60)).collect();
    match all.first_mut() {
        Some(first) => *first = format!("{name}: {first}"),
        None => all.push(name),
    }
    Ok(parts(out, indent, &all, ", ")?)
}

/// The ways of one that is held.
pub(crate) fn ways(
    out: &mut dyn Write,
    labels: &mut Labels<'_>,
    held: &Held,
) -> anyhow::Result<()> {
    for way in &held.ways {
        let words = words::way(labels, held, way)?;
        parts(out, 4, &words, ARROW)?;
    }
    if held.more_ways {
        writeln!(out, "    … and more ways, or there may be")?;
    }
    Ok(())
}

/// What would be held if somebody acted.
pub(crate) fn pending(
    out: &mut dyn Write,
    labels: &mut Labels<'_>,
    grants: &[GrantRow],
) -> anyhow::Result<()> {
    if grants.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nPending: no access yet")?;
    for grant in grants {
        let [on, who] = [
            (&grant.resource_type, &grant.resource_id),
            (&grant.principal_type, &grant.principal_id),
        ]
        .map(|(kind, id)| NamedResource {
            resource_type: kind.clone(),
            id: id.clone(),
        });
        let of = Entitlement {
            slug: grant.slug.clone(),
            resource: on,
        };
        let until = grant.expires_at.map(|at| format!(", until {at}"));
        let words = [
            words::resource(labels, &who)?,
            format!(
                "{} {}{}",
                words::resource(labels, &of.resource)?,
                words::slug(labels, &of)?,
                until.unwrap_or_default()
            ),
        ];
        parts(out, 2, &words, ARROW)?;
    }
    Ok(())
}

/// What the answer cannot know.
pub(crate) fn unknown(out: &mut dyn Write, unknown: &Unknown) -> std::io::Result<()> {
    if unknown.is_nothing() {
        return Ok(());
    }
    writeln!(out, "\nUNKNOWN, not absent:")?;
    if let Some(asked) = &unknown.asked {
        let asked = safe_line(&asked.to_string());
        writeln!(
            out,
            "  all that this sync was not asked for; it asked for {asked}"
        )?;
    }
    for GapRow {
        scope,
        reason,
        detail,
        ..
    } in unknown.gaps.iter().take(GAPS_TOLD)
    {
        let scope = safe_line(&scope_in_words(scope));
        parts(
            out,
            2,
            &[scope, format!("{reason}: {}", fit(detail, 60))],
            "; ",
        )?;
    }
    match unknown.gaps.len().saturating_sub(GAPS_TOLD) {
        0 => Ok(()),
        more => writeln!(
            out,
            "  and what {more} more gaps cover; see `harness list gaps`"
        ),
    }
}
