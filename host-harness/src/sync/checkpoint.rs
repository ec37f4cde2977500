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
//! with has to have the same component, contract, settings and scope. Another
//! credential has to show that it is of the same tenant, see `tenant.rs`.

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

/// What to do about the interrupted syncs that there are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Resume(Box<Interrupted>),
    Begin(Beginning),
}

/// Chooses how to begin; `interrupted` are those that there are, newest first.
pub(super) fn choose(
    interrupted: Vec<Interrupted>,
    conditions: &Conditions,
    resume: bool,
    now: Timestamp,
) -> Choice {
    let differences = |it: &Interrupted| {
        let mut differences = conditions.differences(&it.conditions);
        if !conditions.has_credentials_of(&it.conditions) && it.teller.is_none() {
            differences.push("the credential, and nothing told whose it is".into());
        }
        if now - it.started_at > RESUMABLE_FOR {
            differences.push("the time: it was begun more than a week ago".into());
        }
        differences
    };
    let newest = interrupted.first().map(|it| Beginning::Unfit {
        begun_at: it.started_at,
        differences: differences(it),
    });
    let mut interrupted = interrupted.into_iter();
    match (resume, interrupted.find(|it| differences(it).is_empty())) {
        (true, Some(it)) => Choice::Resume(Box::new(it)),
        (true, None) => Choice::Begin(newest.unwrap_or(Beginning::NothingThere)),
        (false, Some(it)) => Choice::Begin(Beginning::Beside(it.started_at)),
        (false, None) => Choice::Begin(Beginning::Anew),
    }
}

/// What has to be the same for going on.
pub(super) fn conditions(
    component_sha256: &str,
    asked: &Asked,
    settings: Vec<Setting>,
    credentials: Vec<RedactedCredential>,
) -> Conditions {
    let mut needed = BTreeMap::from([
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
        needed.insert(format!("the setting `{key}`"), format!("{hash:x}"));
    }
    let credentials = credentials.into_iter();
    Conditions {
        needed,
        credentials: credentials.map(|it| (it.id, it.redacted_value)).collect(),
    }
}

fn sorted(asked: &Asked) -> Asked {
    let mut asked = asked.clone();
    asked.types.sort_unstable();
    asked.within.sort_unstable();
    asked
}

/// A call as it is written down: its id within the sync, and how often it was
/// tried when it was found, this time included.
pub fn written(id: i64, task: &Task, attempt: u32) -> TaskRow {
    TaskRow {
        id,
        call: json(&task.call),
        token: task.token.clone(),
        covers: json(&task.covers),
        surface: task.surface.clone(),
        attempt,
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
        refused: 0,
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
