//! The figures, each beside a bar that repeats it.

use crate::figures::{AccessFigure, AccountFigure};
use crate::label::word;
use crate::markup::{Markup, bar, table, thousands};
use crate::{Figures, Report};

pub(super) fn section(report: &Report) -> Markup {
    let figures = &report.figures;
    Markup::fill(
        include_str!("../../assets/figures.html"),
        &[
            ("at-least", at_least(figures)),
            ("tiles", Markup::all(tiles(figures))),
            ("accounts", accounts(&figures.accounts)),
            ("access", access(&figures.access)),
            ("largest", largest(report)),
            ("resources", resources(figures)),
        ],
    )
}

/// What was not read is in no figure.
fn at_least(figures: &Figures) -> Markup {
    match figures.is_complete {
        true => Markup::default(),
        false => Markup::fixed(
            "<p class=\"loud\">All figures count what was read. What the gaps cover is in none of \
             them.</p>\n",
        ),
    }
}

fn tiles(figures: &Figures) -> Vec<Markup> {
    let with_status = |status: &str| {
        let same = figures.accounts.iter().filter(|it| it.status == status);
        same.map(|it| it.count).sum()
    };
    let of_kind = |kind: &str| {
        let same = figures.accounts.iter().filter(|it| it.kind == kind);
        same.map(|it| it.count).sum::<u64>()
    };
    let access = |part: fn(&AccessFigure) -> u64| figures.access.iter().map(part).sum();
    let (grants, secrets) = (&figures.grants, &figures.secrets);
    let held = access(|it| it.direct + it.indirect);
    let mut tiles = vec![
        tile(
            "Accounts",
            figures.account_count(),
            &[
                (of_kind("human"), "people"),
                (of_kind("service"), "service"),
                (with_status("disabled"), "disabled"),
            ],
        ),
        tile(
            "Access in effect",
            held,
            &[
                (access(|it| it.direct), "direct"),
                (access(|it| it.indirect), "through others"),
                (access(|it| it.not_effective), "without effect"),
            ],
        ),
        tile(
            "Accounts that own",
            figures.owners,
            &[(
                access(|it| it.ownership),
                "ownerships: may give access to others",
            )],
        ),
        tile(
            "Entitlements",
            figures.entitlements,
            &[(
                figures.resources.iter().map(|it| it.count).sum(),
                "resources",
            )],
        ),
        tile(
            "Grants as told",
            grants.direct + grants.inherited + grants.not_told,
            &[
                (grants.direct, "direct"),
                (grants.inherited, "inherited"),
                (grants.not_told, "not told"),
            ],
        ),
        tile(
            "Pending",
            grants.pending,
            &[(with_status("pending"), "waiting for somebody")],
        ),
        tile(
            "Secrets",
            secrets.count,
            &[
                (secrets.expired, "expired"),
                (secrets.without_end, "without end"),
                (secrets.no_use_told, "no use told"),
            ],
        ),
        tile("Gaps", figures.sync.gaps, &[]),
    ];
    if !figures.findings.is_empty() {
        let all = figures.findings.iter().map(|(_, count)| count).sum();
        let by_severity = figures.findings.iter();
        let by_severity: Vec<_> = by_severity.map(|(it, count)| (*count, it.name())).collect();
        tiles.push(tile("Findings", all, &by_severity));
    }
    tiles
}

/// A figure with what it is made of. Parts without any are left out.
fn tile(name: &str, figure: u64, parts: &[(u64, &str)]) -> Markup {
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, what)| format!("{} {what}", thousands(*count)))
        .collect();
    Markup::fill(
        "<div class=\"tile\"><dt>{{name}}</dt><dd class=\"figure\">{{figure}}</dd>\
         <dd class=\"parts\">{{parts}}</dd></div>\n",
        &[
            ("name", Markup::text(name)),
            ("figure", Markup::number(figure)),
            ("parts", Markup::text(&parts.join(", "))),
        ],
    )
}

fn accounts(figures: &[AccountFigure]) -> Markup {
    let longest = figures.iter().map(|it| it.count).max().unwrap_or_default();
    let rows = figures.iter().map(|it| {
        vec![
            Markup::text(&word(&it.kind)),
            Markup::text(&word(&it.status)),
            Markup::number(it.count),
            bar(&[("direct", it.count)], longest),
        ]
    });
    table("Accounts", &["Kind", "Status", "Accounts", "Share"], rows)
}

fn access(figures: &[AccessFigure]) -> Markup {
    let all = |it: &AccessFigure| it.direct + it.indirect + it.not_effective;
    let longest = figures.iter().map(all).max().unwrap_or_default();
    let rows = figures.iter().map(|it| {
        vec![
            Markup::text(&word(&it.resource_type)),
            Markup::number(it.direct),
            Markup::number(it.indirect),
            Markup::number(it.not_effective),
            Markup::number(it.ownership),
            bar(
                &[
                    ("direct", it.direct),
                    ("indirect", it.indirect),
                    ("ineffective", it.not_effective),
                ],
                longest,
            ),
        ]
    });
    let columns = [
        "On",
        "Direct",
        "Through others",
        "Without effect",
        "Of these, ownership",
        "Share",
    ];
    table("What accounts hold", &columns, rows)
}

fn largest(report: &Report) -> Markup {
    let longest = report.largest.first().map_or(0, |it| it.held);
    let rows = report.largest.iter().map(|it| {
        vec![
            Markup::text(&it.name),
            Markup::text(&it.email),
            Markup::number(it.held),
            Markup::number(it.owned),
            bar(&[("direct", it.held)], longest),
        ]
    });
    let columns = [
        "Account",
        "E-mail",
        "Entitlements",
        "Of these, ownership",
        "Share",
    ];
    table("Who holds most", &columns, rows)
}

fn resources(figures: &Figures) -> Markup {
    let longest = figures.resources.iter().map(|it| it.count).max();
    let rows = figures.resources.iter().map(|it| {
        vec![
            Markup::text(&word(&it.name)),
            Markup::number(it.count),
            bar(&[("direct", it.count)], longest.unwrap_or_default()),
        ]
    });
    table("Resources", &["Type", "Resources", "Share"], rows)
}
