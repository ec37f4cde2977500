//! Findings as people see them: by rule, the gravest first, a few of each.

use std::io::Write;

use governance_findings::{
    Conditions, Facts, Finding, Rule, RuleSummary, Rules, Severity, Summary, Unknown, each_finding,
};
use governance_host::store::{LastUseRow, Moment, NamedResource, Store};

use super::FindingsArguments;
use crate::list::columns::scope_in_words as scope;
use crate::table::table;
use crate::text::{fit, safe_line, width};

/// How wide a line of prose may get.
const WIDTH: usize = 100;

/// How many entitlements are named in a line.
const NAMED: usize = 2;

/// A rule as `--list` shows it.
pub(super) fn rule(rule: &Rule, out: &mut dyn Write) -> std::io::Result<()> {
    let off = if rule.enabled { "" } else { " (off)" };
    let (severity, id) = (rule.severity.name(), safe_line(&rule.id));
    writeln!(out, "{id}  [{severity}]{off}  {}", safe_line(&rule.title))?;
    paragraph(&rule.explanation, out)?;
    writeln!(out)
}

/// All findings of a connection, of which few are held in memory.
pub(super) fn findings(
    store: &Store,
    connection: &str,
    rules: &Rules,
    arguments: &FindingsArguments,
    out: &mut dyn Write,
) -> anyhow::Result<Summary> {
    let mut examples: Vec<Vec<Vec<String>>> = vec![Vec::new(); rules.rules.len()];
    let at = arguments.at;
    let summary = each_finding(store, connection, rules, at, |place, rule, finding| {
        let shown = &mut examples[place];
        if finding.exception.is_none() && shown.len() < arguments.examples {
            shown.push(cells(&finding, &rule.when));
        }
        Ok::<_, anyhow::Error>(())
    })?;
    let said = |it: &RuleSummary| it.found + it.excepted > 0 || !it.unknown.is_nothing();
    for (rule, examples) in summary.rules.iter().zip(examples) {
        if said(rule) {
            block(rule, examples, out)?;
        }
    }
    Ok(summary)
}

/// A rule with some of its findings.
fn block(
    rule: &RuleSummary,
    examples: Vec<Vec<String>>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let severity = rule.severity.name().to_uppercase();
    let (title, id) = (safe_line(&rule.title), safe_line(&rule.rule));
    writeln!(out, "{severity}  {title}: {}  ({id})", rule.found)?;
    paragraph(&rule.explanation, out)?;
    let shown = examples.len() as u64;
    for line in table(&["", "", ""], examples).lines().skip(1) {
        writeln!(out, "  {line}")?;
    }
    if rule.found > shown {
        writeln!(out, "  … and {} more", rule.found - shown)?;
    }
    if rule.excepted > 0 {
        writeln!(out, "  excepted: {}", rule.excepted)?;
    }
    open(&rule.unknown, out)?;
    writeln!(out)
}

fn open(unknown: &Unknown, out: &mut dyn Write) -> std::io::Result<()> {
    let Unknown {
        subjects,
        examples,
        gap_count,
        gaps,
        asked,
    } = unknown;
    if *subjects > 0 {
        let names = examples.iter().map(|it| fit(&it.name, 30)).take(3);
        let names = names.collect::<Vec<_>>().join(", ");
        let dots = if *subjects > 3 { ", …" } else { "" };
        writeln!(out, "  CANNOT BE TOLD of {subjects}: {names}{dots}")?;
        if *gap_count == 0 && asked.is_none() {
            writeln!(out, "    the service does not tell what the rule needs")?;
        }
    }
    if *subjects == 0 && !unknown.is_nothing() {
        writeln!(out, "  CANNOT BE TOLD whether there are more")?;
    }
    for gap in gaps.iter().take(3) {
        let (scope, detail) = (fit(&scope(&gap.scope), 60), fit(&gap.detail, 60));
        writeln!(out, "    gap: {scope}: {detail}")?;
    }
    if *gap_count > 3 {
        writeln!(out, "    … and {} more gaps", gap_count - 3)?;
    }
    match asked {
        Some(asked) => {
            let asked = safe_line(&asked.to_string());
            writeln!(out, "    the sync asked only for {asked}")
        }
        None => Ok(()),
    }
}

/// Who or what, its id, and what the rule looked at.
fn cells(finding: &Finding, when: &Conditions) -> Vec<String> {
    let subject = &finding.subject;
    let mut id = format!("{}:{}", subject.resource_type, subject.id);
    if let Some(email) = subject.emails.first() {
        id = email.clone();
    }
    vec![
        fit(&subject.name, 30),
        fit(&id, 64),
        fit(&known(&finding.facts, when), 120),
    ]
}

