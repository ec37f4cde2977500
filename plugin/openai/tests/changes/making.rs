//! Changes of resources, planned and made.

use governance_guest::wit::changes::{
    ChangeRequest, Completion, Outcome, ResourceCreation, ResourceDeletion, ResourceUpdate,
    SecretValue,
};
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Reference;
use serde_json::Value;

use crate::simulated::{Simulated, ended, reference};

pub(crate) fn creation(
    resource_type: &str,
    parent: Option<&Reference>,
    name: &str,
    attributes: &Value,
) -> ChangeRequest {
    ChangeRequest::CreateResource(ResourceCreation {
        resource_type: resource_type.to_owned(),
        parent: parent.cloned(),
        name: name.to_owned(),
        attributes: attributes.to_string(),
    })
}

pub(crate) fn update(of: &Reference, name: Option<&str>, attributes: &Value) -> ChangeRequest {
    ChangeRequest::UpdateResource(ResourceUpdate {
        of: of.clone(),
        name: name.map(str::to_owned),
        attributes: attributes.to_string(),
    })
}

pub(crate) fn deletion(of: &Reference, attributes: &Value) -> ChangeRequest {
    ChangeRequest::DeleteResource(ResourceDeletion {
        of: of.clone(),
        attributes: attributes.to_string(),
    })
}

/// Plans the change, then makes it: the plan lists exactly the requests that are
/// then sent, and tells the same of them.
pub(crate) fn as_planned(simulated: &Simulated, change: &ChangeRequest) -> Outcome {
    let (planned, requests) = simulated.plan(change);
    let planned = planned.expect("a plan");
    let stand_in = |it: &SecretValue| it.value == "new-api-key-value";
    assert!(planned.secrets.iter().all(stand_in), "a plan has no values");
    let made = simulated.change(change);
    let all = simulated.changing_requests();
    assert_eq!(ended(&made), ended(&Ok(planned.clone())));
    let made = made.expect("an outcome");
    assert_eq!(made.secrets.len(), planned.secrets.len());
    let sent = all.get(requests.len()..).expect("the plan's come first");
    let sent: Vec<String> = sent.iter().map(|it| as_in(&planned, &made, it)).collect();
    assert_eq!(sent, requests);
    let told = |outcome: &Outcome| -> Vec<String> {
        let effects = outcome.effects.iter().map(|effect| &effect.summary);
        let told = effects.chain(&outcome.consequences);
        told.map(|it| as_in(&planned, &made, it)).collect()
    };
    assert_eq!(told(&made), told(&planned));
    made
}

/// The text with the ids that the plan stood in for.
fn as_in(planned: &Outcome, made: &Outcome, text: &str) -> String {
    let pairs = made.effects.iter().zip(&planned.effects);
    pairs.fold(text.to_owned(), |text, (made, planned)| {
        text.replace(&made.on.id, &planned.on.id)
    })
}

/// Why nothing was to be done.
pub(crate) fn no_op(simulated: &Simulated, change: &ChangeRequest) -> (String, Outcome) {
    let (_, planned) = simulated.plan(change);
    assert_eq!(planned, [""; 0]);
    let outcome = simulated.change(change).expect("an outcome");
    assert_eq!(simulated.changing_requests(), [""; 0]);
    assert!(outcome.effects.is_empty());
    let reason = match &outcome.completion {
        Completion::NoOp(reason) => Some(reason.clone()),
        _ => None,
    };
    (reason.expect("a no-op"), outcome)
}

/// Why it is refused, of a change that sends nothing.
pub(crate) fn refused(simulated: &Simulated, change: &ChangeRequest) -> Error {
    let (planned, requests) = simulated.plan(change);
    let error = simulated.change(change).expect_err("an error");
    assert_eq!(requests, [""; 0]);
    assert_eq!(simulated.changing_requests(), [""; 0]);
    assert_eq!(planned.expect_err("an error").kind, error.kind);
    error
}

/// The rows of a list of the API.
pub(crate) fn rows(simulated: &Simulated, path: &str) -> Vec<Value> {
    let answer = simulated.api("GET", path, "");
    answer["data"].as_array().expect("a list").clone()
}

/// The row of a list that bears a name.
pub(crate) fn row(simulated: &Simulated, path: &str, name: &str) -> Value {
    let rows = rows(simulated, path);
    let row = rows.into_iter().find(|row| row["name"] == name);
    row.expect("a row of this name")
}

/// The id of that.
pub(crate) fn id(simulated: &Simulated, path: &str, name: &str) -> String {
    let row = row(simulated, path, name);
    row["id"].as_str().expect("an id").to_owned()
}

/// A project of this name.
pub(crate) fn project(simulated: &Simulated, name: &str) -> Reference {
    let path = "/organization/projects?include_archived=true";
    reference("project", &id(simulated, path, name))
}

/// Something of a project, by its name in this list below the project.
pub(crate) fn below(project: &Reference, list: &str) -> String {
    format!("/organization/projects/{}/{list}", project.id.id)
}
