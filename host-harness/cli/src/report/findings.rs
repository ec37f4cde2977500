//! Findings, as the report's page tells them.

use std::path::Path;

use governance_findings::{Finding, RuleFindings, RuleSummary, Severity, Subject, evaluate};
use governance_host::store::Store;
use governance_report as report;

use crate::findings::read_rules;

/// What the rules find in a connection. Exceptions do not count.
pub(super) fn of(
    store: &Store,
    connection: &str,
    rules: Option<&Path>,
) -> anyhow::Result<Vec<report::Finding>> {
    let rules = read_rules(rules)?;
    let found = evaluate(store, connection, &rules, None)?;
    let worth_telling = |it: &RuleFindings| it.summary.found > 0 || unknown(&it.summary).is_some();
    let told = found.rules.into_iter().filter(worth_telling);
    Ok(told.map(told_of_rule).collect())
}

fn told_of_rule(of: RuleFindings) -> report::Finding {
    let counting = of.findings.iter().filter(|it| it.exception.is_none());
    report::Finding {
        subjects: counting.map(line).collect(),
        unknown: unknown(&of.summary),
        rule: of.summary.rule,
        severity: match of.summary.severity {
            Severity::High => report::Severity::High,
            Severity::Medium => report::Severity::Medium,
            Severity::Low => report::Severity::Low,
        },
        title: of.summary.title,
        explanation: of.summary.explanation,
    }
}

/// Name, address and id; whose it is, if it is a secret.
fn line(finding: &Finding) -> String {
    let Subject {
        resource_type,
        id,
        name,
        emails,
        ..
    } = &finding.subject;
    let email = emails.first().filter(|it| *it != name);
    let mut line = match email {
        Some(email) => format!("{name}, {email} ({resource_type}:{id})"),
        None => format!("{name} ({resource_type}:{id})"),
    };
    let facts = &finding.facts;
    if let Some(owner) = &facts.owner {
        let named = format!("{}:{}", owner.resource_type, owner.id);
        let whose = facts.owner_name.as_ref().unwrap_or(&named);
        line.push_str(&format!(", of {whose}"));
    }
    line
}

/// Why nobody can tell whether there is more, if so.
fn unknown(rule: &RuleSummary) -> Option<String> {
    let unknown = &rule.unknown;
    let causes = [
        (unknown.subjects > 0).then(|| format!("of {} it cannot be told", unknown.subjects)),
        (unknown.gap_count > 0).then(|| format!("gaps leave it open: {}", unknown.gap_count)),
        unknown
            .asked
            .as_ref()
            .map(|asked| format!("only {asked} was asked for")),
    ];
    let causes: Vec<_> = causes.into_iter().flatten().collect();
    (!causes.is_empty()).then(|| causes.join("; "))
}
