//! `harness findings`: what somebody should look at.

mod told;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use governance_findings::{
    Exception, Facts, Finding, Rule, RuleSummary, Rules, RulesError, Severity, Subject, Summary,
    Unknown, each_finding,
};
use governance_host::store::Store;
use serde::Serialize;

use crate::arguments::Database;
use crate::exit::{Exit, Refused};
use crate::journal::time;
use crate::text::{json_line, safe_line};

/// The operator's rules and exceptions, where no other file is named.
const RULES: &str = "findings.toml";

/// Show what somebody should look at in what the last sync read
///
/// Rules look for owners and secrets that nobody uses, secrets that expire or
/// whose account is gone, invitations that wait, and so on; `--list` has all.
/// What gaps leave open is told as that: it is neither found nor fine.
/// docs/findings.md says how to change rules, add some, and accept findings.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness findings --severity medium
  harness findings --rule secret-unused --json
  harness findings --exit-code=high")]
pub(crate) struct FindingsArguments {
    #[command(flatten)]
    database: Database,

    /// Only this connection [default: all]
    #[arg(long, value_name = "NAME", env = "GOVERNANCE_CONNECTION")]
    connection: Option<String>,

    /// Your own rules and exceptions [default: findings.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "GOVERNANCE_RULES")]
    rules: Option<PathBuf>,

    /// Only this rule, also if it is switched off; may be given several times
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,

    /// Only rules that matter at least so much
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    severity: Option<Severity>,

    /// Count days from this time: a day such as 2026-11-01, or RFC 3339
    /// [default: the end of the sync]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<i64>,

    /// How many findings of each rule are shown; with --json all are
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    examples: usize,

    /// End with exit code 1 if there is a finding that matters at least so
    /// much, else with 6 if that cannot be told
    #[arg(
        long,
        value_name = "SEVERITY",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "low",
        value_parser = severity()
    )]
    exit_code: Option<Severity>,

    /// List the rules, and what they are for
    #[arg(long)]
    list: bool,

    /// Print JSON Lines: one object for each finding, then one for each rule of
    /// which something cannot be told
    #[arg(long)]
    json: bool,
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::name)).map(|name| {
        let named = |it: &Severity| it.name() == name;
        Severity::ALL
            .into_iter()
            .find(named)
            .unwrap_or(Severity::Low)
    })
}

/// Findings to stdout; how far they can be trusted goes to stderr.
pub(crate) fn run(arguments: FindingsArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let rules = rules(&arguments)?;
    if arguments.list {
        list(&rules, arguments.json, stdout)?;
        return Ok(Exit::Done);
    }
    let store = Store::open_to_read(&arguments.database.db)?;
    let syncs = store.current_syncs(arguments.connection.as_deref())?;
    let several = syncs.len() > 1;
    let mut summaries = Vec::new();
    for sync in syncs {
        let name = &sync.connection;
        if several && !arguments.json {
            writeln!(stdout, "connection {}\n", safe_line(name))?;
        }
        summaries.push(match arguments.json {
            true => lines(&store, name, &rules, arguments.at, stdout)?,
            false => told::findings(&store, name, &rules, &arguments, stdout)?,
        });
    }
    stdout.flush()?;
    // Whoever does not listen to stderr has got the findings all the same.
    let _ = told::summaries(&store, &arguments, &summaries, &mut std::io::stderr());
    let wanted = arguments.exit_code;
    Ok(wanted.map_or(Exit::Done, |least| exit(&summaries, least)))
}

/// The rules of a file, of the usual one if it is there, or the built-in ones.
pub(crate) fn read_rules(file: Option<&Path>) -> Result<Rules, RulesError> {
    let usual = Path::new(RULES);
    match file {
        Some(file) => Rules::read(file),
        None if usual.exists() => Rules::read(usual),
        None => Rules::built_in(),
    }
}

