//! Testing the connection.

use governance_guest::testing::Script;
use governance_guest::wit::connector::ProbeState;
use governance_guest::wit::faults::ErrorKind;

use openai_connector::manifest::description;
use serde_json::json;

use crate::service::*;

#[test]
fn a_usable_surface_tells_how_much_it_showed() {
    for (surface, answer, request, count, more, tenant) in [
        (
            "roles",
            roles(),
            "GET /organization/roles?limit=1000",
            2,
            false,
            Some("org-1"),
        ),
        (
            "users",
            by_last_id(&[person("u1", "owner")], true),
            "GET /organization/users?limit=100",
            1,
            true,
            None,
        ),
        (
            "invites",
            by_last_id(&[], false),
            "GET /organization/invites?limit=100",
            0,
            false,
            None,
        ),
    ] {
        let service = Service::of(&[answer]);
        let probe = service.check(surface).expect("a probe");
        assert_eq!(service.requests(), [request]);
        assert_eq!(probe.state, ProbeState::Usable);
        assert_eq!((probe.count, probe.more), (Some(count), more));
        assert_eq!(probe.tenant.as_deref(), tenant);
    }
}

#[test]
fn a_closed_surface_is_a_state_and_a_useless_credential_an_error() {
    let scopes = br#"{"error":"Missing scopes: api.management.read. Check"}"#;
    let wrong_key = br#"{"error":{"message":"Incorrect","code":"invalid_api_key"}}"#;
    let denied = ProbeState::Denied(Some("api.management.read".to_owned()));
    for (status, body, expected) in [
        (403, scopes.as_slice(), Ok(denied)),
        (403, b"".as_slice(), Ok(ProbeState::Denied(None))),
        (402, b"".as_slice(), Ok(ProbeState::NotInPlan)),
        (401, wrong_key.as_slice(), Err(ErrorKind::Unauthenticated)),
        (429, b"".as_slice(), Err(ErrorKind::RateLimited(None))),
        (500, b"".as_slice(), Err(ErrorKind::Unavailable)),
    ] {
        let probe = Service::new(Script::new().status(status, body)).check("users");
        let state = probe.map(|probe| probe.state).map_err(|error| error.kind);
        assert_eq!(state, expected, "{status}");
    }
}

#[test]
fn a_surface_that_answers_nonsense_has_failed() {
    for (status, body) in [(404, "{}"), (200, "{}"), (200, "<html>"), (302, "")] {
        let service = Service::new(Script::new().status(status, body.as_bytes()));
        let probe = service.check("users").expect("a probe");
        assert!(matches!(probe.state, ProbeState::Failed(_)), "{status}");
    }
    let error = Service::of(&[]).check("nothing").expect_err("unknown");
    assert_eq!(error.kind, ErrorKind::InvalidInput("surface".to_owned()));
}

#[test]
fn what_needs_a_project_or_a_group_is_tried_with_their_list_and_not_counted() {
    let projects = by_last_id(&[json!({"id": "p1"})], true);
    let groups = by_next(&[json!({"id": "g1"})], Some("c"));
    for (surface, answer, own) in [
        ("projects", &projects, true),
        ("project-users", &projects, false),
        ("project-roles", &projects, false),
        ("project-groups", &projects, false),
        ("service-accounts", &projects, false),
        ("api-keys", &projects, false),
        ("groups", &groups, true),
        ("group-members", &groups, false),
        ("admin-keys", &projects, true),
    ] {
        let service = Service::of(std::slice::from_ref(answer));
        let probe = service.check(surface).expect("a probe");
        assert_eq!(probe.state, ProbeState::Usable, "{surface}");
        assert_eq!((probe.count, probe.more), (own.then_some(1), own));
        assert_eq!(service.requests().len(), 1);
    }
}

#[test]
fn every_declared_surface_can_be_tried() {
    for surface in description().surfaces {
        let service = Service::of(&[by_next(&[], None)]);
        assert!(service.check(&surface.id).is_ok(), "{}", surface.id);
    }
}
