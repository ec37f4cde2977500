//! What follows on how a change ended. Pure.
//!
//! | the change ended with | then |
//! |---|---|
//! | `rate-limited` or `unavailable`, as an error: nothing was changed | wait, ask again |
//! | the same, as `partial` | wait, ask again, and tell both together |
//! | `unknown` | wait until reads show it, look |
//! | anything else | that is the end |
//!
//! To look is to ask for a plan of the same change:
//!
//! | the plan | the change has no double effect | else |
//! |---|---|---|
//! | is `no-op` | it is done, found in place | the same |
//! | still has steps | ask the change again, once | `unknown` |
//! | fails, or is neither | `unknown` | `unknown` |
//!
//! Asking again has no double effect for a grant, a revocation, a status, an
//! update or a deletion, as long as none of them makes a secret. To make an
//! account or a resource, or to send an invitation, may happen twice.

use std::time::Duration;

use governance_contract::changes::{ChangeRequest, Completion, Outcome};
use governance_contract::faults::ErrorKind;
use governance_contract::ids;
use governance_contract::model::{Grant, Resource, Status};

use super::plan::Plan;
use crate::connection::Made;
use crate::error::CallError;
use crate::sync::retry::Patience;

/// What to do after a change was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It has ended.
    End,
    /// Ask again after this time.
    Again(Duration),
    /// See whether it arrived.
    Look,
}

/// What looking showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// What the change asks for is so.
    InPlace,
    /// It is not, and asking again does no harm.
    Missing,
    /// It is not, but asking again may make a second one, or was tried.
    MissingForGood,
    /// Looking did not tell.
    NotTold,
}

/// Decides after the `attempt`-th time that a change was asked for, counted
/// from 1.
pub fn after_change(ended: &Result<Made, CallError>, attempt: u32, patience: &Patience) -> Next {
    let kind = match ended {
        Err(error) if error.refusal().is_some() => None,
        Err(error) => error.kind(),
        Ok(made) => match &made.outcome.completion {
            Completion::Unknown(_) => return Next::Look,
            Completion::Partial(error) => Some(&error.kind),
            Completion::Complete | Completion::NoOp(_) | Completion::Pending(_) => None,
        },
    };
    let wait = kind.and_then(|kind| wait_for(kind, attempt, patience));
    wait.map_or(Next::End, Next::Again)
}

/// How long to wait before what failed like this is asked again. None: it is
/// not worth it.
pub fn wait_for(kind: &ErrorKind, attempt: u32, patience: &Patience) -> Option<Duration> {
    match kind {
        ErrorKind::RateLimited(wait) => patience.wait(attempt, wait.map(Duration::from_millis)),
        ErrorKind::Unavailable => patience.wait(attempt, None),
        _ => None,
    }
}

/// Decides on a look at a change whose plan was `plan`. `again` tells whether
/// the change was already asked for a second time after a look.
pub fn after_look(plan: &Plan, look: &Result<Made, CallError>, again: bool) -> Seen {
    let Ok(look) = look else {
        return Seen::NotTold;
    };
    let steps_left = look.open_ended || !look.steps.is_empty();
    match (&look.outcome.completion, steps_left) {
        (Completion::NoOp(_), false) => Seen::InPlace,
        (_, true) if again || !is_repeatable(plan) => Seen::MissingForGood,
        (_, true) => Seen::Missing,
        (_, false) => Seen::NotTold,
    }
}

/// Whether asking twice has the effect of asking once.
pub fn is_repeatable(plan: &Plan) -> bool {
    let kind = match &plan.change {
        ChangeRequest::Grant(_)
        | ChangeRequest::Revoke(_)
        | ChangeRequest::SetAccountStatus(_)
        | ChangeRequest::UpdateResource(_)
        | ChangeRequest::DeleteResource(_) => true,
        ChangeRequest::CreateAccount(_)
        | ChangeRequest::CreateResource(_)
        | ChangeRequest::ResendInvitation(_) => false,
    };
    kind && !plan.makes_secret
}

