//! `harness review`: who should keep what, decided on in a file.

mod apply;
mod check;
mod export;

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use governance_review::{Review, ReviewError, read};

use crate::exit::Exit;
use crate::text::safe_line;

/// Review access in a file: export it, decide, apply the decisions
///
/// The file has a row for each grant that somebody can decide on, and empty
/// columns for the decision: `keep` or `revoke`, who decided, why and when. It is
/// bound to the sync that it was exported from.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness review export --out review.csv
  harness review check review.csv
  harness review apply review.csv --plan
  harness review apply review.csv --provisioning=remove")]
pub(crate) struct ReviewArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Export(export::ExportArguments),
    Check(check::CheckArguments),
    Apply(Box<apply::ApplyArguments>),
}

pub(crate) async fn run(
    arguments: ReviewArguments,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    match arguments.what {
        What::Export(arguments) => export::run(&arguments),
        What::Check(arguments) => check::run(&arguments, stdout),
        What::Apply(arguments) => apply::run(*arguments, stdout).await,
    }
}

/// Reads a review, and gives the file's bytes with it.
fn reviewed(path: &Path) -> anyhow::Result<(Review, Vec<u8>)> {
    let shown = || format!("cannot use the review {}", path.display());
    let bytes = std::fs::read(path).with_context(shown)?;
    let review = read(&bytes).with_context(shown)?;
    Ok((review, bytes))
}

/// How much was decided; loudly, what was not.
fn tell_counts(review: &Review) {
    let counts = review.counts();
    eprintln!("{} to keep, {} to revoke", counts.keep, counts.revoke);
    let missing = match review.missing() {
        0 => String::new(),
        missing => format!(", {missing} of them not in the file"),
    };
    if counts.undecided > 0 {
        eprintln!(
            "WARNING: {} undecided{missing}; nothing is done about these",
            counts.undecided
        );
    }
}

/// What may be held besides what was reviewed.
fn tell_unknown(unknown: &str) {
    if !unknown.is_empty() {
        let unknown = safe_line(unknown);
        eprintln!("WARNING: NOT complete: more may be held than is in the review: {unknown}");
    }
}

/// Refuses a review of which not all is decided.
fn all_decided(review: &Review) -> Result<(), ReviewError> {
    match review.counts().undecided {
        0 => Ok(()),
        rows => Err(ReviewError::Undecided { rows }),
    }
}
