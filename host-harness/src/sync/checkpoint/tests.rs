//! What is gone on with, and that what is written down is read again.

use governance_contract::connector::ListingTarget;
use governance_contract::model::{Reference, Scope, Subject};
use governance_contract::samples::id;
use governance_store::SyncId;

use super::super::task::Call;
use super::*;

const NOW: Timestamp = 1_800_000_000;

fn setting(key: &str, value: &str) -> Setting {
    Setting {
        key: key.into(),
        value: value.into(),
    }
}

fn credential(shown: Option<&str>) -> RedactedCredential {
    RedactedCredential {
        id: "key".into(),
        redacted_value: shown.map(Into::into),
    }
}

/// The conditions of a sync of these types.
fn of(types: &[&str], place: &str, shown: Option<&str>) -> Conditions {
    let asked = Asked {
        types: types.iter().map(|it| (*it).into()).collect(),
        within: Vec::new(),
    };
    conditions(
        "00ff",
        &asked,
        vec![setting("place", place)],
        vec![credential(shown)],
    )
}

fn example() -> Conditions {
    of(&["user", "group"], "here", Some("…wxyz"))
}

#[test]
fn what_differs_is_named() {
    for (now, expected) in [
        (example(), ""),
        (of(&["group", "user"], "here", Some("…wxyz")), ""),
        (of(&["user"], "here", Some("…wxyz")), "what is asked for"),
        (
            of(&["user", "group"], "there", Some("…wxyz")),
            "the setting `place`",
        ),
    ] {
        assert_eq!(now.differences(&example()).join(", "), expected);
    }
}

#[test]
fn no_setting_is_written_down_as_it_is() {
    let conditions = of(&[], "hunter2", Some("…wxyz"));
    assert!(!json(&conditions).contains("hunter2"));
}

fn interrupted(sync: i64, age: Timestamp, conditions: Conditions) -> Interrupted {
    Interrupted {
        sync: SyncId(sync),
        started_at: NOW - age,
        conditions,
        teller: None,
    }
}

#[test]
fn the_newest_that_fits_is_gone_on_with_if_that_is_wanted() {
    let other = || of(&[], "here", Some("…wxyz"));
    let fits = |sync| interrupted(sync, 60, example());
    let not = |sync| interrupted(sync, 60, other());
    let old = || interrupted(1, RESUMABLE_FOR + 1, example());
    let resume = |it| Choice::Resume(Box::new(it));
    let beside = Choice::Begin(Beginning::Beside(NOW - 60));
    let unfit = |differences: &str| {
        let sync = Beginning::Unfit {
            begun_at: NOW - 60,
            differences: vec![differences.into()],
        };
        Choice::Begin(sync)
    };
    let cases = [
        (vec![], true, Choice::Begin(Beginning::NothingThere)),
        (vec![], false, Choice::Begin(Beginning::Anew)),
        (vec![fits(3), fits(2)], true, resume(fits(3))),
        (vec![not(3), fits(2)], true, resume(fits(2))),
        (vec![fits(3), not(2)], false, beside),
        (vec![not(3), not(2)], true, unfit("what is asked for")),
        (vec![not(3)], false, Choice::Begin(Beginning::Anew)),
        (vec![old()], false, Choice::Begin(Beginning::Anew)),
    ];
    for (there, resume, expected) in cases {
        assert_eq!(choose(there, &example(), resume, NOW), expected);
    }
    let choice = choose(vec![old()], &example(), true, NOW);
    assert!(format!("{choice:?}").contains("a week ago"), "{choice:?}");
}

#[test]
fn another_credential_needs_a_call_that_tells_whose_it_is() {
    let other = of(&["user", "group"], "here", Some("…abcd"));
    let short = of(&["user", "group"], "here", None);
    for (then, now) in [(example(), &other), (short.clone(), &short)] {
        let silent = interrupted(1, 60, then);
        let task = Task {
            call: Call::Grants(ListingTarget::ResourceType("role".into())),
            token: None,
            covers: Vec::new(),
            surface: "roles".into(),
        };
        let told = Interrupted {
            teller: Some(written(1, &task, 1)),
            ..silent.clone()
        };
        let choice = choose(vec![silent], now, true, NOW);
        assert!(
            format!("{choice:?}").contains("the credential"),
            "{choice:?}"
        );
        let choice = choose(vec![told.clone()], now, true, NOW);
        assert_eq!(choice, Choice::Resume(Box::new(told)));
    }
}

#[test]
fn a_task_that_is_written_down_is_read_as_it_was() {
    let reference = Reference {
        id: id("project", "p\"1"),
        parent: Some(id("place", "here")),
        hint: Some("hint".into()),
    };
    let resources = |parent| Call::Resources {
        resource_type: "user".into(),
        parent,
    };
    for call in [
        resources(None),
        resources(Some(reference.clone())),
        Call::Grants(ListingTarget::Resource(reference)),
        Call::Entitlements(ListingTarget::ResourceType("group".into())),
    ] {
        let scope = Scope {
            subject: Some(Subject::Grants),
            parent: Some(id("project", "p")),
            ..Scope::default()
        };
        let attempt = Attempt {
            id: 7,
            task: Task {
                call,
                token: Some("token\n".into()),
                covers: vec![scope, Scope::default()],
                surface: "users".into(),
            },
            number: 3,
            refused: 0,
        };
        let row = written(attempt.id, &attempt.task, attempt.number);
        assert_eq!(read(row).unwrap(), attempt);
    }
}