fn known(facts: &Facts, when: &Conditions) -> String {
    let mut known = Vec::new();
    if let Some(owner) = &facts.owner {
        let id = named(owner);
        known.push(match &facts.owner_name {
            Some(name) => format!("of {name} ({id})"),
            None => format!("of {id}"),
        });
    }
    if let Some(holders) = facts.holders.filter(|it| *it > 0) {
        known.push(format!("held by {holders}"));
    }
    if when.unused_days.is_some() {
        known.push(last_use(facts));
    }
    let by_end = when.expires_within_days.is_some() || when.expired == Some(true);
    if let Some(end) = facts.expires_at.filter(|_| by_end) {
        known.push(format!("ends {}", day(end)));
    }
    if let Some(made) = facts.created_at.filter(|_| when.older_than_days.is_some()) {
        known.push(format!("made {}", day(made)));
    }
    if let Some(count) = facts.entitlement_count {
        let first = facts.entitlements.iter().take(NAMED).cloned();
        let first = first.collect::<Vec<_>>().join(", ");
        let more = count.saturating_sub(NAMED as u64);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        known.push(format!("{first}{more}"));
    }
    known.join("; ")
}

fn last_use(facts: &Facts) -> String {
    match (&facts.last_use, facts.created_at) {
        (Some(LastUseRow { at, using }), _) => format!("last use {} ({using})", day(*at)),
        (None, Some(made)) => format!("no use told, made {}", day(made)),
        (None, None) => "no use told".to_owned(),
    }
}

fn day(moment: Moment) -> String {
    let text = moment.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

fn named(resource: &NamedResource) -> String {
    format!("{}:{}", resource.resource_type, resource.id)
}

/// Prose in lines that are not too wide.
fn paragraph(text: &str, out: &mut dyn Write) -> std::io::Result<()> {
    let mut line = String::new();
    for word in text.split_whitespace().map(safe_line) {
        if !line.is_empty() && width(&line) + 1 + width(&word) > WIDTH {
            writeln!(out, "  {line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    writeln!(out, "  {line}")
}

/// How much was found, of when, what is not known, and what has expired.
pub(super) fn summaries(
    store: &Store,
    arguments: &FindingsArguments,
    summaries: &[Summary],
    err: &mut dyn Write,
) -> anyhow::Result<()> {
    for summary in summaries {
        totals(summary, err)?;
        for rule in summary
            .rules
            .iter()
            .filter(|it| !it.unknown_types.is_empty())
        {
            let (id, types) = (
                safe_line(&rule.rule),
                safe_line(&rule.unknown_types.join(", ")),
            );
            writeln!(
                err,
                "WARNING: rule {id} asks for types that the connector does not have: {types}"
            )?;
        }
        for exception in &summary.expired {
            let texts = [&exception.rule, &exception.subject, &exception.reason];
            let [rule, subject, reason] = texts.map(|it| safe_line(it));
            let until = day(exception.until);
            writeln!(
                err,
                "WARNING: the exception of {rule} for {subject} has expired, {until}: {reason}"
            )?;
        }
    }
    let finished = |name: &String| summaries.iter().any(|it| it.sync.connection == *name);
    let mut never = store.connections()?;
    never.retain(|name| arguments.connection.is_none() && !finished(name));
    for name in never {
        let name = safe_line(&name);
        writeln!(
            err,
            "WARNING: connection {name}: nothing, since no sync of it has finished"
        )?;
    }
    Ok(())
}

fn totals(summary: &Summary, err: &mut dyn Write) -> std::io::Result<()> {
    let of = |severity: Severity| {
        let rules = summary.rules.iter().filter(|it| it.severity == severity);
        rules.map(|it| it.found).sum::<u64>()
    };
    let each = Severity::ALL.map(|it| format!("{} {}", of(it), it.name()));
    let excepted: u64 = summary.rules.iter().map(|it| it.excepted).sum();
    let open = summary.rules.iter().filter(|it| !it.unknown.is_nothing());
    let name = safe_line(&summary.sync.connection);
    let at = summary.at;
    writeln!(
        err,
        "connection {name}: {}, {excepted} excepted, as of {at}",
        each.join(", ")
    )?;
    match open.count() {
        0 => Ok(()),
        rules => writeln!(
            err,
            "WARNING: connection {name}: {rules} of {} rules cannot be told in full: what is unknown \
             is not fine; see `harness list gaps`",
            summary.rules.len()
        ),
    }
}
