//! Each request that changes something in the organization, and each way in which
//! its answer can fail to come: never a success that is made up, and nothing
//! sent twice.

use governance_guest::testing::Script;
use governance_guest::transport::{Problem, TransportError};
use governance_guest::wit::changes::{ChangeRequest, ResourceDeletion};
use governance_guest::wit::faults::Delivery;
use serde_json::{Value, json};

use crate::rare_answers::{ada, error, invite, list, live, run, summaries};
use crate::simulated::{ended, holding, reference};

/// Each request that changes something, behind what is read before it.
fn every_write() -> Vec<(&'static str, Script, ChangeRequest)> {
    let user = reference("user", "user-1");
    let group = reference("group", "group-1");
    let owner = reference("org_role", "role-api-organization-owner");
    let custom = reference("org_role", "role_1");
    let invitation = reference("invitation", "invite-1");
    let script = |rows: &[Option<Value>]| {
        let add = |script: Script, row: &Option<Value>| match row {
            Some(row) => script.json(row),
            None => script.status(404, &error("Not found.")),
        };
        rows.iter().fold(Script::new(), add)
    };
    let (person, role) = (
        Some(ada()),
        Some(json!({"id": "role_1", "name": "Auditor"})),
    );
    let group_row = Some(json!({"id": "group-1", "name": "Researchers"}));
    let member = holding(&group, "member", &user);
    let to_user = holding(&custom, "assigned", &user);
    let to_group = holding(&custom, "assigned", &group);
    let deletion = |of| {
        ChangeRequest::DeleteResource(ResourceDeletion {
            of,
            attributes: String::new(),
        })
    };
    vec![
        (
            "POST /users/user-1",
            script(std::slice::from_ref(&person)),
            ChangeRequest::Grant(holding(&owner, "assigned", &user)),
        ),
        (
            "POST /users/user-1/roles",
            script(&[role.clone(), person.clone(), None]),
            ChangeRequest::Grant(to_user.clone()),
        ),
        (
            "DELETE /users/user-1/roles/role_1",
            script(&[role.clone(), person.clone(), role.clone()]),
            ChangeRequest::Revoke(to_user),
        ),
        (
            "POST /groups/group-1/roles",
            script(&[role.clone(), group_row.clone(), None]),
            ChangeRequest::Grant(to_group.clone()),
        ),
        (
            "DELETE /groups/group-1/roles/role_1",
            script(&[role.clone(), group_row.clone(), role]),
            ChangeRequest::Revoke(to_group),
        ),
        (
            "POST /groups/group-1/users",
            script(&[group_row.clone(), None, person.clone()]),
            ChangeRequest::Grant(member.clone()),
        ),
        (
            "DELETE /groups/group-1/users/user-1",
            script(&[group_row, person.clone(), person.clone()]),
            ChangeRequest::Revoke(member),
        ),
        (
            "DELETE /users/user-1",
            script(&[person, Some(list(&[]))]),
            deletion(user),
        ),
        (
            "POST /invites",
            script(&[Some(list(&[])), Some(list(&[]))]),
            invite(),
        ),
        (
            "DELETE /invites/invite-1",
            script(&[Some(live("reader"))]),
            deletion(invitation),
        ),
    ]
}

#[test]
fn no_request_is_believed_to_have_worked_that_was_not_answered_well() {
    let permission = r#"PermissionDenied(Some("api.management.write"))"#;
    let missing = br#"{"error": "Missing scopes: api.management.write. Sorry."}"#;
    let lost = TransportError {
        problem: Problem::Interrupted,
        delivery: Delivery::MayHaveArrived,
        detail: None,
    };
    type Break<'a> = (&'a dyn Fn(Script) -> Script, &'a str);
    let breaks: [Break<'_>; 5] = [
        (&|it| it.status(500, b"{}"), "unknown"),
        (&|it| it.status(200, b"{\"id\": \"inv"), "unknown"),
        (&|it| it.answer(Err(lost.clone())), "unknown"),
        (&|it| it.status(403, missing), permission),
        (&|it| it, "Unavailable"),
    ];
    for (fail, expected) in breaks {
        for (request, script, change) in every_write() {
            let (outcome, requests) = run(fail(script), &change);
            assert_eq!(ended(&outcome), expected, "{request}: {outcome:?}");
            assert!(summaries(&outcome).is_empty(), "{request}");
            let sent = requests.iter().filter(|it| !it.starts_with("GET "));
            assert_eq!(sent.collect::<Vec<_>>(), [request], "once and nothing else");
            let held = outcome.map(|outcome| outcome.held.len() + outcome.replaced.len());
            assert_eq!(held.unwrap_or_default(), 0, "{request}");
        }
    }
}
