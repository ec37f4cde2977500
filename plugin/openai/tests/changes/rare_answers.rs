//! Answers that the simulated organization does not give: what happens between
//! two requests, and what breaks in the middle.

use governance_guest::testing::Script;
use governance_guest::wit::changes::{AccountCreation, ChangeRequest, Outcome, ResourceDeletion};
use governance_guest::wit::connector::{Context, Mode, Setting};
use governance_guest::wit::faults::Error;
use openai_connector::connector::Connector;
use serde_json::{Value, json};

use crate::simulated::{ended, holding, reference, written};

const ADA: &str = "ada@example.com";

/// What the script makes of a change, and its requests as `POST /path`.
pub(crate) fn run(script: Script, change: &ChangeRequest) -> (Result<Outcome, Error>, Vec<String>) {
    let connector = Connector(script);
    let context = Context {
        settings: vec![Setting {
            key: "base_url".to_owned(),
            value: "https://api.example.com/v1".to_owned(),
        }],
        now: 1_000,
        mode: Mode::Change,
        credentials: Vec::new(),
    };
    let outcome = connector.change(&context, change);
    let requests = connector.0.requests();
    let line = |it: &governance_guest::transport::Request| {
        let path = it.url.path().trim_start_matches("/v1/organization");
        format!("{} {path}", it.method.as_str())
    };
    (outcome, requests.iter().map(line).collect())
}

pub(crate) fn invite() -> ChangeRequest {
    ChangeRequest::CreateAccount(AccountCreation {
        resource_type: "user".to_owned(),
        email: ADA.to_owned(),
        name: None,
        entitlements: Vec::new(),
        attributes: String::new(),
    })
}

pub(crate) fn list(rows: &[Value]) -> Value {
    json!({"object": "list", "data": rows, "has_more": false})
}

pub(crate) fn ada() -> Value {
    json!({"id": "user-1", "email": "ADA@example.com", "role": "reader"})
}

pub(crate) fn live(role: &str) -> Value {
    json!({"id": "invite-1", "email": ADA, "role": role, "status": "pending",
        "expires_at": 2_000, "projects": []})
}

pub(crate) fn error(message: &str) -> Vec<u8> {
    json!({"error": {"message": message, "type": "invalid_request_error",
        "param": null, "code": null}})
    .to_string()
    .into_bytes()
}

/// Nobody has the address but by a live invitation as owner.
fn invited_as_owner() -> Script {
    Script::new().json(&list(&[])).json(&list(&[live("owner")]))
}

pub(crate) fn summaries(result: &Result<Outcome, Error>) -> Vec<&str> {
    let effects = result.iter().flat_map(|outcome| &outcome.effects);
    effects.map(|effect| effect.summary.as_str()).collect()
}

const WITHDREW: &str = "withdrew the invitation of ada@example.com";

#[test]
fn an_invitation_that_cannot_be_replaced_is_made_again() {
    let script = invited_as_owner()
        .json(&json!({"deleted": true}))
        .status(400, &error("No."))
        .json(&list(&[]))
        .json(&json!({"id": "invite-2", "status": "pending", "expires_at": 3_000}));
    let (outcome, requests) = run(script, &invite());
    assert_eq!(ended(&outcome), "partial");
    let restored = "made the invitation of ada@example.com again";
    assert_eq!(summaries(&outcome), [WITHDREW, restored]);
    let outcome = outcome.expect("an outcome");
    let owner = "org_role:role-api-organization-owner:assigned:invitation";
    assert_eq!(written(&outcome.held), [format!("{owner}:invite-2")]);
    assert_eq!(written(&outcome.replaced), [format!("{owner}:invite-1")]);
    let sent = [
        "GET /users",
        "GET /invites",
        "DELETE /invites/invite-1",
        "POST /invites",
        "GET /users",
        "POST /invites",
    ];
    assert_eq!(requests, sent);
}

#[test]
fn how_a_replacement_breaks_is_told_as_it_is() {
    for (script, expected, steps) in [
        // The second step may have arrived: nothing is sent after it.
        (
            invited_as_owner()
                .json(&json!({"deleted": true}))
                .status(500, b"{}"),
            "unknown",
            1,
        ),
        // It was refused, and the earlier invitation could not be restored.
        (
            invited_as_owner()
                .json(&json!({"deleted": true}))
                .status(400, &error("No."))
                .json(&list(&[]))
                .status(400, &error("No.")),
            "partial",
            1,
        ),
        // Or it may have been.
        (
            invited_as_owner()
                .json(&json!({"deleted": true}))
                .status(429, &error("Slow down."))
                .status(502, b"<html>"),
            "unknown",
            1,
        ),
        // The answer names no invitation.
        (
            invited_as_owner()
                .json(&json!({"deleted": true}))
                .json(&json!({"status": "pending"})),
            "unknown",
            1,
        ),
        // The first step may have arrived.
        (invited_as_owner().status(500, b"{}"), "unknown", 0),
        // Somebody else deleted it: nothing was withdrawn.
        (
            invited_as_owner()
                .status(404, &error("No invite found."))
                .json(&json!({"id": "invite-2"})),
            "pending",
            1,
        ),
    ] {
        let (outcome, requests) = run(script, &invite());
        let case = format!("{outcome:?} {requests:?}");
        assert_eq!(ended(&outcome), expected, "{case}");
        assert_eq!(summaries(&outcome).len(), steps, "{case}");
    }
}

