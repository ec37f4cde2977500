//! Plans: what a change would do, exact for the state that was read, with a
//! digest, so that applying one can refuse when the state has moved on.
//!
//! The digest is the SHA-256 of the plan's JSON with sorted keys, without what
//! is another one each time: predicted times and resources, the ids of requests,
//! notes, and the digest itself.

use governance_contract::bounds::Violation;
use governance_contract::changes::{ChangeRequest, Completion, Outcome};
use governance_contract::json;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::connection::Made;
use crate::egress::Step;
use crate::engine::hexadecimal;

/// What a plan is of, besides its change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The connection's name.
    pub connection: String,
    /// The connector's name.
    pub connector: String,
    /// Of the component's file, in lower-case hexadecimal.
    pub component_sha256: String,
}

/// What a change would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Whose plan it is.
    pub origin: Origin,
    /// The change.
    pub change: ChangeRequest,
    /// The changing requests that would be sent, in order.
    pub steps: Vec<Step>,
    /// Further steps depend on the last one.
    pub open_ended: bool,
    /// What is predicted. It has no secrets, since none is made yet.
    pub outcome: Outcome,
    /// The change would make a value that is shown once.
    pub makes_secret: bool,
    /// See above, in lower-case hexadecimal.
    pub digest: String,
}

/// A plan that was saved: what is needed of it to make its change.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedPlan {
    /// The connection's name.
    pub connection: String,
    /// The change.
    pub change: ChangeRequest,
    /// What the plan of it has to have for a digest.
    pub digest: String,
    document: Value,
}

/// A file that is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is something else.
    #[error("this is not a plan: {0}")]
    NotAPlan(String),
    /// Its change cannot be read.
    #[error("this is not a plan: change")]
    Change(#[source] Violation),
    /// Its digest is not its own.
    #[error("the plan was edited: its digest is not that of what it says")]
    Edited,
}

impl Plan {
    pub(crate) fn new(origin: Origin, change: &ChangeRequest, made: Made) -> Self {
        let mut outcome = made.outcome;
        let secrets = std::mem::take(&mut outcome.secrets);
        let mut plan = Self {
            origin,
            change: change.clone(),
            steps: made.steps,
            open_ended: made.open_ended,
            makes_secret: !secrets.is_empty(),
            outcome,
            digest: String::new(),
        };
        plan.digest = digest(&plan.to_json());
        plan
    }

    /// Whether nothing is to be done.
    pub fn is_no_op(&self) -> bool {
        matches!(self.outcome.completion, Completion::NoOp(_)) && self.sends_nothing()
    }

    /// Whether no changing request would be sent.
    pub fn sends_nothing(&self) -> bool {
        self.steps.is_empty() && !self.open_ended
    }

    /// As it is saved.
    pub fn to_json(&self) -> Value {
        json!({
            "connection": self.origin.connection,
            "connector": self.origin.connector,
            "component_sha256": self.origin.component_sha256,
            "change": json::change(&self.change),
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "open_ended": self.open_ended,
            "outcome": json::outcome(&self.outcome),
            "makes_secret": self.makes_secret,
            "digest": self.digest,
        })
    }
}

/// A plan of this run, to be held to later.
impl From<&Plan> for SavedPlan {
    fn from(plan: &Plan) -> Self {
        Self {
            connection: plan.origin.connection.clone(),
            change: plan.change.clone(),
            digest: plan.digest.clone(),
            document: plan.to_json(),
        }
    }
}

impl SavedPlan {
    /// Reads what [`Plan::to_json`] wrote.
    ///
    /// # Errors
    /// It is something else, or was edited.
    pub fn read(document: Value) -> Result<Self, PlanError> {
        let text = |key: &str| {
            let value = document.get(key).and_then(Value::as_str);
            value
                .map(str::to_owned)
                .ok_or_else(|| PlanError::NotAPlan(format!("it has no `{key}`")))
        };
        let (connection, digest) = (text("connection")?, text("digest")?);
        let change = document.get("change").unwrap_or(&Value::Null);
        let change = json::read_change(change).map_err(PlanError::Change)?;
        if self::digest(&document) != digest {
            return Err(PlanError::Edited);
        }
        Ok(Self {
            connection,
            change,
            digest,
            document,
        })
    }

    /// What a plan made now says otherwise, for people: `KEY: was …, is …`.
    pub fn differences(&self, now: &Plan) -> Vec<String> {
        let (mut was, mut is) = (of_state(&self.document), of_state(&now.to_json()));
        for document in [&mut was, &mut is] {
            document.sort_all_objects();
        }
        let mut found = Vec::new();
        compare("", &was, &is, &mut found);
        found
    }
}

fn step(step: &Step) -> Value {
    json!({"route": step.route, "method": step.method, "path": step.path, "body": step.body})
}

fn digest(document: &Value) -> String {
    let mut document = of_state(document);
    // Whatever other crates have serde_json do.
    document.sort_all_objects();
    hexadecimal(&Sha256::digest(document.to_string()))
}

/// What of a plan depends on the state and the change alone.
fn of_state(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(plan) = document.as_object_mut() {
        plan.remove("digest");
    }
    let outcome = document.get_mut("outcome");
    if let Some(outcome) = outcome.and_then(Value::as_object_mut) {
        for key in ["resources", "secrets", "request_ids", "notes"] {
            outcome.remove(key);
        }
    }
    let completion = document.pointer_mut("/outcome/completion");
    if let Some(completion) = completion.and_then(Value::as_object_mut) {
        completion.remove("until");
    }
    let error = document.pointer_mut("/outcome/completion/error");
    if let Some(error) = error.and_then(Value::as_object_mut) {
        error.remove("request_id");
    }
    document
}

