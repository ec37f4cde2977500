//! What changed since the sync before. What a gap leaves open is told apart.

use crate::Report;
use crate::changes::{Changes, WAYS};
use crate::label::minute;
use crate::markup::{Markup, list, one, table, thousands};

pub(super) fn section(report: &Report) -> Markup {
    let changes = match &report.changes {
        None => Markup::fixed("<p>There is no earlier sync to compare with.</p>"),
        Some(changes) => told(changes),
    };
    one(include_str!("../../assets/changes.html"), changes)
}

fn told(changes: &Changes) -> Markup {
    let since = &changes.since;
    let read = minute(since.finished_at.unwrap_or(since.started_at));
    let since = format!("Compared with sync {}, read {read}.", since.id.0);
    let since = one("<p>{{it}}</p>\n", Markup::text(&since));
    if changes.figures.is_empty() {
        return Markup::all([
            since,
            Markup::fixed("<p>Nothing changed in what was read.</p>"),
        ]);
    }
    let rows = changes.figures.iter().map(|it| {
        vec![
            Markup::text(heading(it.change).0),
            Markup::number(it.resources),
            Markup::number(it.entitlements),
            Markup::number(it.grants),
            Markup::text(heading(it.change).1),
        ]
    });
    let columns = ["Change", "Resources", "Entitlements", "Grants", "Meaning"];
    let lines = changes.figures.iter().map(|it| {
        let count = it.resources + it.entitlements + it.grants;
        lines(changes, it.change, count)
    });
    Markup::all([since, table("Changes", &columns, rows), Markup::all(lines)])
}

fn heading(way: &str) -> (&'static str, &'static str) {
    let found = WAYS.iter().find(|(it, _, _)| *it == way);
    found.map_or(("", ""), |(_, heading, meaning)| (heading, meaning))
}

fn lines(changes: &Changes, way: &str, count: u64) -> Markup {
    let lines = changes.lines(way);
    let mut items: Vec<_> = lines.iter().map(|it| Markup::text(it)).collect();
    let more = count.saturating_sub(lines.len() as u64);
    if more > 0 {
        items.push(Markup::fill(
            "and {{more}} more",
            &[("more", Markup::text(&thousands(more)))],
        ));
    }
    Markup::fill(
        "<details><summary>{{heading}} <span class=\"count\">{{count}}</span></summary>\n\
         {{lines}}</details>\n",
        &[
            ("heading", Markup::text(heading(way).0)),
            ("count", Markup::number(count)),
            ("lines", list(items)),
        ],
    )
}
