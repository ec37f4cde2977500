use proptest::prelude::*;
use serde_json::json;

use super::*;

const DIALECT: Dialect = Dialect {
    unauthenticated_codes: &["invalid_api_key"],
    credential_hint: "credential",
    permission_hint: "permission",
    address_hint: "address",
};

fn response(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: vec![("x-request-id".to_owned(), "req-1".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

fn error(status: u16, body: &str) -> Error {
    read(&response(status, body), &DIALECT, 0)
}

fn denied(scopes: &str) -> ErrorKind {
    ErrorKind::PermissionDenied(Some(scopes.to_owned()))
}

#[test]
fn the_kind_follows_from_status_code_and_message() {
    let invalid_key =
        r#"{"error":{"message":"Incorrect API key provided: sk-adm*","code":"invalid_api_key"}}"#;
    let scopes = r#"{"error":"You have insufficient permissions for this operation. Missing scopes: api.management.read. Check that you have the correct role"}"#;
    let scopes_in_object = r#"{"error":{"message":"Missing scopes: api.a, api.b","code":null}}"#;
    let insufficient = r#"{"error":{"message":"You have insufficient permissions"}}"#;
    let parameter = r#"{"error":{"message":"too large","param":"limit"}}"#;
    let flat = r#"{"code":404,"message":"The project p was not found"}"#;
    let limit = r#"{"error":{"message":"slow down and try again after 6.937 seconds.","code":"rate_limit_exceeded"}}"#;
    for (status, body, expected) in [
        (401, invalid_key, ErrorKind::Unauthenticated),
        (403, invalid_key, ErrorKind::Unauthenticated),
        (401, scopes, denied("api.management.read")),
        (403, scopes, denied("api.management.read")),
        (401, scopes_in_object, denied("api.a, api.b")),
        (401, insufficient, ErrorKind::PermissionDenied(None)),
        (403, insufficient, ErrorKind::PermissionDenied(None)),
        (401, "", ErrorKind::Unauthenticated),
        (403, "<html>", ErrorKind::PermissionDenied(None)),
        (451, "", ErrorKind::PermissionDenied(None)),
        (402, "{}", ErrorKind::NotInPlan),
        (404, flat, ErrorKind::NotFound),
        (410, "{}", ErrorKind::NotFound),
        (404, "<html>", ErrorKind::UnreadableResponse),
        (404, "", ErrorKind::UnreadableResponse),
        (404, "[]", ErrorKind::UnreadableResponse),
        (409, "{}", ErrorKind::Conflict),
        (400, parameter, ErrorKind::InvalidInput("limit".to_owned())),
        (422, parameter, ErrorKind::InvalidInput("limit".to_owned())),
        (400, "{}", ErrorKind::Precondition),
        (405, "{}", ErrorKind::Precondition),
        (413, "{}", ErrorKind::Precondition),
        (429, limit, ErrorKind::RateLimited(Some(6_937))),
        (429, "{}", ErrorKind::RateLimited(None)),
        (408, "", ErrorKind::Unavailable),
        (500, "{}", ErrorKind::Unavailable),
        (503, "<html>", ErrorKind::Unavailable),
        (302, "", ErrorKind::UnreadableResponse),
        (304, "", ErrorKind::UnreadableResponse),
        (101, "", ErrorKind::UnreadableResponse),
        (999, "", ErrorKind::UnreadableResponse),
        (0, "", ErrorKind::UnreadableResponse),
    ] {
        let error = error(status, body);
        assert_eq!(error.kind, expected, "{status} {body}");
        assert_eq!(error.http_status, Some(status));
        assert_eq!(error.delivery, Delivery::Answered);
        assert_eq!(error.request_id.as_deref(), Some("req-1"));
        assert!(error.hint.is_some(), "{status} {body}");
    }
}

#[test]
fn the_message_quotes_the_service_in_one_line() {
    for (body, message, code) in [
        (
            r#"{"error":{"message":"No such thing.","code":"gone"}}"#,
            ": No such thing",
            Some("gone"),
        ),
        (r#"{"error":"Just a text."}"#, ": Just a text", None),
        (r#"{"code":404,"message":"flat"}"#, ": flat", Some("404")),
        (
            r#"{"error":{"message":"a\u001b[31mb\nc"}}"#,
            ": a [31mb c",
            None,
        ),
        (
            r#"{"error":{"message":null,"code":7}}"#,
            " without a message",
            Some("7"),
        ),
        (r#"{"error":[]}"#, " without a message", None),
        ("  \n", " with nothing", None),
        ("\n<!doctype html>", " with an HTML page", None),
        ("upstream error", " with something that is not JSON", None),
    ] {
        let error = error(500, body);
        assert_eq!(error.message, format!("the service answered 500{message}"));
        assert_eq!(error.code.as_deref(), code, "{body}");
    }
}

#[test]
fn what_a_service_says_is_bounded() {
    let long = "x".repeat(100_000);
    let body = json!({"error": {"message": long, "code": long, "param": long}});
    let error = error(400, &body.to_string());
    assert!(error.message.len() < 1_100);
    assert!(error.code.is_some_and(|code| code.len() <= 256));
    assert!(matches!(error.kind, ErrorKind::InvalidInput(name) if name.len() <= 1_024));
}

#[test]
fn a_depth_bomb_is_garbage() {
    let bomb = "[".repeat(1_000_000);
    assert_eq!(Body::read(bomb.as_bytes()).shape, Shape::Garbage);
    let bomb = r#"{"error":"#.repeat(100_000);
    assert_eq!(Body::read(bomb.as_bytes()).shape, Shape::Garbage);
}

proptest! {
    #[test]
    fn no_body_makes_reading_an_error_panic(
        status: u16,
        body in crate::testing::answers(&["error", "message", "code", "param", "Missing scopes: "])
    ) {
        let error = error(status, &body.to_string());
        prop_assert!(!error.message.chars().any(char::is_control));
        prop_assert!(error.message.len() <= 2_048);
    }

    #[test]
    fn no_text_makes_reading_scopes_panic(text in "\\PC{0,40}") {
        let body = json!({"error": format!("İ Missing scopes: {text}")});
        let _ = error(403, &body.to_string());
    }

    #[test]
    fn no_bytes_make_reading_an_error_panic(body in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = Body::read(&body);
    }
}
