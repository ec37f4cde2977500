//! What the page is about: whose, of when, how far it can be trusted.

use crate::Report;
use crate::label::{label, minute};
use crate::markup::{Markup, one, thousands};

pub(super) fn title(report: &Report) -> Markup {
    let connection = label(report.shown, &report.figures.sync.connection);
    Markup::text(&format!("Access review: {connection}"))
}

pub(super) fn head(report: &Report) -> Markup {
    let sync = &report.figures.sync;
    let shown = |text: &str| Markup::text(&label(report.shown, text));
    let tenant = sync.tenant.as_deref().unwrap_or("not told");
    let connector = format!("{} {}", sync.connector, sync.connector_version);
    let facts = [
        ("Organization", shown(tenant)),
        ("Connector", shown(&connector)),
        (
            "Read",
            Markup::text(&minute(sync.finished_at.unwrap_or(sync.started_at))),
        ),
        ("Completeness", completeness(report)),
        ("Sync", Markup::text(&sync.id.0.to_string())),
        (
            "Digest",
            one("<code>{{it}}</code>", shown(&report.figures.digest)),
        ),
    ];
    let facts = facts.map(|(name, fact)| {
        Markup::fill(
            "<div><dt>{{name}}</dt><dd>{{fact}}</dd></div>\n",
            &[("name", Markup::text(name)), ("fact", fact)],
        )
    });
    Markup::all(facts)
}

fn completeness(report: &Report) -> Markup {
    if report.figures.is_complete {
        return Markup::fixed("complete");
    }
    let why = match report.figures.sync.gaps {
        0 => "not complete: asked for a part".to_owned(),
        1 => "not complete: 1 gap".to_owned(),
        gaps => format!("not complete: {} gaps", thousands(gaps)),
    };
    one("<strong class=\"loud\">{{it}}</strong>", Markup::text(&why))
}
