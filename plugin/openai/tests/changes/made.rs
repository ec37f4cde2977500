//! What holds for every change: its plan sends nothing and tells what will be
//! sent, and made again it changes nothing.

use governance_guest::wit::changes::{ChangeRequest, Outcome};
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Reference;
use openai_simulator::{Simulator, Way};
use serde_json::Value;

use crate::simulated::{Simulated, ended, in_project, reference};

/// Plans a change and makes it. What was planned is what is sent.
pub(crate) fn made(simulated: &Simulated, change: &ChangeRequest) -> Result<Outcome, Error> {
    let (access, writes) = (simulated.simulator.access(), writes(&simulated.simulator));
    let (planned, requests) = simulated.plan(change);
    assert_eq!(
        simulated.simulator.access(),
        access,
        "a plan changes nothing"
    );
    assert_eq!(writes, self::writes(&simulated.simulator), "nor sends it");
    let outcome = simulated.change(change);
    let sent = simulated.changing_requests().split_off(requests.len());
    assert_eq!(sent, requests, "what was planned is sent");
    if let (Ok(planned), Ok(outcome)) = (&planned, &outcome) {
        let told = |outcome: &Outcome| -> Vec<String> {
            let effects = outcome.effects.iter();
            effects.map(|effect| effect.summary.clone()).collect()
        };
        assert_eq!(told(planned), told(outcome), "what was planned is done");
    }
    outcome
}

/// Makes a change that was made before.
pub(crate) fn again(simulated: &Simulated, change: &ChangeRequest) {
    let (access, writes) = (simulated.simulator.access(), writes(&simulated.simulator));
    let outcome = simulated.change(change);
    assert_eq!(ended(&outcome), "no-op", "{outcome:?}");
    assert_eq!(simulated.simulator.access(), access, "{outcome:?}");
    assert_eq!(writes, self::writes(&simulated.simulator), "{outcome:?}");
    let outcome = outcome.expect("an outcome");
    assert!(outcome.effects.is_empty() && outcome.held.is_empty());
}

/// How many requests may have changed something.
fn writes(simulator: &Simulator) -> u64 {
    let requests = simulator.requests();
    let writes = requests
        .iter()
        .filter(|(route, _)| !route.starts_with("GET "));
    writes.map(|(_, count)| count).sum()
}

/// The id of the row of a list that has this name, or e-mail address.
pub(crate) fn id_of(simulated: &Simulated, list: &str, named: &str) -> String {
    let archived = match list {
        "projects" => "&include_archived=true",
        _ => "",
    };
    let path = format!("/organization/{list}?limit=100{archived}");
    let answer = simulated.api("GET", &path, "");
    let rows = answer["data"].as_array().expect("rows");
    let is_it = |row: &&Value| row["name"] == named || row["email"] == named;
    let row = rows.iter().find(is_it).expect(named);
    row["id"].as_str().expect("an id").to_owned()
}

/// Names what the tests call by name; what begins with `no ` is not there.
pub(crate) fn named(simulated: &Simulated, resource_type: &str, name: &str) -> Reference {
    if name.starts_with("no ") {
        return reference(resource_type, "nothing-1");
    }
    let id = match (resource_type, name) {
        ("org_role", "owner" | "reader") => format!("role-api-organization-{name}"),
        ("org_role", _) => id_of(simulated, "roles", name),
        ("group", _) => id_of(simulated, "groups", name),
        ("project", _) => id_of(simulated, "projects", name),
        _ => id_of(simulated, "users", name),
    };
    match (resource_type, name) {
        ("service_account", "nightly-evaluation") => {
            let project = id_of(simulated, "projects", "Search");
            in_project(&project, resource_type, &id)
        }
        _ => reference(resource_type, &id),
    }
}

/// The organization roles of a person or a group by their names, sorted; those
/// through a group with `*`.
pub(crate) fn roles_of(simulated: &Simulated, holder: &Reference) -> Vec<String> {
    match holder.id.resource_type.as_str() {
        "group" => roles_of_group(simulated, &holder.id.id),
        _ => roles_of_person(simulated, &holder.id.id),
    }
}

fn roles_of_group(simulated: &Simulated, id: &str) -> Vec<String> {
    let answer = simulated.api("GET", &format!("/organization/groups/{id}/roles"), "");
    let rows = answer["data"].as_array().expect("rows");
    let names = rows.iter().map(|row| row["name"].as_str().expect("a name"));
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

fn roles_of_person(simulated: &Simulated, id: &str) -> Vec<String> {
    let access = simulated.simulator.access();
    let row = access.organization.iter().find(|row| row.person == id);
    let roles = row.map(|row| row.roles.as_slice()).unwrap_or_default();
    let list = simulated.api("GET", "/organization/roles", "");
    let name = |id: &str| {
        let rows = list["data"].as_array().expect("rows").iter();
        let mut named = rows.filter(|row| row["id"] == id);
        let name = named.next().and_then(|row| row["name"].as_str());
        name.unwrap_or(id).to_owned()
    };
    let mut written: Vec<String> = roles
        .iter()
        .map(|held| match held.ways.contains(&Way::Direct) {
            true => name(&held.role),
            false => format!("{}*", name(&held.role)),
        })
        .collect();
    written.sort();
    written
}
