//! What ends a call: the caller's mistakes, and what is worth repeating.

use governance_guest::testing::Script;
use governance_guest::transport::{Problem, Response, TransportError};
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::{Delivery, Error, ErrorKind};

use crate::service::*;

/// Those that are listed alone, and those that are listed below a project.
const ALONE: [&str; 7] = [
    "organization",
    "org_role",
    "user",
    "invitation",
    "group",
    "project",
    "admin_api_key",
];
const BELOW: [&str; 3] = ["project_role", "service_account", "api_key"];

fn list(service: &Service, resource_type: &str, token: Option<&str>) -> Result<Page, Error> {
    match BELOW.contains(&resource_type) {
        true => service.list_below(resource_type, &project(), token),
        false => service.list(resource_type, token),
    }
}

fn invalid(name: &str) -> ErrorKind {
    ErrorKind::InvalidInput(name.to_owned())
}

#[test]
fn errors_of_the_service_end_every_listing() {
    let wrong_key = br#"{"error":{"message":"Incorrect","code":"invalid_api_key"}}"#;
    let limit = br#"{"error":{"message":"Rate limit, try again after 6.937 seconds."}}"#;
    for resource_type in ALONE.into_iter().chain(BELOW) {
        for (status, body, expected) in [
            (401, wrong_key.as_slice(), ErrorKind::Unauthenticated),
            (429, limit.as_slice(), ErrorKind::RateLimited(Some(6_937))),
            (500, b"".as_slice(), ErrorKind::Unavailable),
            (302, b"".as_slice(), ErrorKind::UnreadableResponse),
            (404, b"<html>".as_slice(), ErrorKind::UnreadableResponse),
            (200, b"<html>".as_slice(), ErrorKind::UnreadableResponse),
            (200, b"".as_slice(), ErrorKind::UnreadableResponse),
            (200, b"{}".as_slice(), ErrorKind::UnreadableResponse),
            (
                200,
                b"{\"data\":{}}".as_slice(),
                ErrorKind::UnreadableResponse,
            ),
        ] {
            let service = Service::new(Script::new().status(status, body));
            let error = list(&service, resource_type, None).expect_err("an error");
            assert_eq!(error.kind, expected, "{resource_type} {status}");
            assert_eq!(error.delivery, Delivery::Answered);
            assert!(error.surface.is_some());
        }
    }
}

#[test]
fn a_wait_is_reported_and_never_waited() {
    let answer = Response {
        status: 429,
        headers: vec![("retry-after".to_owned(), "7".to_owned())],
        body: Vec::new(),
    };
    let service = Service::new(Script::new().answer(Ok(answer)));
    let error = service.list("user", None).expect_err("an error");
    assert_eq!(error.kind, ErrorKind::RateLimited(Some(7_000)));
    assert_eq!(service.requests().len(), 1, "never repeated");
}

#[test]
fn a_refusal_of_the_host_is_told_as_such() {
    let refused = TransportError {
        problem: Problem::Refused,
        delivery: Delivery::NotSent,
        detail: None,
    };
    let service = Service::new(Script::new().answer(Err(refused)));
    let error = service.list("user", None).expect_err("an error");
    assert_eq!(error.kind, ErrorKind::RefusedByHost);
    assert_eq!(error.delivery, Delivery::NotSent);
}

#[test]
fn wrong_arguments_are_named_before_any_request() {
    let service = Service::of(&[]);
    let email = |value| ("email", value);
    let parent = reference("organization", "org-1", None);
    for (result, expected) in [
        (service.list("workspace", None), invalid("resource-type")),
        (service.list("", None), invalid("resource-type")),
        (service.list_below("user", &parent, None), invalid("parent")),
        (service.list("project_role", None), invalid("parent")),
        (service.list("service_account", None), invalid("parent")),
        (
            service.list_below("api_key", &parent, None),
            invalid("parent"),
        ),
        (
            service.look_up("user", ("login", "x"), None),
            invalid("lookup"),
        ),
        (service.look_up("user", email(" "), None), invalid("lookup")),
        (
            service.look_up("invitation", email("a@b.c"), None),
            invalid("lookup"),
        ),
        (
            service.get(&reference("workspace", "w", None)),
            invalid("resource-type"),
        ),
        (
            service.get(&reference("api_key", "k", None)),
            invalid("parent"),
        ),
        (service.grants(&project(), None), ErrorKind::Unsupported),
        (service.grants_of_type("group"), ErrorKind::Unsupported),
        (
            service.get(&reference("user", "..", None)),
            invalid("user_id"),
        ),
        (
            service.get(&reference("invitation", "", None)),
            invalid("invite_id"),
        ),
    ] {
        assert_eq!(result.expect_err("an error").kind, expected);
    }
    assert_eq!(service.requests(), [""; 0]);
}

#[test]
fn a_wrong_configuration_is_named_before_any_request() {
    for (key, value) in [
        ("base_url", "http://api.example.com/v1"),
        ("base_url", "https://ada:secret@api.example.com"),
        ("base_url", "nonsense"),
        ("organization_id", "org 1"),
        ("organization_id", "org-\u{e9}"),
        ("role_detail", "sometimes"),
    ] {
        let mut service = Service::of(&[]);
        service.set(key, value);
        let error = service.list("user", None).expect_err("an error");
        assert_eq!(error.kind, invalid(key), "{value}");
        assert_eq!(error.delivery, Delivery::NotSent);
        assert_eq!(service.requests(), [""; 0]);
    }
}

#[test]
fn a_foreign_token_starts_its_scope_again() {
    let service = Service::of(&[]);
    let other = r#"{"at":"elsewhere","v":1,"with":{}}"#;
    let older = r#"{"at":"users","v":0,"with":{}}"#;
    for resource_type in ALONE.into_iter().chain(BELOW) {
        for token in ["", "nonsense", other, older] {
            let error = list(&service, resource_type, Some(token));
            let error = error.expect_err("an error");
            assert_eq!(
                error.kind,
                ErrorKind::TokenExpired,
                "{resource_type} {token}"
            );
        }
    }
    let users = r#"{"at":"users","v":1,"with":{"after":"u1"}}"#;
    for resource_type in ["org_role", "invitation", "group", "project", "api_key"] {
        let error = list(&service, resource_type, Some(users)).expect_err("an error");
        assert_eq!(error.kind, ErrorKind::TokenExpired);
    }
    assert_eq!(service.requests(), [""; 0]);
}
