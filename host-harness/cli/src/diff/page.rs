//! Differences as people read them: figures first, then resource by resource.

use std::io::Write;

use governance_host::store::diff::{Change, Difference, Fact, FieldChange};
use governance_host::store::{Labels, NamedResource, Store};

use super::chosen::Pair;
use super::lines::Names;
use super::wanted::{Wanted, on};
use super::{Counts, count};
use crate::answers::page::{heading, is_complete, parts, said_by};
use crate::answers::words;
use crate::text::{fit, safe_line};

/// As wide as the longest word for a change.
const WORD: usize = 14;

/// More columns than this has no value of a field.
const VALUE: usize = 60;

pub(super) fn tell(
    out: &mut dyn Write,
    store: &Store,
    pair: &Pair,
    wanted: &Wanted<'_>,
) -> anyhow::Result<Counts> {
    let mut all = Vec::new();
    let mut counts = Counts::new();
    store.diff(pair.before.id, pair.after.id, |difference| {
        if wanted.is(pair, &difference) {
            count(&mut counts, &difference);
            all.push(difference);
        }
        Ok::<_, anyhow::Error>(())
    })?;
    // The order within a resource stays: itself, its entitlements, its grants.
    all.sort_by(|a, b| on(&a.fact).cmp(on(&b.fact)));
    said_by(out, &pair.before)?;
    said_by(out, &pair.after)?;
    figures(out, pair, &counts)?;
    let mut names = Names::new(store, pair)?;
    for of_one in all.chunk_by(|a, b| on(&a.fact) == on(&b.fact)) {
        let resource = on(&of_one[0].fact);
        heading(out, names.of(resource)?, resource)?;
        for difference in of_one {
            line(out, &mut names, difference)?;
        }
    }
    Ok(counts)
}

fn figures(out: &mut dyn Write, pair: &Pair, counts: &Counts) -> std::io::Result<()> {
    writeln!(out)?;
    let complete = is_complete(&pair.before) && is_complete(&pair.after);
    if counts.is_empty() {
        writeln!(out, "no differences")?;
    }
    for (fact, by_word) in counts {
        let figures = by_word.iter();
        let figures = figures.map(|(word, count)| format!("{count} {}", word.replace('-', " ")));
        let figures: Vec<_> = figures.collect();
        writeln!(out, "{fact}s: {}", figures.join(", "))?;
    }
    match complete {
        true => Ok(()),
        false => writeln!(
            out,
            "UNKNOWN, not the same: what a sync did not read, see `harness list gaps`"
        ),
    }
}

fn line(out: &mut dyn Write, names: &mut Names<'_>, difference: &Difference) -> anyhow::Result<()> {
    let word = difference.change.name().replace('-', " ");
    let mut about = subject(names, &difference.fact)?;
    about[0] = format!("{word:<WORD$}  {}", about[0]);
    match &difference.change {
        Change::Changed(fields) => about.extend(fields.iter().map(field)),
        Change::Accepted { by } => about.push(format!("now {}", who(names, by)?)),
        Change::Ended { with } => {
            let what = words::resource(names.of(with)?, with)?;
            about.push(format!("with {what}, which is archived"));
        }
        _ => {}
    }
    Ok(parts(out, 2, &about, ", ")?)
}

/// What a difference is about, under the heading of its resource.
fn subject(names: &mut Names<'_>, fact: &Fact) -> anyhow::Result<Vec<String>> {
    Ok(match fact {
        Fact::Resource(_) => vec!["itself".to_owned()],
        Fact::Entitlement(of) => {
            let labels = listing(names, of)?;
            vec![format!("entitlement {}", words::entitlement(labels, of)?)]
        }
        Fact::Grant {
            entitlement,
            principal,
            pending,
        } => {
            let slug = words::slug(listing(names, entitlement)?, entitlement)?;
            let pending = if *pending { " (pending)" } else { "" };
            let name = words::resource(names.of(principal)?, principal)?;
            vec![format!("{slug}{pending}: {name}"), safe_line(&principal.id)]
        }
    })
}

/// The labels that have the entitlement.
fn listing<'n, 'a>(
    names: &'n mut Names<'a>,
    entitlement: &governance_host::store::access::Entitlement,
) -> anyhow::Result<&'n mut Labels<'a>> {
    Ok(match names.now.entitlement(entitlement)?.is_some() {
        true => &mut names.now,
        false => &mut names.was,
    })
}

fn who(names: &mut Names<'_>, principal: &NamedResource) -> anyhow::Result<String> {
    let name = words::resource(names.of(principal)?, principal)?;
    Ok(format!("{name} ({})", safe_line(&principal.id)))
}

fn field(change: &FieldChange) -> String {
    let value = |it: &Option<String>| match it {
        Some(text) => format!("`{}`", fit(text, VALUE)),
        None => "nothing".to_owned(),
    };
    let [before, after] = [&change.before, &change.after].map(value);
    format!("{}: {before} → {after}", change.field.replace('_', " "))
}
