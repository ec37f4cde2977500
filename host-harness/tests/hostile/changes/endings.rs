//! How a change ends that does not simply succeed.

use std::time::Duration;

use governance_host::contract::changes::{ChangeRequest, Completion, Outcome};
use governance_host::contract::faults::Delivery;
use governance_host::contract::samples::changes;
use governance_host::error::CallError;
use governance_host::instance::Breach;
use governance_host::limits::Limits;
use governance_host::provision::ProvisionError;

use super::host::{Changer, lost, roomy, status};
use super::script::{Script, complete, partial, remove};
use crate::component::Fixture;
use crate::upstream::Answer;

const TRAP: &str = "unreachable";
const SPIN: &str = "(loop (br 0))";

/// Ends a component that spins soon, and no other one.
fn limits() -> Limits {
    Limits {
        change_time: Duration::from_secs(1),
        ..roomy()
    }
}

/// Changes that asking twice makes once, and those that it may make twice.
fn by_repeatability() -> (Vec<ChangeRequest>, Vec<ChangeRequest>) {
    let creates = ["create-account", "create-resource", "resend-invitation"];
    let all = changes::all().into_iter();
    all.partition(|it| !creates.contains(&it.name()))
}

fn is_unknown(outcome: &Outcome) -> bool {
    match &outcome.completion {
        Completion::Unknown(error) => error.delivery == Delivery::MayHaveArrived,
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_before_a_changing_request_is_an_error() {
    for (code, is_expected) in [
        (
            TRAP,
            (|it| matches!(it, Breach::Trap(_))) as fn(&Breach) -> bool,
        ),
        (SPIN, |it| matches!(it, Breach::Time(_))),
    ] {
        let breaking = |authority: &str| {
            Script::reading(authority)
                .when_changing(code)
                .sends(&remove("/v1/items/1"))
                .ends(&complete(&["removed 1"]))
        };
        let changer = Changer::with(limits(), [status(200)], breaking, |_| {}).await;
        match changer.make(&changes::revoke()).await {
            Err(ProvisionError::Call(CallError::Breach(breach))) => {
                assert!(is_expected(&breach), "{breach}");
            }
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!(changer.changed(), 0, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_behind_a_changing_request_is_unknown() {
    let create = changes::create_account();
    for code in [TRAP, SPIN] {
        let breaking = |authority: &str| {
            Script::reading(authority)
                .sends(&remove("/v1/items/1"))
                .when_changing(code)
                .ends(&complete(&["removed 1"]))
        };
        let changer = Changer::with(limits(), [status(200)], breaking, |_| {}).await;
        let made = changer.make(&create).await.unwrap();
        assert!(is_unknown(&made.outcome), "{code}: {:?}", made.outcome);
        assert_eq!((made.attempts, changer.changed()), (1, 1), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_the_service_refused_is_no_change() {
    let refused = |authority: &str| {
        Script::reading(authority)
            .sends(&remove("/v1/items/1"))
            .when_changing(TRAP)
            .ends(&complete(&["removed 1"]))
    };
    // Read for the plan, read for the change, and then refused.
    let answers = [status(200), status(200), status(409)];
    let changer = Changer::new(answers, refused).await;
    let error = changer.make(&changes::revoke()).await.unwrap_err();
    assert!(
        matches!(error, ProvisionError::Call(CallError::Breach(_))),
        "{error}"
    );
}

/// Makes a change whose plan and reads find the item until the last one of
/// these answers, which stays.
async fn made(change: &ChangeRequest, answers: Vec<Answer>) -> (Outcome, u32, usize) {
    let changer = Changer::new(answers, Script::taking).await;
    let made = changer.make(change).await.unwrap();
    (made.outcome, made.attempts, changer.changed())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_change_that_is_found_in_place_is_complete() {
    for change in changes::all() {
        let answers = vec![status(200), status(200), lost(), status(404)];
        let (outcome, attempts, sent) = made(&change, answers).await;
        assert_eq!(outcome.completion, Completion::Complete, "{change:?}");
        assert!(outcome.notes[0].contains("found in place by reading"));
        assert_eq!((attempts, sent), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_change_that_is_missing_is_asked_once_more_where_it_does_no_harm() {
    let (repeatable, creating) = by_repeatability();
    assert_eq!((repeatable.len(), creating.len()), (5, 3));
    let answers = || vec![status(200), status(200), lost(), status(200)];
    for change in repeatable {
        let (outcome, attempts, sent) = made(&change, answers()).await;
        assert_eq!(outcome.completion, Completion::Complete, "{change:?}");
        assert_eq!((attempts, sent), (2, 2), "{change:?}");
    }
    for change in creating {
        let (outcome, attempts, sent) = made(&change, answers()).await;
        assert!(is_unknown(&outcome), "{change:?}: {outcome:?}");
        assert!(outcome.notes[0].contains("may make a second one"));
        assert_eq!((attempts, sent), (1, 1), "{change:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_twice_is_not_asked_a_third_time() {
    let round = || [status(200), lost()];
    let mut answers = vec![status(200)];
    answers.extend([round(), [status(200), status(200)]].concat());
    answers.extend([lost(), status(200)]);
    let (outcome, attempts, sent) = made(&changes::revoke(), answers).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert!(outcome.notes[0].contains("asked a second time"));
    assert_eq!((attempts, sent), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_fails_leaves_it_unknown() {
    let answers = vec![status(200), status(200), lost(), status(503)];
    let (outcome, attempts, sent) = made(&changes::revoke(), answers).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert!(outcome.notes[0].contains("could not be found out"));
    assert_eq!((attempts, sent), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_has_too_much_to_do_is_asked_again() {
    let slow = [429, 200, 429, 503, 200].map(status);
    let (outcome, attempts, sent) = made(&changes::create_account(), slow.into()).await;
    assert_eq!(outcome.completion, Completion::Complete);
    // The first wait was for the plan; nothing had been sent before either.
    assert_eq!((attempts, sent), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_ends_with_the_error_and_nothing_changed() {
    let changer = Changer::new([status(200), status(429)], Script::taking).await;
    let error = changer.make(&changes::revoke()).await.unwrap_err();
    assert!(matches!(error, ProvisionError::Call(_)), "{error}");
    assert_eq!(changer.asked().len(), 1 + 5);
}

/// Removes two items one after the other. 202 says that the first one is gone.
fn two_steps(authority: &str) -> Fixture {
    Script::reading(authority)
        .sends_on(200, &remove("/v1/items/1"))
        .sends(&remove("/v1/items/2"))
        .on(429, &partial(&["removed 1"]))
        .ends(&complete(&["removed 2"]))
}

fn summaries(outcome: &Outcome) -> Vec<&str> {
    outcome.effects.iter().map(|it| &*it.summary).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_slowed_down_in_the_middle_tells_all_that_it_did() {
    // The plan reads; the change reads, makes one step, and is slowed down.
    let answers = [200, 200, 200, 429, 202, 200].map(status);
    let changer = Changer::new(answers, two_steps).await;
    let made = changer.make(&changes::revoke()).await.unwrap();
    assert_eq!(summaries(&made.outcome), ["removed 1", "removed 2"]);
    assert_eq!(made.outcome.completion, Completion::Complete);
    assert_eq!(made.attempts, 2);
    let mut sent = changer.asked();
    sent.retain(|it| it.starts_with("DELETE"));
    let [first, second] = ["DELETE /v1/items/1", "DELETE /v1/items/2"];
    assert_eq!(sent, [first, second, second]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_told_also_where_the_rest_cannot_be() {
    let answers = [200, 200, 200, 429].map(status);
    let changer = Changer::new(answers, two_steps).await;
    let made = changer.make(&changes::revoke()).await.unwrap();
    assert_eq!(summaries(&made.outcome), ["removed 1"]);
    let completion = &made.outcome.completion;
    assert!(
        matches!(completion, Completion::Partial(_)),
        "{completion:?}"
    );
    assert_eq!(changer.changed(), 2);
}
