//! Each ending with what follows on it.

use governance_contract::changes::{Effect, SecretValue};
use governance_contract::samples::{changes, grant, id, resource};

use super::*;
use crate::egress::Step;
use crate::instance::Breach;
use crate::provision::plan::Origin;

fn made(completion: Completion, steps: usize) -> Made {
    let step = Step {
        route: "set-role".into(),
        method: "POST".into(),
        path: "/users/1".into(),
        body: None,
    };
    Made {
        outcome: changes::outcome(completion),
        steps: vec![step; steps],
        open_ended: false,
    }
}

fn failed(kind: ErrorKind) -> CallError {
    CallError::Connector {
        error: Box::new(changes::error(kind)),
        trouble: None,
    }
}

fn plan(change: &ChangeRequest, made: Made) -> Plan {
    let origin = Origin {
        connection: "default".into(),
        connector: "example".into(),
        component_sha256: "00ff".into(),
    };
    Plan::new(origin, change, made)
}

fn effect(summary: &str) -> Effect {
    Effect {
        summary: summary.into(),
        on: id("user", "ada"),
    }
}

#[test]
fn each_ending_has_what_follows_on_it() {
    let again = |seconds: f64| Next::Again(Duration::from_secs_f64(seconds));
    let ended = |completion| Ok(made(completion, 0));
    let partial = |kind| ended(Completion::Partial(changes::error(kind)));
    let unknown = |kind| ended(Completion::Unknown(changes::error(kind)));
    let slow = || ErrorKind::RateLimited(Some(7_000));
    let endless = || ErrorKind::RateLimited(Some(u64::MAX));
    let cases = [
        (ended(Completion::Complete), 1, Next::End),
        (ended(Completion::NoOp("held".into())), 1, Next::End),
        (ended(Completion::Pending(None)), 1, Next::End),
        (Err(failed(slow())), 1, again(7.0)),
        (Err(failed(slow())), 5, Next::End),
        (Err(failed(endless())), 1, Next::End),
        (Err(failed(ErrorKind::RateLimited(None))), 2, again(1.0)),
        (Err(failed(ErrorKind::Unavailable)), 1, again(0.5)),
        (Err(failed(ErrorKind::Unavailable)), 5, Next::End),
        (Err(failed(ErrorKind::Conflict)), 1, Next::End),
        (Err(failed(ErrorKind::Unauthenticated)), 1, Next::End),
        (Err(failed(ErrorKind::UnreadableResponse)), 1, Next::End),
        (
            Err(CallError::Breach(Breach::Trap("unreachable".into()))),
            1,
            Next::End,
        ),
        (partial(slow()), 1, again(7.0)),
        (partial(ErrorKind::Unavailable), 3, again(2.0)),
        (partial(ErrorKind::Conflict), 1, Next::End),
        (partial(slow()), 5, Next::End),
        (unknown(ErrorKind::Unavailable), 1, Next::Look),
        (unknown(slow()), 1, Next::Look),
        (unknown(ErrorKind::Conflict), 99, Next::Look),
    ];
    for (ended, attempt, expected) in cases {
        let next = after_change(&ended, attempt, &Patience::default());
        assert_eq!(next, expected, "{ended:?}, attempt {attempt}");
    }
}

#[test]
fn only_what_has_no_double_effect_is_asked_again_and_only_once() {
    let steps = || Ok(made(Completion::Complete, 1));
    for change in changes::all() {
        let once = matches!(
            change.name(),
            "grant" | "revoke" | "set-account-status" | "update-resource" | "delete-resource"
        );
        let plan = plan(&change, made(Completion::Complete, 1));
        let expected = if once {
            Seen::Missing
        } else {
            Seen::MissingForGood
        };
        assert_eq!(after_look(&plan, &steps(), false), expected, "{change:?}");
        assert_eq!(after_look(&plan, &steps(), true), Seen::MissingForGood);
    }
    let mut secret = made(Completion::Complete, 1);
    secret.outcome.secrets.push(SecretValue {
        of: id("api_key", "new"),
        value: String::new(),
    });
    let second_key = plan(&changes::update_resource(), secret);
    assert_eq!(
        after_look(&second_key, &steps(), false),
        Seen::MissingForGood
    );
}

