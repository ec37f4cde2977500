use governance_contract::changes::{Effect, SecretValue};
use governance_contract::faults::ErrorKind;
use governance_contract::samples::{changes, grant, id};

use super::*;

fn told() -> Outcome {
    let member = |slug: &str| grant(id("project", "p1"), slug, id("user", "ada"));
    let through = Grant {
        directness: Directness::Inherited(vec![id("group", "g1")]),
        ..member("member")
    };
    Outcome {
        effects: vec![Effect {
            summary: "made ada an owner of \u{1b}[31mAlpha".into(),
            on: id("project", "p1"),
        }],
        held: vec![Grant {
            pending: true,
            ..member("owner")
        }],
        replaced: vec![member("viewer")],
        remaining: vec![through],
        consequences: vec!["the identity provider\nwill add ada again".into()],
        secrets: vec![SecretValue {
            of: id("api_key", "k1"),
            value: "sk-value".into(),
        }],
        ..changes::outcome(Completion::Pending(Some(0)))
    }
}

#[test]
fn an_outcome_tells_all_that_matters_and_the_secret_once() {
    let text = outcome("grant project:Alpha:owner to ada", &told());
    assert_eq!(text.matches("sk-value").count(), 1);
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_not_settled_says_so_first() {
    for (completion, start, code) in [
        (Completion::Complete, "done: x\n", Exit::Done),
        (
            Completion::NoOp("ada holds it".into()),
            "nothing to do: x\n  ada holds it\n",
            Exit::Done,
        ),
        (
            Completion::Partial(changes::error(ErrorKind::Conflict)),
            "done in part: x\n",
            Exit::Unsettled,
        ),
        (
            Completion::Unknown(changes::error(ErrorKind::Unavailable)),
            "UNKNOWN whether it happened: x\n",
            Exit::Unsettled,
        ),
    ] {
        let told = changes::outcome(completion);
        assert!(outcome("x", &told).starts_with(start), "{start}");
        assert_eq!(exit(&told), code);
    }
}
