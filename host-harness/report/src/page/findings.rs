//! What somebody should look at, the gravest first.

use crate::markup::{Markup, list, one, thousands};
use crate::{Finding, Report, Severity};

/// How many subjects of a finding the page tells.
const SUBJECTS_TOLD: usize = 50;

pub(super) fn section(report: &Report) -> Markup {
    let findings = match &report.findings {
        None => Markup::fixed("<p>Nobody looked for findings when this page was made.</p>"),
        Some(findings) => told(findings),
    };
    one(include_str!("../../assets/findings.html"), findings)
}

fn told(findings: &[Finding]) -> Markup {
    let by_severity = Severity::ALL.into_iter().map(|severity| {
        let same = findings.iter().filter(move |it| it.severity == severity);
        let same = same.filter(|it| !it.subjects.is_empty() || it.unknown.is_some());
        Markup::all(same.map(finding))
    });
    let told = Markup::all(by_severity);
    match told.is_empty() {
        true => Markup::fixed("<p>Nothing was found in what was read.</p>"),
        false => told,
    }
}

fn finding(finding: &Finding) -> Markup {
    let count = finding.subjects.len();
    let subjects = finding.subjects.iter().take(SUBJECTS_TOLD);
    let mut items: Vec<_> = subjects.map(|it| Markup::text(it)).collect();
    if count > SUBJECTS_TOLD {
        let more = thousands((count - SUBJECTS_TOLD) as u64);
        items.push(Markup::text(&format!("and {more} more")));
    }
    let unknown = finding.unknown.as_ref().map(|it| {
        let template = "<p class=\"unknown\"><strong>Cannot be told:</strong> {{it}}</p>";
        one(template, Markup::text(it))
    });
    Markup::fill(
        include_str!("../../assets/finding.html"),
        &[
            ("severity", Markup::text(finding.severity.name())),
            ("title", Markup::text(&finding.title)),
            ("count", Markup::number(count as u64)),
            ("rule", Markup::text(&finding.rule)),
            ("explanation", Markup::text(&finding.explanation)),
            ("subjects", list(items)),
            ("unknown", unknown.unwrap_or_default()),
        ],
    )
}