/// The outcome of a change that was found in place. `told` is what was known
/// before, `look` what looking told.
pub fn in_place(plan: &Plan, told: Outcome, look: Outcome) -> Outcome {
    let completion = match &plan.outcome.completion {
        Completion::Pending(_) => {
            let mut waiting = look
                .resources
                .iter()
                .filter(|it| it.status == Status::Pending);
            Completion::Pending(waiting.find_map(|it| it.expires_at))
        }
        _ => Completion::Complete,
    };
    let lost_secret = plan.makes_secret && told.secrets.is_empty();
    let mut outcome = Outcome {
        completion,
        ..merged(told, look)
    };
    let found = "an answer was lost; the change was found in place by reading";
    outcome.notes.push(found.to_owned());
    if lost_secret {
        let lost = "the value of the secret was in the answer that was lost: \
                    delete it and make another one";
        outcome.consequences.push(lost.to_owned());
    }
    outcome
}

/// The outcome of a change that stays unknown after looking.
pub fn unsettled(told: Outcome, seen: Seen, plan: &Plan) -> Outcome {
    let mut outcome = told;
    let note = match seen {
        Seen::MissingForGood if is_repeatable(plan) => {
            "the service was asked a second time, and what was asked for is still not in place"
        }
        Seen::MissingForGood => {
            "what was asked for was looked for and not found; asking again may make a second one"
        }
        Seen::InPlace | Seen::Missing | Seen::NotTold => {
            "whether it is in place could not be found out"
        }
    };
    if let Completion::Unknown(error) = &mut outcome.completion {
        error.hint = Some(format!("{note}; look at the service before you ask again"));
    }
    outcome.notes.push(note.to_owned());
    outcome
}

/// The outcome of a change that was told in part before it failed.
pub fn broken_off(earlier: Outcome, error: &CallError) -> Outcome {
    let completion = match earlier.completion {
        Completion::Unknown(first) => Completion::Unknown(first),
        _ => Completion::Partial(error.to_contract()),
    };
    Outcome {
        completion,
        ..earlier
    }
}

/// Two outcomes of one change as one: how it ended the second time, and all that
/// both did. What held in between and does not any more is only replaced.
pub fn merged(earlier: Outcome, later: Outcome) -> Outcome {
    let lost = matches!(earlier.completion, Completion::Unknown(_));
    let completion = match later.completion {
        // It is so since it was made so the first time.
        Completion::NoOp(_) if !earlier.effects.is_empty() || lost => Completion::Complete,
        other => other,
    };
    let is_named =
        |list: &[Grant], one: &Grant| list.iter().any(|it| grant_id(it) == grant_id(one));
    let mut held = earlier.held;
    held.retain(|it| !is_named(&later.replaced, it));
    let mut replaced = earlier.replaced;
    replaced.retain(|it| !is_named(&later.held, it));
    Outcome {
        completion,
        effects: [earlier.effects, later.effects].concat(),
        resources: by(earlier.resources, later.resources, |it: &Resource| {
            it.id.clone()
        }),
        held: by(held, later.held, grant_id),
        replaced: by(replaced, later.replaced, grant_id),
        remaining: by(earlier.remaining, later.remaining, grant_id),
        consequences: by(earlier.consequences, later.consequences, Clone::clone),
        secrets: [earlier.secrets, later.secrets].concat(),
        request_ids: [earlier.request_ids, later.request_ids].concat(),
        notes: by(earlier.notes, later.notes, Clone::clone),
    }
}

fn grant_id(grant: &Grant) -> String {
    ids::grant(&grant.resource, &grant.slug, &grant.principal)
}

/// Both lists; of two with the same name the later one.
fn by<T, N: PartialEq>(earlier: Vec<T>, later: Vec<T>, name: impl Fn(&T) -> N) -> Vec<T> {
    let mut all = earlier;
    all.retain(|it| !later.iter().any(|other| name(other) == name(it)));
    all.extend(later);
    all
}

#[cfg(test)]
mod tests;
