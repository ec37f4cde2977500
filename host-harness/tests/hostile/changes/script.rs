//! Components that are asked for a change: requests in order, and what they say
//! of each answer. Whatever the change is, they do the same.

use serde_json::{Value, json};

use crate::asking::Attempt;
use crate::component::{Fixture, constant};

/// The function that changes.
pub(crate) const CHANGE: &str = "change";

/// What a component does when it is asked for a change.
pub(crate) struct Script {
    authority: String,
    fixture: Fixture,
    code: String,
}

impl Script {
    pub(crate) fn new(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            fixture: Fixture::new(),
            code: String::new(),
        }
    }

    /// What most services need: the item is read, and what is gone is `no-op`.
    pub(crate) fn reading(authority: &str) -> Self {
        Self::new(authority)
            .sends(&read("/v1/items/1"))
            .on(404, &no_op())
            .on(429, &failed("rate-limited"))
            .on(503, &failed("unavailable"))
    }

    /// The same, and then the item is removed.
    pub(crate) fn taking(authority: &str) -> Fixture {
        Self::reading(authority)
            .sends(&remove("/v1/items/1"))
            .ends(&complete(&["removed 1"]))
    }

    /// Sends a request, and reads all of the answer.
    pub(crate) fn sends(mut self, attempt: &Attempt<'_>) -> Self {
        let code = self.sending(attempt);
        self.code.push_str(&code);
        self
    }

    /// The same, if the last answer had this status.
    pub(crate) fn sends_on(mut self, status: u16, attempt: &Attempt<'_>) -> Self {
        let code = self.sending(attempt);
        self.code.push_str(&when(status, &code));
        self
    }

    /// Ends with this, if the last answer had this status.
    pub(crate) fn on(mut self, status: u16, answer: &Value) -> Self {
        let answer = self.fixture.answer(CHANGE, answer);
        let end = format!("(return {})", constant(answer));
        self.code.push_str(&when(status, &end));
        self
    }

    /// Does this, but not in a plan.
    pub(crate) fn when_changing(mut self, code: &str) -> Self {
        let mode = self.fixture.parameter(CHANGE, &["context", "mode"]);
        let changes = format!("(i32.eq (i32.load8_u offset={mode} (local.get 0)) (i32.const 1))");
        self.code.push_str(&format!("(if {changes} (then {code}))"));
        self
    }

    /// Ends with this.
    pub(crate) fn ends(mut self, answer: &Value) -> Fixture {
        let answer = self.fixture.answer(CHANGE, answer);
        self.code.push_str(&constant(answer));
        self.fixture.body(CHANGE, &self.code)
    }

    fn sending(&mut self, attempt: &Attempt<'_>) -> String {
        let attempt = Attempt {
            function: CHANGE,
            authority: &self.authority,
            headers: attempt.headers.clone(),
            ..*attempt
        };
        attempt.code(&mut self.fixture)
    }
}

fn when(status: u16, code: &str) -> String {
    format!("(if (i32.eq (local.get $d) (i32.const {status})) (then {code}))")
}

/// A request that only reads.
pub(crate) fn read(path: &str) -> Attempt<'_> {
    Attempt {
        path,
        ..Attempt::reading("")
    }
}

/// A request that changes something, with no answer predicted.
pub(crate) fn unpredicted(path: &str) -> Attempt<'_> {
    Attempt {
        method: "delete",
        ..read(path)
    }
}

/// The same, with an answer predicted.
pub(crate) fn remove(path: &str) -> Attempt<'_> {
    let predicted: &[u8] = br#"{"status": 200, "body": {}}"#;
    Attempt {
        headers: vec![("governance-predicted-answer", predicted)],
        ..unpredicted(path)
    }
}

pub(crate) fn user(key: &str) -> Value {
    json!({"resource-type": "user", "id": key})
}

/// It was so already.
pub(crate) fn no_op() -> Value {
    json!({"ok": {"completion": {"no-op": "it is gone"}}})
}

/// All is done, by these effects.
pub(crate) fn complete(effects: &[&str]) -> Value {
    json!({"ok": {"completion": "complete", "effects": told(effects)}})
}

/// Only these effects came about: then the service had too much to do.
pub(crate) fn partial(effects: &[&str]) -> Value {
    let error = json!({"kind": {"rate-limited": 1}, "message": "slow", "delivery": "answered"});
    json!({"ok": {"completion": {"partial": error}, "effects": told(effects)}})
}

/// Nothing was changed.
pub(crate) fn failed(kind: &str) -> Value {
    let kind = match kind {
        "rate-limited" => json!({"rate-limited": 1}),
        other => json!(other),
    };
    json!({"err": {"kind": kind, "message": "not now", "delivery": "answered"}})
}

fn told(effects: &[&str]) -> Vec<Value> {
    let effect = |it: &&str| json!({"summary": it, "on": user("u1")});
    effects.iter().map(effect).collect()
}