/// Tells where two documents differ, by the path of keys.
fn compare(place: &str, was: &Value, is: &Value, found: &mut Vec<String>) {
    if was == is {
        return;
    }
    match (was, is) {
        (Value::Object(before), Value::Object(after)) => {
            let added = after.keys().filter(|it| !before.contains_key(*it));
            for key in before.keys().chain(added) {
                let place = format!("{place}{}{key}", if place.is_empty() { "" } else { "." });
                let side = |object: &serde_json::Map<String, Value>| {
                    object.get(key).cloned().unwrap_or(Value::Null)
                };
                compare(&place, &side(before), &side(after), found);
            }
        }
        _ => found.push(format!("{place}: was {was}, is {is}")),
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::changes::SecretValue;
    use governance_contract::faults::ErrorKind;
    use governance_contract::samples::{changes, grant, id};

    use super::*;

    fn origin() -> Origin {
        Origin {
            connection: "default".into(),
            connector: "example".into(),
            component_sha256: "00ff".into(),
        }
    }

    fn made(completion: Completion) -> Made {
        let step = Step {
            route: "set-role".into(),
            method: "POST".into(),
            path: "/users/1".into(),
            body: Some(json!({"role": "owner"})),
        };
        Made {
            outcome: changes::outcome(completion),
            steps: vec![step],
            open_ended: false,
        }
    }

    fn planned(change: impl Fn(&mut Made)) -> Plan {
        let mut made = made(Completion::Complete);
        change(&mut made);
        Plan::new(origin(), &changes::grant(), made)
    }

    #[test]
    fn the_digest_is_of_the_state_and_nothing_else() {
        let plain = planned(|_| {}).digest;
        let ids = planned(|it| it.outcome.request_ids.push("req-1".into()));
        let notes = planned(|it| it.outcome.notes.push("slow".into()));
        assert_eq!([ids.digest, notes.digest], [plain.clone(), plain.clone()]);
        let held = grant(id("project", "p"), "member", id("user", "ada"));
        for other in [
            planned(|it| it.open_ended = true),
            planned(|it| it.steps.clear()),
            planned(|it| it.steps[0].body = None),
            planned(|it| it.outcome.held.push(held.clone())),
            planned(|it| it.outcome.replaced.push(held.clone())),
            planned(|it| it.outcome.consequences.push("a key dies".into())),
            planned(|it| it.outcome.completion = Completion::Pending(Some(1))),
            Plan::new(origin(), &changes::revoke(), made(Completion::Complete)),
        ] {
            assert_ne!(other.digest, plain);
        }
        let failed = |request: &str| {
            let mut error = changes::error(ErrorKind::Conflict);
            error.request_id = Some(request.into());
            planned(move |it| it.outcome.completion = Completion::Partial(error.clone())).digest
        };
        assert_eq!(failed("req-1"), failed("req-2"));
        let until = |at| planned(|it| it.outcome.completion = Completion::Pending(Some(at))).digest;
        assert_eq!(until(1), until(2));
    }

    #[test]
    fn a_saved_plan_is_read_again_and_an_edited_one_refused() {
        let plan = planned(|_| {});
        let saved = SavedPlan::read(plan.to_json()).unwrap();
        assert_eq!(
            (saved.change.clone(), saved.digest.clone()),
            (plan.change.clone(), plan.digest.clone())
        );
        assert!(saved.differences(&plan).is_empty());
        let mut edited = plan.to_json();
        edited["change"]["principal"]["id"] = "mallory".into();
        assert_eq!(SavedPlan::read(edited), Err(PlanError::Edited));
        for (document, message) in [
            (json!({}), "this is not a plan: it has no `connection`"),
            (
                json!({"connection": "x", "digest": "y"}),
                "this is not a plan: change",
            ),
        ] {
            assert_eq!(SavedPlan::read(document).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn what_moved_on_is_told() {
        let saved = SavedPlan::read(planned(|_| {}).to_json()).unwrap();
        let now = planned(|it| {
            it.steps.clear();
            it.outcome.completion = Completion::NoOp("held".into());
        });
        let differences = saved.differences(&now);
        assert_eq!(differences.len(), 3, "{differences:?}");
        assert_eq!(
            differences[0],
            r#"outcome.completion.name: was "complete", is "no-op""#
        );
    }

    #[test]
    fn a_plan_tells_that_a_secret_comes_and_holds_none() {
        let plan = planned(|it| {
            it.outcome.secrets.push(SecretValue {
                of: id("api_key", "new"),
                value: "predicted".into(),
            });
        });
        assert!(plan.makes_secret);
        assert!(!plan.to_json().to_string().contains("predicted"));
    }

    #[test]
    fn only_a_plan_without_steps_is_no_op() {
        let no_op = || Completion::NoOp("held".into());
        let with = |steps: bool, open_ended| {
            planned(move |it| {
                it.outcome.completion = no_op();
                it.open_ended = open_ended;
                if !steps {
                    it.steps.clear();
                }
            })
            .is_no_op()
        };
        assert!(with(false, false));
        assert!(!with(true, false) && !with(false, true));
        assert!(!planned(|it| it.steps.clear()).is_no_op());
    }
}
