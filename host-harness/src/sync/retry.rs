//! What to do about a call that failed. Pure.
//!
//! | the call | then |
//! |---|---|
//! | credential useless, or the host refused | the sync ends: nothing else would go better |
//! | rate-limited, or held back | wait as long as the service says, else longer each time |
//! | unavailable, network, unreadable answer | wait a little longer each time |
//! | token expired | begin the listing again |
//! | anything else, or too often | a gap |
//!
//! Listing calls only read, so that repeating one is always safe. A sync has a
//! [`Budget`] of repeats all the same, and waits for limits by route.

use std::time::{Duration, Instant};

use governance_contract::faults::ErrorKind;
use governance_contract::model::GapReason;

use crate::error::CallError;
use crate::instance::Breach;

/// How often, and how long, a sync tries.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Calls in all, the first one included.
    pub attempts: u32,
    /// The first wait, which doubles from there.
    pub first_wait: Duration,
    /// No wait is longer, not even one that the service asks for: such a call
    /// is given up.
    pub longest_wait: Duration,
    /// How often a call may be refused for the rate of its route.
    pub refusals: u32,
    /// Repeats in one sync, however few requests it sends.
    pub repeats: u64,
    /// Repeats in one sync besides, in per cent of the requests that it sends.
    pub repeats_percent: u64,
    /// Pages of one listing. One that has more does not end.
    pub longest_listing: usize,
    /// Bytes of what is still to be asked. A sync that has more ends.
    pub kept_in_mind: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(120),
            refusals: 10,
            repeats: 100,
            repeats_percent: 50,
            longest_listing: 100_000,
            kept_in_mind: 256 << 20,
        }
    }
}

impl Patience {
    /// How long to wait after the `attempt`-th failure, counted from 1: as long
    /// as the service asks for, else twice as long each time. None: no more.
    pub fn wait(&self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        let doubled = self.first_wait * 2u32.saturating_pow(attempt.saturating_sub(1).min(16));
        let wait = asked.map_or(doubled, |asked| asked.max(self.first_wait));
        (attempt < self.attempts && wait <= self.longest_wait).then_some(wait)
    }
}

/// The repeats that a sync has left.
#[derive(Debug)]
pub struct Budget {
    patience: Patience,
    spent: u64,
}

/// There are no repeats left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sync has repeated {0} calls, and repeats no more")]
pub struct Spent(u64);

impl Budget {
    /// All of it left.
    pub fn new(patience: Patience) -> Self {
        Self { patience, spent: 0 }
    }

    /// Takes one repeat, of a sync that has sent so many requests.
    ///
    /// # Errors
    /// There is none left.
    pub fn spend(&mut self, requests: u64) -> Result<(), Spent> {
        let share = requests.saturating_mul(self.patience.repeats_percent) / 100;
        if self.spent >= self.patience.repeats.saturating_add(share) {
            return Err(Spent(self.spent));
        }
        self.spent += 1;
        Ok(())
    }
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Call again after this time.
    Again(Duration),
    /// Begin the listing again, without a token.
    Restart,
    /// Go on without what the call would have told.
    Gap(GapReason),
    /// End the sync.
    End,
}

/// Decides on a call that failed for the `attempt`-th time, counted from 1.
/// `reached` tells whether the service has answered anything so far: a wrong
/// address should be said soon.
pub fn decide(error: &CallError, attempt: u32, reached: bool, patience: &Patience) -> Verdict {
    let again = |asked| {
        let wait = patience.wait(attempt, asked);
        wait.map_or(Verdict::Gap(GapReason::Failure), Verdict::Again)
    };
    if error.refusal().is_some() {
        return Verdict::End;
    }
    let Some(kind) = error.kind() else {
        return match error {
            CallError::HeldBack(held) => again(Some(held.wait(Instant::now()))),
            CallError::Breach(Breach::Time(_)) => again(None),
            _ => Verdict::Gap(GapReason::Failure),
        };
    };
    match kind {
        ErrorKind::Unauthenticated | ErrorKind::InvalidInput(_) | ErrorKind::RefusedByHost => {
            Verdict::End
        }
        ErrorKind::RateLimited(wait) => again(wait.map(Duration::from_millis)),
        ErrorKind::Unavailable | ErrorKind::UnreadableResponse if !reached && attempt >= 2 => {
            Verdict::Gap(GapReason::Failure)
        }
        ErrorKind::Unavailable | ErrorKind::UnreadableResponse => again(None),
        ErrorKind::TokenExpired if attempt < patience.attempts => Verdict::Restart,
        ErrorKind::PermissionDenied(_) => Verdict::Gap(GapReason::Permission),
        ErrorKind::NotInPlan => Verdict::Gap(GapReason::Plan),
        _ => Verdict::Gap(GapReason::Failure),
    }
}

