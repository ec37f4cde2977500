//! Differences as programs read them: one line for each, and a last line of kind
//! `summary`. A diff without that line was cut off.

use std::io::Write;

use governance_host::store::diff::{Change, Difference, Fact, FieldChange};
use governance_host::store::{Labels, NamedResource, Store, SyncRow};
use serde::Serialize;

use super::chosen::Pair;
use super::wanted::{Wanted, on};
use super::{Counts, count, fact};
use crate::answers::page::is_complete;
use crate::text::json_line;

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Line<'a> {
    Difference(DifferenceLine<'a>),
    Summary(SummaryLine<'a>),
}

#[derive(Serialize)]
struct DifferenceLine<'a> {
    connection: &'a str,
    change: &'static str,
    fact: &'static str,
    /// What the fact is, or is on.
    resource: &'a NamedResource,
    resource_name: Option<String>,
    slug: Option<&'a str>,
    principal: Option<&'a NamedResource>,
    principal_name: Option<String>,
    pending: Option<bool>,
    /// Of `changed` only.
    fields: Option<&'a [FieldChange]>,
    /// Of `accepted` only: the account.
    by: Option<&'a NamedResource>,
    /// Of `ended` only: what is archived.
    with: Option<&'a NamedResource>,
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    connection: &'a str,
    before: &'a SyncRow,
    after: &'a SyncRow,
    /// Both syncs read everything.
    complete: bool,
    counts: &'a Counts,
}

pub(super) fn tell(
    out: &mut dyn Write,
    store: &Store,
    pair: &Pair,
    wanted: &Wanted<'_>,
) -> anyhow::Result<Counts> {
    let mut names = Names::new(store, pair)?;
    let mut counts = Counts::new();
    let connection = pair.after.connection.as_str();
    store.diff(pair.before.id, pair.after.id, |difference| {
        if wanted.is(pair, &difference) {
            count(&mut counts, &difference);
            let line = DifferenceLine::new(connection, &mut names, &difference)?;
            json_line(out, &Line::Difference(line))?;
        }
        Ok::<_, anyhow::Error>(())
    })?;
    let summary = SummaryLine {
        connection,
        before: &pair.before,
        after: &pair.after,
        complete: is_complete(&pair.before) && is_complete(&pair.after),
        counts: &counts,
    };
    json_line(out, &Line::Summary(summary))?;
    Ok(counts)
}

/// What things are called now, or were before.
pub(super) struct Names<'a> {
    pub(super) now: Labels<'a>,
    pub(super) was: Labels<'a>,
}

impl<'a> Names<'a> {
    pub(super) fn new(store: &'a Store, pair: &Pair) -> anyhow::Result<Self> {
        Ok(Self {
            now: Labels::new(store, pair.after.id)?,
            was: Labels::new(store, pair.before.id)?,
        })
    }

    /// The labels that have the resource.
    pub(super) fn of(&mut self, resource: &NamedResource) -> anyhow::Result<&mut Labels<'a>> {
        Ok(match self.now.resource(resource)?.is_some() {
            true => &mut self.now,
            false => &mut self.was,
        })
    }

    fn name(&mut self, resource: &NamedResource) -> anyhow::Result<Option<String>> {
        let label = self.of(resource)?.resource(resource)?;
        Ok(label.map(|it| it.name.clone()))
    }
}

impl<'a> DifferenceLine<'a> {
    fn new(
        connection: &'a str,
        names: &mut Names<'_>,
        difference: &'a Difference,
    ) -> anyhow::Result<Self> {
        let resource = on(&difference.fact);
        let (slug, principal, pending) = match &difference.fact {
            Fact::Resource(_) => (None, None, None),
            Fact::Entitlement(of) => (Some(of.slug.as_str()), None, None),
            Fact::Grant {
                entitlement,
                principal,
                pending,
            } => (
                Some(entitlement.slug.as_str()),
                Some(principal),
                Some(*pending),
            ),
        };
        let (fields, by, with) = match &difference.change {
            Change::Changed(fields) => (Some(&fields[..]), None, None),
            Change::Accepted { by } => (None, Some(by), None),
            Change::Ended { with } => (None, None, Some(with)),
            _ => (None, None, None),
        };
        let principal_name = match principal {
            Some(principal) => names.name(principal)?,
            None => None,
        };
        Ok(Self {
            connection,
            change: difference.change.name(),
            fact: fact(&difference.fact),
            resource_name: names.name(resource)?,
            resource,
            slug,
            principal,
            principal_name,
            pending,
            fields,
            by,
            with,
        })
    }
}