#[test]
fn a_look_tells_only_what_it_saw() {
    let plan = plan(&changes::grant(), made(Completion::Complete, 1));
    let no_op = || Completion::NoOp("held".into());
    let failure = || changes::error(ErrorKind::Unavailable);
    let open = Made {
        open_ended: true,
        ..made(Completion::Unknown(failure()), 0)
    };
    for (look, expected) in [
        (Ok(made(no_op(), 0)), Seen::InPlace),
        (Ok(made(no_op(), 1)), Seen::Missing),
        (Ok(made(Completion::Complete, 0)), Seen::NotTold),
        (Ok(made(Completion::Unknown(failure()), 0)), Seen::NotTold),
        (Ok(open), Seen::Missing),
        (Err(failed(ErrorKind::Unavailable)), Seen::NotTold),
        (Err(failed(ErrorKind::NotFound)), Seen::NotTold),
    ] {
        assert_eq!(after_look(&plan, &look, false), expected, "{look:?}");
    }
}

#[test]
fn what_is_found_in_place_says_so_and_that_its_secret_is_lost() {
    let told = changes::outcome(Completion::Unknown(changes::error(ErrorKind::Unavailable)));
    let look = changes::outcome(Completion::NoOp("held".into()));
    let granted = plan(&changes::grant(), made(Completion::Complete, 1));
    let outcome = in_place(&granted, told.clone(), look.clone());
    assert_eq!(outcome.completion, Completion::Complete);
    assert!(outcome.notes[0].contains("found in place by reading"));
    assert!(outcome.consequences.is_empty());
    let mut secret = made(Completion::Complete, 1);
    secret.outcome.secrets.push(SecretValue {
        of: id("api_key", "new"),
        value: String::new(),
    });
    let key = plan(&changes::create_resource(), secret);
    let outcome = in_place(&key, told.clone(), look.clone());
    assert!(outcome.consequences[0].contains("lost"));
    let invited = plan(
        &changes::create_account(),
        made(Completion::Pending(None), 1),
    );
    let mut invitation = resource("invitation", "i");
    invitation.status = Status::Pending;
    invitation.expires_at = Some(7);
    let look = Outcome {
        resources: vec![invitation],
        ..look
    };
    let outcome = in_place(&invited, told, look);
    assert_eq!(outcome.completion, Completion::Pending(Some(7)));
}

#[test]
fn what_stays_unknown_says_what_was_looked_at() {
    let told = || changes::outcome(Completion::Unknown(changes::error(ErrorKind::Unavailable)));
    let created = plan(&changes::create_account(), made(Completion::Complete, 1));
    let granted = plan(&changes::grant(), made(Completion::Complete, 1));
    for (plan, seen, words) in [
        (&created, Seen::MissingForGood, "may make a second one"),
        (&granted, Seen::MissingForGood, "asked a second time"),
        (&granted, Seen::NotTold, "could not be found out"),
    ] {
        let outcome = unsettled(told(), seen, plan);
        assert!(outcome.notes[0].contains(words), "{:?}", outcome.notes);
        let Completion::Unknown(error) = outcome.completion else {
            panic!("{:?}", outcome.completion)
        };
        assert!(error.hint.unwrap().contains(words));
    }
}

#[test]
fn two_halves_of_a_change_are_told_as_one() {
    let member = grant(id("project", "p"), "member", id("user", "ada"));
    let owner = grant(id("project", "p"), "owner", id("user", "ada"));
    let earlier = Outcome {
        effects: vec![effect("added ada")],
        held: vec![member.clone()],
        request_ids: vec!["req-1".into()],
        notes: vec!["slow".into()],
        ..changes::outcome(Completion::Partial(changes::error(ErrorKind::Unavailable)))
    };
    let later = Outcome {
        effects: vec![effect("made ada an owner")],
        held: vec![owner.clone()],
        replaced: vec![member],
        request_ids: vec!["req-2".into()],
        notes: vec!["slow".into()],
        ..changes::outcome(Completion::Complete)
    };
    let both = merged(earlier.clone(), later);
    assert_eq!(both.completion, Completion::Complete);
    assert_eq!(both.effects.len(), 2);
    assert_eq!(both.held, [owner]);
    assert_eq!(both.replaced.len(), 1);
    assert_eq!(both.request_ids, ["req-1", "req-2"]);
    assert_eq!(both.notes, ["slow"]);
    let rest = changes::outcome(Completion::NoOp("held".into()));
    assert_eq!(
        merged(earlier, rest.clone()).completion,
        Completion::Complete
    );
    let nothing = changes::outcome(Completion::Partial(changes::error(ErrorKind::Unavailable)));
    assert_eq!(merged(nothing, rest.clone()).completion, rest.completion);
}