/// Whether the same call may go well another time, without anybody's help: the
/// service was not reached, or not ready.
pub fn is_passing(error: &CallError) -> bool {
    match error.kind() {
        None => matches!(error, CallError::Breach(Breach::Time(_))),
        Some(kind) => matches!(
            kind,
            ErrorKind::RateLimited(_) | ErrorKind::Unavailable | ErrorKind::UnreadableResponse
        ),
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::changes::error;

    use super::*;

    fn failed(kind: ErrorKind) -> CallError {
        CallError::Connector {
            error: Box::new(error(kind)),
            trouble: None,
        }
    }

    #[test]
    fn each_failure_has_its_verdict() {
        let again = |seconds: f64| Verdict::Again(Duration::from_secs_f64(seconds));
        let gap = Verdict::Gap;
        let cases = [
            (ErrorKind::Unauthenticated, 1, Verdict::End),
            (ErrorKind::RateLimited(Some(7_000)), 1, again(7.0)),
            (ErrorKind::RateLimited(Some(7_000)), 4, again(7.0)),
            (
                ErrorKind::RateLimited(Some(7_000)),
                5,
                gap(GapReason::Failure),
            ),
            (ErrorKind::RateLimited(Some(0)), 1, again(0.5)),
            (
                ErrorKind::RateLimited(Some(3_600_000)),
                1,
                gap(GapReason::Failure),
            ),
            (
                ErrorKind::RateLimited(Some(u64::MAX)),
                1,
                gap(GapReason::Failure),
            ),
            (ErrorKind::RateLimited(None), 3, again(2.0)),
            (ErrorKind::Unavailable, 1, again(0.5)),
            (ErrorKind::Unavailable, 4, again(4.0)),
            (ErrorKind::Unavailable, 5, gap(GapReason::Failure)),
            (ErrorKind::UnreadableResponse, 2, again(1.0)),
            (ErrorKind::TokenExpired, 1, Verdict::Restart),
            (ErrorKind::TokenExpired, 5, gap(GapReason::Failure)),
            (
                ErrorKind::PermissionDenied(None),
                1,
                gap(GapReason::Permission),
            ),
            (ErrorKind::NotInPlan, 1, gap(GapReason::Plan)),
            (ErrorKind::Unsupported, 1, gap(GapReason::Failure)),
            (ErrorKind::Conflict, u32::MAX, gap(GapReason::Failure)),
        ];
        for (kind, attempt, expected) in cases {
            let verdict = decide(&failed(kind.clone()), attempt, true, &Patience::default());
            assert_eq!(verdict, expected, "{kind:?}, attempt {attempt}");
        }
    }

    #[test]
    fn a_service_that_never_answered_is_given_up_soon() {
        let error = failed(ErrorKind::Unavailable);
        let verdict = |attempt| decide(&error, attempt, false, &Patience::default());
        assert_eq!(verdict(1), Verdict::Again(Duration::from_millis(500)));
        assert_eq!(verdict(2), Verdict::Gap(GapReason::Failure));
    }

    #[test]
    fn repeats_are_a_number_and_a_share_of_the_requests() {
        let patience = Patience {
            repeats: 2,
            repeats_percent: 10,
            ..Patience::default()
        };
        let mut budget = Budget::new(patience);
        let spent = [0, 9, 9, 10, 10, 19, 20].map(|requests| budget.spend(requests).is_ok());
        assert_eq!(spent, [true, true, false, true, false, false, true]);
        let error = budget.spend(0).unwrap_err().to_string();
        assert_eq!(error, "the sync has repeated 4 calls, and repeats no more");
    }

    #[test]
    fn what_passes_by_itself_is_known() {
        for (kind, passing) in [
            (ErrorKind::Unavailable, true),
            (ErrorKind::UnreadableResponse, true),
            (ErrorKind::RateLimited(None), true),
            (ErrorKind::PermissionDenied(None), false),
            (ErrorKind::NotFound, false),
            (ErrorKind::Unauthenticated, false),
        ] {
            assert_eq!(is_passing(&failed(kind.clone())), passing, "{kind:?}");
        }
    }

    #[test]
    fn a_component_that_breaks_is_not_tried_again() {
        let trap = CallError::Breach(Breach::Trap("unreachable".into()));
        assert!(!is_passing(&trap));
        let verdict = decide(&trap, 1, true, &Patience::default());
        assert_eq!(verdict, Verdict::Gap(GapReason::Failure));
    }
}
