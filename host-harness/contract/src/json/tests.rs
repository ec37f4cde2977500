//! What is written is what people and later runs read.

use super::*;
use crate::changes::{ChangeRequest, SecretValue};
use crate::model::{Expansion, Status};
use crate::samples::{self, changes, id};

#[test]
fn every_change_is_read_as_it_was_written() {
    for request in changes::all() {
        let written = change(&request);
        assert_eq!(written["change"], request.name());
        assert_eq!(read_change(&written), Ok(request));
    }
}

#[test]
fn what_may_be_left_out_is_kept_where_it_is_given() {
    let ChangeRequest::Grant(mut full) = changes::grant() else {
        panic!("a grant")
    };
    full.expires_at = Some(1_767_323_045);
    full.hint = Some("assignment-1".into());
    full.principal.parent = Some(id("organization", "org"));
    full.principal.hint = Some("ada-login".into());
    let full = ChangeRequest::Grant(full);
    let written = change(&full);
    assert_eq!(written["expires_at"], "2026-01-02T03:04:05Z");
    assert_eq!(read_change(&written), Ok(full));
    let short = json!({"change": "create-resource", "resource_type": "group", "name": "x"});
    let ChangeRequest::CreateResource(read) = read_change(&short).unwrap() else {
        panic!("a creation")
    };
    assert_eq!((read.parent, read.attributes.as_str()), (None, "{}"));
}

#[test]
fn a_mistake_is_named_by_its_place() {
    let user = json!({"type": "user", "id": "ada"});
    let cases = [
        (json!([]), ": is no JSON object"),
        (json!({"of": user}), "change: is missing"),
        (json!({"change": 1}), "change: is no text"),
        (
            json!({"change": "abolish"}),
            "change: `abolish` is no kind of change",
        ),
        (
            json!({"change": "resend-invitation", "of": user, "force": true}),
            "force: is not known here; known are change, of",
        ),
        (
            json!({"change": "delete-resource", "of": {"type": "user"}}),
            "of.id: is missing",
        ),
        (
            json!({"change": "delete-resource", "of": {"type": "user", "id": ""}}),
            "of.id: is empty",
        ),
        (
            json!({"change": "delete-resource", "of": user, "attributes": "{}"}),
            "attributes: is no JSON object",
        ),
        (
            json!({"change": "set-account-status", "account": user, "status": "off"}),
            "status: `off` is no status",
        ),
        (
            json!({"change": "grant", "principal": user, "entitlement": {"slug": "member",
                "resource": {"type": "group", "id": "g", "parent": {"id": "p"}}}}),
            "entitlement.resource.parent.type: is missing",
        ),
        (
            json!({"change": "grant", "principal": user, "expires_at": "soon",
                "entitlement": {"slug": "member", "resource": user}}),
            "expires_at: is no time such as 2026-01-02T03:04:05Z (RFC 3339)",
        ),
        (
            json!({"change": "create-account", "resource_type": "user", "email": "a@b.c",
                "entitlements": [{"resource": user}]}),
            "entitlements[0].slug: is missing",
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(read_change(&value).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_secret_is_shown_only_where_it_is_asked_for() {
    let mut made = changes::outcome(Completion::Complete);
    made.secrets.push(SecretValue {
        of: id("api_key", "key-1"),
        value: "s3cret".into(),
    });
    assert!(!outcome(&made).to_string().contains("s3cret"));
    assert_eq!(
        outcome(&made)["secrets"],
        json!([{"of": {"type": "api_key", "id": "key-1"}}])
    );
    assert_eq!(outcome_with_secrets(&made)["secrets"][0]["value"], "s3cret");
}

#[test]
fn a_completion_tells_what_its_case_carries() {
    let limited = changes::error(ErrorKind::RateLimited(Some(7_000)));
    for (case, expected) in [
        (Completion::Complete, json!({"name": "complete"})),
        (
            Completion::NoOp("held".into()),
            json!({"name": "no-op", "reason": "held"}),
        ),
        (
            Completion::Pending(Some(0)),
            json!({"name": "pending", "until": "1970-01-01T00:00:00Z"}),
        ),
        (
            Completion::Pending(None),
            json!({"name": "pending", "until": null}),
        ),
        (
            Completion::Partial(limited.clone()),
            json!({"name": "partial", "error": error(&limited)}),
        ),
    ] {
        assert_eq!(completion(&case), expected);
    }
    assert_eq!(error(&limited)["wait_milliseconds"], 7_000);
    let denied = changes::error(ErrorKind::PermissionDenied(Some("api.write".into())));
    assert_eq!(error(&denied)["missing"], "api.write");
    let invalid = changes::error(ErrorKind::InvalidInput("email".into()));
    assert_eq!(error(&invalid)["field"], "email");
}

#[test]
fn grants_and_resources_have_the_keys_of_listings() {
    let group = id("group", "g");
    let held = Grant {
        directness: Directness::Inherited(vec![group.clone()]),
        expands: Some(Expansion {
            slugs: vec!["member".into()],
            deep: true,
        }),
        ..samples::grant(id("project", "p"), "owner", group)
    };
    let written = grant(&held);
    assert_eq!(written["id"], "project:p:owner:group:g");
    assert_eq!(written["expands"], json!(["group:g:member"]));
    assert_eq!(written["sources"], json!([{"type": "group", "id": "g"}]));
    let ada = Resource {
        status: Status::Pending,
        attributes: r#"{"x":1}"#.into(),
        ..samples::user("ada", &["ada@example.org"])
    };
    let written = resource(&ada);
    assert_eq!(written["status"], "pending");
    assert_eq!(written["attributes"], json!({"x": 1}));
    assert_eq!(written["emails"][0]["address"], "ada@example.org");
}
