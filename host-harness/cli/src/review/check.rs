//! `harness review check`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use governance_review::{Counts, Review};
use serde_json::{Value, json};

use super::{all_decided, reviewed, tell_counts, tell_unknown};
use crate::exit::Exit;
use crate::table::Table;
use crate::text::{json_line, safe_line};

/// Tell what a review would have done, without asking anybody
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  harness review check review.csv --json")]
pub(super) struct CheckArguments {
    /// The review
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Refuse a review of which not all is decided
    #[arg(long)]
    require_all: bool,

    /// Print JSON: one object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &CheckArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let (review, _) = reviewed(&arguments.file)?;
    match arguments.json {
        true => json_line(stdout, &as_json(&review))?,
        false => tables(&review, stdout)?,
    }
    tell_counts(&review);
    tell_unknown(&review.head.unknown);
    if arguments.require_all {
        all_decided(&review)?;
    }
    Ok(Exit::Done)
}

fn as_json(review: &Review) -> Value {
    let head = &review.head;
    let reviewers = review.reviewers().into_iter().map(|(reviewer, counts)| {
        json!({"reviewer": reviewer, "keep": counts.keep, "revoke": counts.revoke})
    });
    let revocations = review.revocations().into_iter();
    let revocations =
        revocations.map(|it| json!({"line": it.line, "grant": it.grant, "reason": it.because}));
    let undecided = review.undecided().into_iter();
    let undecided = undecided.map(|it| json!({"line": it.line, "grant": it.facts.grant()}));
    let Counts {
        keep,
        revoke,
        undecided: open,
    } = review.counts();
    json!({
        "connection": head.connection,
        "connector": head.connector,
        "tenant": head.tenant,
        "sync": head.sync,
        "synced_at": head.synced_at,
        "sync_digest": head.sync_digest,
        "scope": head.scope,
        "unknown": head.unknown,
        "keep": keep,
        "revoke": revoke,
        "undecided": open,
        "missing": review.missing(),
        "reviewers": reviewers.collect::<Vec<_>>(),
        "revocations": revocations.collect::<Vec<_>>(),
        "undecided_rows": undecided.collect::<Vec<_>>(),
    })
}

fn tables(review: &Review, stdout: &mut dyn Write) -> anyhow::Result<()> {
    let head = &review.head;
    let (connection, scope) = (safe_line(&head.connection), safe_line(&head.scope));
    let (sync, synced_at) = (&head.sync, &head.synced_at);
    writeln!(
        stdout,
        "review of {scope}, connection {connection}, sync {sync} of {synced_at}\n"
    )?;
    let mut table = Table::new(stdout, &[("reviewer", 40), ("keep", 8), ("revoke", 8)]);
    for (reviewer, counts) in review.reviewers() {
        let (keep, revoke) = (counts.keep.to_string(), counts.revoke.to_string());
        table.push(vec![reviewer.to_owned(), keep, revoke])?;
    }
    table.finish()?;
    writeln!(stdout)?;
    let mut table = Table::new(stdout, &[("line", 6), ("grant", 70), ("decision", 40)]);
    let revoked = review.revocations().into_iter();
    let revoked = revoked.map(|it| (it.line, it.because));
    let open = review.undecided().into_iter();
    let open = open.map(|it| (it.line, "UNDECIDED".to_owned()));
    let told: std::collections::BTreeMap<_, _> = revoked.chain(open).collect();
    for row in &review.rows {
        if let Some(decision) = told.get(&row.line) {
            table.push(vec![
                row.line.to_string(),
                row.facts.told(),
                decision.clone(),
            ])?;
        }
    }
    Ok(table.finish()?)
}
