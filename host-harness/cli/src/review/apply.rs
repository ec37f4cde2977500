//! `harness review apply`: decisions become a batch, as that of `harness apply`.
//!
//! | a grant to revoke | becomes |
//! |---|---|
//! | that the last sync holds | a change, with what the sync knows of both ends |
//! | that a newer sync does not hold any more | a change too: only the service knows whether it is gone |
//! | that the service does not let go, and that a newer, complete sync does not hold for itself | nothing to do, and is told and recorded so |
//! | whose resource is not there any more, as the service says | nothing to do, and is told and recorded so |
//! | that its own sync never held | refused, with all of the file |
//! | with which the service would take a grant that is not to be revoked | refused, with all of the file |

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use governance_host::clock::now;
use governance_host::contract::changes::ChangeRequest;
use governance_host::naming::error::NamingError;
use governance_host::provision::batch::fingerprint;
use governance_host::provision::desired::{ById, Desired, Held, Line, Revoked};
use governance_host::store::Store;
use governance_review::{
    Known, Problem, Review, ReviewError, Revocation, Standing, Terms, hold, known,
};

use super::{all_decided, reviewed, tell_counts};
use crate::apply::batch::{self, Batch, BatchArguments, Settled};
use crate::apply::input::{self, Item, Named};
use crate::change::ChangeArguments;
use crate::change::session::Session;
use crate::exit::Exit;
use crate::text::safe_line;

/// Revoke what a review decided to revoke
///
/// Everything that holds for `harness apply` holds here: nothing is changed that
/// is not enabled or that is protected, and a batch that would remove too much is
/// refused. What is to be kept, and what nobody decided on, is left as it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness review apply review.csv --plan
  harness review apply review.csv --provisioning=remove --max-removals 40
  harness review apply review.csv --plan plan.json
  harness apply --plan plan.json --provisioning=remove")]
pub(super) struct ApplyArguments {
    /// The review
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Show what would be sent and what would come of it; change nothing. With
    /// PLAN also save it as a new file, which `harness apply --plan PLAN` makes
    /// if the state has not moved on
    #[arg(long, value_name = "PLAN", num_args = 0..=1)]
    plan: Option<Option<PathBuf>>,

    /// Refuse a review of which not all is decided
    #[arg(long)]
    require_all: bool,

    /// How many days ago the sync of the review may have begun
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    max_age: u32,

    /// Apply an older review too, and one whose sync the database has not kept
    #[arg(long)]
    allow_old: bool,

    #[command(flatten)]
    batch: BatchArguments,
}

pub(super) async fn run(arguments: ApplyArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let (review, bytes) = reviewed(&arguments.file)?;
    let standing = stands(&arguments, &review)?;
    tell_counts(&review);
    if arguments.require_all {
        all_decided(&review)?;
    }
    for note in &standing.notes {
        eprintln!("note: {}", safe_line(note));
    }
    let batch = read(
        &arguments,
        &review,
        standing.is_current,
        &fingerprint(&bytes),
    )
    .await?;
    match &arguments.plan {
        Some(save) => {
            batch
                .preview(&arguments.batch, save.as_deref(), stdout)
                .await
        }
        None => batch.make(&arguments.batch, stdout).await,
    }
}

fn stands(arguments: &ApplyArguments, review: &Review) -> anyhow::Result<Standing> {
    let change = &arguments.batch.change;
    let store = Store::open_to_read(&change.db)?;
    let terms = Terms {
        now: now(),
        max_age: arguments.max_age,
        allow_old: arguments.allow_old,
    };
    Ok(hold(review, &store, &change.connection, &terms)?)
}

/// What is to be revoked, and the name of the batch.
async fn read(
    arguments: &ApplyArguments,
    review: &Review,
    is_current: bool,
    fingerprint: &str,
) -> anyhow::Result<Batch> {
    let options = &arguments.batch;
    let revocations = revocations(review, options, fingerprint);
    let known = all_known(&options.change, &revocations, is_current)?;
    let preview = arguments.plan.is_some();
    let earlier = options.earlier(fingerprint, revocations.len(), preview)?;
    let session = Session::open(&options.change).await?;
    let lines: Vec<_> = revocations.iter().zip(&known).map(line).collect();
    let named = input::name(&session, &lines, earlier.as_ref(), options.jobs()).await;
    let (gone, there): (Vec<_>, Vec<_>) = named.into_iter().partition(is_gone);
    let mut items = input::items(&arguments.file, there)?;
    for item in &mut items {
        tell(item, &revocations);
    }
    let mut batch = Batch::new(session, items, batch::id(fingerprint, earlier));
    batch.kept = Some(review.kept());
    let gone_since = (0u32..).zip(known);
    batch.gone = gone_since
        .filter_map(|(position, it)| Some((position, it.gone?)))
        .collect();
    let settled = gone.into_iter().filter_map(|it| settled(it, &revocations));
    batch.settled = settled.collect();
    Ok(batch)
}

/// What is to go, and for the journal why: whose decision it is, and in which
/// file.
fn revocations(review: &Review, options: &BatchArguments, fingerprint: &str) -> Vec<Revocation> {
    let given = options.change.reason.as_ref();
    let given = given.map(|it| format!("; {it}")).unwrap_or_default();
    let mut revocations = review.revocations();
    for it in &mut revocations {
        it.because = format!("{}{given} (review {fingerprint})", it.because);
    }
    revocations
}

/// Tells a change as reviewers know it.
fn tell(item: &mut Item, revocations: &[Revocation]) {
    if let Some(revocation) = revocations.get(item.position as usize) {
        item.title.clone_from(&revocation.title);
        item.reason = Some(revocation.because.clone());
    }
}

/// What the last sync tells of each grant that is to go. The review's own sync
/// has to tell of all.
fn all_known(
    change: &ChangeArguments,
    revocations: &[Revocation],
    is_current: bool,
) -> Result<Vec<Known>, ReviewError> {
    let store = Store::open_to_read(&change.db)?;
    let (mut all, mut strange) = (Vec::new(), Vec::new());
    for it in revocations {
        let known = known(&store, &change.connection, it)?;
        if is_current && !known.is_told {
            let what = format!("the sync of the review holds no grant {}", it.grant);
            strange.push(Problem {
                line: it.line,
                what,
            });
        }
        all.push(known);
    }
    match strange.is_empty() {
        true => Ok(all),
        false => Err(ReviewError::Lines(strange)),
    }
}

/// A revocation as a change that people could write.
fn line((revocation, known): (&Revocation, &Known)) -> Line {
    let revoked = match known.is_told {
        true => Revoked::Grant(ById {
            grant: revocation.grant.clone(),
        }),
        false => Revoked::Held(Held {
            entitlement: revocation.entitlement.clone(),
            principal: revocation.principal.clone(),
        }),
    };
    Line {
        number: revocation.line,
        desired: Desired::Revoke(revoked),
    }
}

fn is_gone(named: &Named<'_>) -> bool {
    matches!(named.found, Err(NamingError::NotFound { .. }))
}

fn settled(named: Named<'_>, revocations: &[Revocation]) -> Option<Settled> {
    let revocation = revocations.get(named.position as usize)?;
    Some(Settled {
        line: named.line.number,
        position: named.position,
        title: revocation.title.clone(),
        request: ChangeRequest::Revoke(revocation.change.clone()),
        reason: Some(revocation.because.clone()),
        why: named.found.err()?.to_string(),
    })
}
