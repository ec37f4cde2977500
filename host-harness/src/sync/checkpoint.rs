//! Which interrupted sync is gone on with, and how its calls are written down.
//! Pure.
//!
//! | asked to resume | there is | the sync |
//! |---|---|---|
//! | yes | one that fits; of several the newest | goes on with it |
//! | yes | only what does not fit | begins anew, and says what differs |
//! | yes | none | begins anew, and says so |
//! | no | one that fits | begins anew, and says that it could be resumed |
//! | no | none that fits | begins anew |
//!
//! What was interrupted stays until another sync has ended. One that is gone on
//! with has to have the same component, contract, settings, scope and
//! credential: another credential may be of another organization.

use std::collections::BTreeMap;

use governance_contract::VERSION;
use governance_contract::connector::{RedactedCredential, Setting};
use governance_contract::model::Timestamp;
use governance_store::{Asked, Conditions, Interrupted, TaskRow};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::run::Attempt;
use super::task::Task;

/// What was read longer ago, in seconds, is not put together with what is read
/// now: a week.
pub const RESUMABLE_FOR: Timestamp = 7 * 24 * 60 * 60;

/// How a sync begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// With nothing.
    Anew,
    /// With nothing, though one that was begun then could be resumed.
    Beside(Timestamp),
    /// With nothing, since there is nothing to resume.
    NothingThere,
    /// With nothing, since the one that was begun then does not fit.
    Unfit {
        /// When it was begun.
        begun_at: Timestamp,
        /// What differs, for people.
        differences: Vec<String>,
    },
    /// With what another one left.
    Resumed {
        /// When it was begun.
        begun_at: Timestamp,
        /// Pages that are there.
        pages: u64,
    },
}

/// What to do about the interrupted syncs that there are, newest first.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    Resume(&'a Interrupted),
    Begin(Beginning),
}

/// Chooses how to begin.
pub(super) fn choose<'a>(
    interrupted: &'a [Interrupted],
    conditions: &Conditions,
    resume: bool,
    now: Timestamp,
) -> Choice<'a> {
    let differences = |it: &Interrupted| {
        let mut differences = conditions.differences(&it.conditions);
        if now - it.started_at > RESUMABLE_FOR {
            differences.push("the time: it was begun more than a week ago".into());
        }
        differences
    };
    let fitting = interrupted.iter().find(|it| differences(it).is_empty());
    match (resume, fitting, interrupted.first()) {
        (true, Some(it), _) => Choice::Resume(it),
        (false, Some(it), _) => Choice::Begin(Beginning::Beside(it.started_at)),
        (true, None, Some(newest)) => Choice::Begin(Beginning::Unfit {
            begun_at: newest.started_at,
            differences: differences(newest),
        }),
        (true, None, None) => Choice::Begin(Beginning::NothingThere),
        (false, None, _) => Choice::Begin(Beginning::Anew),
    }
}

/// What has to be the same for going on.
pub(super) fn conditions(
    component_sha256: &str,
    asked: &Asked,
    settings: Vec<Setting>,
    credentials: Vec<RedactedCredential>,
) -> Conditions {
    let mut conditions = BTreeMap::from([
        ("the component".to_owned(), component_sha256.to_owned()),
        ("the contract's version".to_owned(), VERSION.to_owned()),
        ("what is asked for".to_owned(), json(&sorted(asked))),
    ]);
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Setting { key, value } in settings {
        values.entry(key).or_default().push(value);
    }
    for (key, values) in values {
        // Settings may be secret.
        let hash = Sha256::digest(json(&values));
        conditions.insert(format!("the setting `{key}`"), format!("{hash:x}"));
    }
    for credential in credentials {
        // One that is too short to be recognised is never the same.
        let shown = credential.redacted_value;
        let shown = shown.unwrap_or_else(|| format!("not told, {:x}", fastrand::u128(..)));
        conditions.insert(format!("the credential `{}`", credential.id), shown);
    }
    Conditions(conditions)
}

fn sorted(asked: &Asked) -> Asked {
    let mut asked = asked.clone();
    asked.types.sort_unstable();
    asked.within.sort_unstable();
    asked
}

/// A call as it is written down.
pub(super) fn written(attempt: &Attempt) -> TaskRow {
    let task = &attempt.task;
    TaskRow {
        id: attempt.id,
        call: json(&task.call),
        token: task.token.clone(),
        covers: json(&task.covers),
        surface: task.surface.clone(),
        attempt: attempt.number,
    }
}

/// A call as it was written down.
///
/// # Errors
/// Somebody else wrote it.
pub(super) fn read(row: TaskRow) -> Result<Attempt, serde_json::Error> {
    Ok(Attempt {
        id: row.id,
        task: Task {
            call: serde_json::from_str(&row.call)?,
            token: row.token,
            covers: serde_json::from_str(&row.covers)?,
            surface: row.surface,
        },
        number: row.attempt,
    })
}

#[expect(
    clippy::expect_used,
    reason = "neither maps nor numbers without JSON are in what is written"
)]
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

#[cfg(test)]
mod tests;
