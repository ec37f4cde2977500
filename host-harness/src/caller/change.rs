//! Calls that plan or make a change, and what the host knows of them besides.
//!
//! | the call | changing requests that left and were not refused | then |
//! |---|---|---|
//! | ended with an outcome | any | the outcome |
//! | ended with an error, broke a limit or the contract, trapped | none | the error |
//! | the same | some | `unknown`: an error would mean that nothing was changed |
//! | the same, of a plan that nobody can predict | | `unknown`, with the steps so far |

use std::fmt;

use governance_contract::bounds;
use governance_contract::changes::{ChangeRequest, Completion, Outcome};
use governance_contract::connector::Context;
use governance_contract::faults::{self, Delivery};
use governance_contract::json;
use governance_contract::manifest::Description;

use super::{Called, Caller, ended};
use crate::egress::{Notes, Step};
use crate::error::CallError;
use crate::function::Function;
use crate::pace::Manner;
use crate::policy::Access;

/// What a change did, or in a plan would do.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    /// As the connector tells it, but for `unknown` where only the host knows
    /// that a request may have arrived.
    pub outcome: Outcome,
    /// In a plan, the changing requests that would be sent, in order.
    pub steps: Vec<Step>,
    /// What follows the last step cannot be told.
    pub open_ended: bool,
}

/// Without secrets: what is printed for a developer may end in a log.
impl fmt::Debug for Made {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Made")
            .field("outcome", &json::outcome(&self.outcome))
            .field("steps", &self.steps)
            .field("open_ended", &self.open_ended)
            .finish()
    }
}

impl Caller {
    /// Makes or plans a change.
    pub(crate) async fn change(
        &self,
        access: Access,
        context: &Context,
        change: &ChangeRequest,
        description: &Description,
    ) -> Result<Made, CallError> {
        let arguments = (context, change);
        let (called, mut notes): (Called<Outcome>, _) = self
            .call(access, Manner::Waits, Function::Change, arguments)
            .await;
        // Those of a plan are made up.
        let made = match (access, &called) {
            (Access::Change(_), Ok(Ok(outcome))) => outcome.secrets.as_slice(),
            _ => &[],
        };
        let heard = std::mem::take(&mut notes.heard);
        let secrets = made.iter().map(|it| it.value.as_str());
        self.egress.record(Function::Change.name(), heard, secrets);
        let outcome = ended(called, notes.trouble.take()).and_then(|outcome| {
            bounds::check_outcome(&outcome, description)?;
            Ok(outcome)
        });
        judge(outcome, notes)
    }
}

fn judge(outcome: Result<Outcome, CallError>, notes: Notes) -> Result<Made, CallError> {
    let outcome = match outcome {
        Err(error) if notes.may_have_changed > 0 || notes.open_ended => unknown(&error),
        other => other?,
    };
    Ok(Made {
        outcome,
        steps: notes.steps,
        open_ended: notes.open_ended,
    })
}

/// An outcome of which only the failure is known.
fn unknown(error: &CallError) -> Outcome {
    let told = faults::Error {
        delivery: Delivery::MayHaveArrived,
        ..error.to_contract()
    };
    Outcome::of(Completion::Unknown(told))
}

#[cfg(test)]
mod tests {
    use governance_contract::faults::ErrorKind;
    use governance_contract::samples::changes;

    use super::*;
    use crate::instance::Breach;

    fn failed() -> CallError {
        CallError::Connector {
            error: Box::new(changes::error(ErrorKind::PermissionDenied(None))),
            trouble: None,
        }
    }

    fn notes(may_have_changed: u32, open_ended: bool) -> Notes {
        Notes {
            may_have_changed,
            open_ended,
            ..Notes::default()
        }
    }

    #[test]
    fn an_error_after_a_change_that_may_have_arrived_is_unknown() {
        let trap = || CallError::Breach(Breach::Trap("unreachable".into()));
        for (error, may_have_changed, open_ended, unknown) in [
            (failed(), 0, false, false),
            (trap(), 0, false, false),
            (failed(), 1, false, true),
            (trap(), 1, false, true),
            (trap(), 0, true, true),
        ] {
            let judged = judge(Err(error.clone()), notes(may_have_changed, open_ended));
            match judged {
                Err(told) => assert!(!unknown && told == error),
                Ok(made) => {
                    assert!(unknown, "{error:?}");
                    let Completion::Unknown(told) = made.outcome.completion else {
                        panic!("{:?}", made.outcome.completion)
                    };
                    assert_eq!(told.delivery, Delivery::MayHaveArrived);
                }
            }
        }
    }

    #[test]
    fn an_outcome_stands_whatever_went_out() {
        let outcome = changes::outcome(Completion::Complete);
        let made = judge(Ok(outcome.clone()), notes(3, false)).unwrap();
        assert_eq!(made.outcome, outcome);
    }
}
