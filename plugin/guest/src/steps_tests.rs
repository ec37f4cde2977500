use serde_json::json;

use super::*;
use crate::address::Address;
use crate::client::Endpoint;
use crate::items::id;
use crate::refusal::Dialect;
use crate::testing::Script;
use crate::transport::{Method, Problem, TransportError};
use crate::wit::manifest;

const DIALECT: Dialect = Dialect {
    unauthenticated_codes: &[],
    credential_hint: "credential",
    permission_hint: "permission",
    address_hint: "address",
};

const CHANGE: Endpoint = Endpoint {
    id: "change",
    method: Method::Post,
    path: "/things",
    effect: manifest::Effect::Change,
    surface: "things",
};

fn run(
    script: &Script,
    change: impl FnOnce(&mut Steps<'_, Script>) -> Result<Completion, Stop>,
) -> Result<Outcome, Error> {
    let client = Client {
        transport: script,
        address: Address::parse("base_url", "https://api.example.com").expect("a URL"),
        dialect: &DIALECT,
        now: 0,
        plan: false,
    };
    outcome(&client, change)
}

/// Two steps, of which the script may break either.
fn twice(steps: &mut Steps<'_, Script>) -> Result<Completion, Stop> {
    for step in ["one", "two"] {
        steps.send(&Call::new(&CHANGE).body(json!({})))?;
        steps.did(step, &id("thing", step));
    }
    Ok(Completion::Complete)
}

/// How it ended, and after how many steps; None if it was an error.
fn ended(result: &Result<Outcome, Error>) -> Option<(&'static str, usize)> {
    let outcome = result.as_ref().ok()?;
    let ended = match outcome.completion {
        Completion::Complete => "complete",
        Completion::Partial(_) => "partial",
        Completion::Unknown(_) => "unknown",
        Completion::NoOp(_) | Completion::Pending(_) => "other",
    };
    Some((ended, outcome.effects.len()))
}

#[test]
fn a_change_ends_as_its_first_failing_request_says() {
    let lost = |delivery| {
        Err(TransportError {
            problem: Problem::Interrupted,
            delivery,
            detail: None,
        })
    };
    type Ended = Option<(&'static str, usize)>;
    type Fail = fn(Script) -> Script;
    let cases: [(Fail, Ended, Ended); 9] = [
        (|it| it.status(404, b"{}"), None, Some(("partial", 1))),
        (|it| it.status(404, b"<html>"), None, Some(("partial", 1))),
        (|it| it.status(429, b"{}"), None, Some(("partial", 1))),
        (|it| it.status(400, b"{}"), None, Some(("partial", 1))),
        (|it| it.status(403, b"{}"), None, Some(("partial", 1))),
        (
            |it| it.status(500, b"{}"),
            Some(("unknown", 0)),
            Some(("unknown", 1)),
        ),
        (
            |it| it.status(302, b""),
            Some(("unknown", 0)),
            Some(("unknown", 1)),
        ),
        (
            |it| it.status(200, b"{\"id\""),
            Some(("unknown", 0)),
            Some(("unknown", 1)),
        ),
        (|it| it, None, Some(("partial", 1))),
    ];
    for (number, (fail, first, second)) in cases.into_iter().enumerate() {
        let script = fail(Script::new());
        assert_eq!(ended(&run(&script, twice)), first, "case {number}");
        let script = fail(Script::new().json(&json!({})));
        assert_eq!(ended(&run(&script, twice)), second, "case {number}");
    }
    let script = Script::new().answer(lost(Delivery::MayHaveArrived));
    assert_eq!(ended(&run(&script, twice)), Some(("unknown", 0)));
    let script = Script::new().answer(lost(Delivery::NotSent));
    assert_eq!(ended(&run(&script, twice)), None);
}

#[test]
fn a_failing_read_changes_nothing_and_is_no_unknown() {
    let script = Script::new().status(500, b"{}");
    let result = run(&script, |steps| {
        steps.read(&Call::new(&CHANGE))?;
        Ok(Completion::Complete)
    });
    assert_eq!(result.expect_err("an error").kind, ErrorKind::Unavailable);
}

#[test]
fn what_is_gone_already_is_no_failure() {
    let script = Script::new().status(404, b"{}").status(404, b"{}");
    let result = run(&script, |steps| {
        assert_eq!(steps.find(&Call::new(&CHANGE))?, None);
        assert_eq!(steps.remove(&Call::new(&CHANGE))?, None);
        Ok(no_op("it is gone"))
    });
    let outcome = result.expect("an outcome");
    assert_eq!(outcome.completion, Completion::NoOp("it is gone".into()));
}

#[test]
fn request_ids_of_changes_are_kept() {
    let script = Script::new().json(&json!({})).json(&json!({}));
    let outcome = run(&script, twice).expect("an outcome");
    assert_eq!(outcome.request_ids, ["req-1", "req-1"]);
}