/// The rules that are asked for.
fn rules(arguments: &FindingsArguments) -> anyhow::Result<Rules> {
    let mut rules = read_rules(arguments.rules.as_deref())?;
    let is_known = |id: &&String| rules.rules.iter().any(|rule| rule.id == **id);
    if let Some(unknown) = arguments.rule.iter().find(|id| !is_known(id)) {
        return Err(Refused {
            exit: Exit::Usage,
            message: format!("no rule has the id `{unknown}`"),
            hint: "`harness findings --list` has all".to_owned(),
        }
        .into());
    }
    let least = arguments.severity.unwrap_or(Severity::Low);
    let named = |rule: &Rule| arguments.rule.contains(&rule.id);
    rules.keep(|rule| rule.severity >= least && (arguments.rule.is_empty() || named(rule)));
    for rule in &mut rules.rules {
        rule.enabled |= arguments.rule.contains(&rule.id);
    }
    Ok(rules)
}

fn exit(summaries: &[Summary], least: Severity) -> Exit {
    let rules = || summaries.iter().flat_map(|it| &it.rules);
    let mut grave = rules().filter(|it| it.severity >= least);
    let mut open = grave.clone();
    if grave.any(|it| it.found > 0) {
        return Exit::Found;
    }
    match open.any(|it| !it.unknown.is_nothing()) {
        true => Exit::Gaps,
        false => Exit::Done,
    }
}

/// A line of `--list --json`.
#[derive(Serialize)]
struct Listed<'a> {
    rule: &'a str,
    severity: Severity,
    enabled: bool,
    built_in: bool,
    title: &'a str,
    explanation: &'a str,
}

fn list(rules: &Rules, as_json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    for rule in &rules.rules {
        if !as_json {
            told::rule(rule, out)?;
            continue;
        }
        let listed = Listed {
            rule: &rule.id,
            severity: rule.severity,
            enabled: rule.enabled,
            built_in: rule.built_in,
            title: &rule.title,
            explanation: &rule.explanation,
        };
        json_line(out, &listed)?;
    }
    Ok(())
}

/// A line of `--json`: all keys are there, those that say nothing are null.
#[derive(Serialize)]
struct Line<'a> {
    connection: &'a str,
    rule: &'a str,
    severity: Severity,
    title: &'a str,
    explanation: &'a str,
    /// `found`, `excepted` or `unknown`.
    state: &'static str,
    subject: Option<&'a Subject>,
    facts: Option<&'a Facts>,
    exception: Option<&'a Exception>,
    unknown: Option<&'a Unknown>,
}

fn lines(
    store: &Store,
    connection: &str,
    rules: &Rules,
    at: Option<i64>,
    out: &mut dyn Write,
) -> anyhow::Result<Summary> {
    let mut out = std::io::BufWriter::new(out);
    let summary = each_finding(store, connection, rules, at, |_, rule, finding| {
        Ok::<_, anyhow::Error>(json_line(&mut out, &found(connection, rule, &finding))?)
    })?;
    for rule in summary.rules.iter().filter(|it| !it.unknown.is_nothing()) {
        json_line(&mut out, &unknown(connection, rule))?;
    }
    out.flush()?;
    Ok(summary)
}

fn found<'a>(connection: &'a str, rule: &'a Rule, finding: &'a Finding) -> Line<'a> {
    Line {
        connection,
        rule: &rule.id,
        severity: rule.severity,
        title: &rule.title,
        explanation: &rule.explanation,
        state: match finding.exception {
            Some(_) => "excepted",
            None => "found",
        },
        subject: Some(&finding.subject),
        facts: Some(&finding.facts),
        exception: finding.exception.as_ref(),
        unknown: None,
    }
}

fn unknown<'a>(connection: &'a str, rule: &'a RuleSummary) -> Line<'a> {
    Line {
        connection,
        rule: &rule.rule,
        severity: rule.severity,
        title: &rule.title,
        explanation: &rule.explanation,
        state: "unknown",
        subject: None,
        facts: None,
        exception: None,
        unknown: Some(&rule.unknown),
    }
}
