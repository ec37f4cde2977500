//! What nobody knows, first and loud.

use governance_store::{GapRow, ScopeRow};

use crate::Report;
use crate::label::{label, reference};
use crate::markup::{Markup, one, table, thousands};

/// How many gaps the page tells one by one at most.
pub const GAPS_TOLD: usize = 100;

pub(super) fn section(report: &Report) -> Markup {
    if report.figures.is_complete {
        return Markup::default();
    }
    Markup::fill(
        include_str!("../../assets/gaps.html"),
        &[("asked", asked(report)), ("gaps", gaps(report))],
    )
}

fn asked(report: &Report) -> Markup {
    let asked = &report.figures.sync.asked;
    if asked.is_everything() {
        return Markup::default();
    }
    let asked = label(report.shown, &asked.to_string());
    one(
        "<p>The sync was asked only for <strong>{{it}}</strong>. All else is unknown.</p>",
        Markup::text(&asked),
    )
}

fn gaps(report: &Report) -> Markup {
    let count = report.figures.sync.gaps;
    if count == 0 {
        return Markup::default();
    }
    let columns = ["What is unknown", "Why", "Part of the API", "What happened"];
    let rows = report.gaps.iter().map(|it| row(report, it));
    let more = count.saturating_sub(report.gaps.len() as u64);
    let more = match more {
        0 => Markup::default(),
        more => one(
            "<p>And {{it}} more: <code>harness list gaps</code> tells them all.</p>",
            Markup::text(&thousands(more)),
        ),
    };
    Markup::all([table("Gaps", &columns, rows), more])
}

fn row(report: &Report, gap: &GapRow) -> Vec<Markup> {
    let cells = [
        unknown(&gap.scope),
        gap.reason.clone(),
        gap.surface.clone(),
        gap.detail.clone(),
    ];
    let cells = cells.map(|it| Markup::text(&label(report.shown, &it)));
    cells.into()
}

/// A scope in words: `grants on group g-1, of user any`.
fn unknown(scope: &ScopeRow) -> String {
    let mut words = vec![
        scope
            .subject
            .clone()
            .unwrap_or_else(|| "everything".to_owned()),
    ];
    let one = |kind: &Option<String>, id: &Option<String>| {
        let [kind, id] = [kind, id].map(|it| it.as_deref().unwrap_or("any"));
        format!("{kind}:{id}")
    };
    if scope.resource_type.is_some() || scope.resource_id.is_some() {
        words.push(format!(
            "on {}",
            one(&scope.resource_type, &scope.resource_id)
        ));
    }
    if let Some(parent) = &scope.parent {
        words.push(format!("in {}", reference(parent)));
    }
    if let Some(slug) = &scope.slug {
        words.push(format!("as {slug}"));
    }
    if scope.principal_type.is_some() || scope.principal_id.is_some() {
        words.push(format!(
            "of {}",
            one(&scope.principal_type, &scope.principal_id)
        ));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_told_in_words() {
        let some = |text: &str| Some(text.to_owned());
        for (scope, expected) in [
            (ScopeRow::default(), "everything"),
            (
                ScopeRow {
                    subject: some("grants"),
                    resource_type: some("group"),
                    slug: some("member"),
                    principal_id: some("u-1"),
                    ..ScopeRow::default()
                },
                "grants on group:any as member of any:u-1",
            ),
        ] {
            assert_eq!(unknown(&scope), expected);
        }
    }
}