#[test]
fn who_accepts_meanwhile_is_a_member() {
    let accepted = error("Invite was already accepted.");
    for (script, expected, steps) in [
        (
            invited_as_owner()
                .status(400, &accepted)
                .json(&list(&[ada()])),
            "no-op",
            0,
        ),
        (
            Script::new()
                .json(&list(&[]))
                .json(&list(&[]))
                .status(409, &error("already a member"))
                .json(&list(&[ada()])),
            "no-op",
            0,
        ),
        (
            invited_as_owner()
                .json(&json!({"deleted": true}))
                .status(400, &error("already a member"))
                .json(&list(&[ada()])),
            "complete",
            1,
        ),
    ] {
        let (outcome, _) = run(script, &invite());
        assert_eq!(ended(&outcome), expected, "{outcome:?}");
        assert_eq!(summaries(&outcome).len(), steps, "{outcome:?}");
        let outcome = outcome.expect("an outcome");
        assert_eq!(outcome.resources[0].id.id, "user-1");
    }
    let script = invited_as_owner().status(400, &accepted).json(&list(&[]));
    let (outcome, _) = run(script, &invite());
    let error = outcome.expect_err("neither a member nor invited");
    assert!(error.message.contains("already accepted"), "{error:?}");
}

#[test]
fn an_invitation_that_is_accepted_before_its_deletion_says_so() {
    let of = reference("invitation", "invite-1");
    let delete = ChangeRequest::DeleteResource(ResourceDeletion {
        of: of.clone(),
        attributes: String::new(),
    });
    let mut accepted = live("owner");
    accepted["status"] = json!("accepted");
    let refused = error("Bad request.");
    let script = Script::new()
        .json(&live("owner"))
        .status(400, &refused)
        .json(&accepted);
    let (outcome, _) = run(script, &delete);
    let error = outcome.expect_err("accepted");
    assert_eq!(error.hint.as_deref(), Some("delete the user instead"));
    let script = Script::new()
        .json(&live("owner"))
        .json(&list(&[]))
        .json(&list(&[]))
        .json(&json!({"deleted": true}))
        .status(429, &self::error("Slow down."));
    let (outcome, _) = run(script, &ChangeRequest::ResendInvitation(of));
    assert_eq!(ended(&outcome), "partial", "{outcome:?}");
    assert_eq!(summaries(&outcome), [WITHDREW]);
    let written = format!("{outcome:?}");
    assert!(written.contains("create the account again"), "{written}");
}

#[test]
fn an_invitation_with_other_roles_than_asked_for_is_told() {
    let script = Script::new()
        .json(&list(&[]))
        .json(&list(&[]))
        .json(&live("owner"));
    let (outcome, _) = run(script, &invite());
    let outcome = outcome.expect("an outcome");
    let told = outcome.consequences.join("\n");
    assert!(told.contains("other roles than asked for"), "{told}");
    assert_eq!(outcome.held[0].resource.id, "role-api-organization-owner");
}

#[test]
fn a_service_that_ignores_what_is_asked_for_is_paged_through() {
    let page = json!({"data": [{"id": "user-0", "email": "bob@example.com"}],
        "last_id": "user-0", "has_more": true});
    let script = Script::new().json(&page).json(&list(&[ada()]));
    let (outcome, requests) = run(script, &invite());
    assert_eq!(ended(&outcome), "no-op", "{outcome:?}");
    assert_eq!(requests, ["GET /users", "GET /users"]);
    let broken = json!({"data": [], "has_more": true});
    let (outcome, requests) = run(Script::new().json(&broken), &invite());
    assert_eq!(ended(&outcome), "UnreadableResponse", "nobody is not known");
    assert_eq!(requests.len(), 1);
}

#[test]
fn another_owner_is_looked_for_on_all_pages() {
    let role = reference("org_role", "role-api-organization-owner");
    let of = reference("user", "user-1");
    let demote = ChangeRequest::Revoke(holding(&role, "assigned", &of));
    let mut owner = ada();
    owner["role"] = json!("owner");
    let first = json!({"data": [owner], "last_id": "user-1", "has_more": true});
    let other = list(&[json!({"id": "user-2", "role": "owner"})]);
    let script = |other: &Value| Script::new().json(&owner).json(&first).json(other);
    let (outcome, requests) = run(
        script(&other).json(&ada()).status(404, &error("No.")),
        &demote,
    );
    assert_eq!(ended(&outcome), "complete", "{outcome:?}");
    assert_eq!(requests[3], "POST /users/user-1");
    let (outcome, requests) = run(script(&list(&[])), &demote);
    assert_eq!(ended(&outcome), "Precondition");
    assert_eq!(requests.len(), 3);
    let (outcome, _) = run(script(&other).json(&owner), &demote);
    assert_eq!(
        ended(&outcome),
        "unknown",
        "the answer has the role of before"
    );
}
