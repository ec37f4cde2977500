//! What a component may not ask for: it is refused, typed, and nothing of it
//! arrives at the service.

use governance_host::instance::Breach;
use governance_host::limits::Limit;
use governance_host::policy::Refusal;

use crate::asking::{Attempt, Sent};
use crate::component::Fixture;
use crate::host::{Host, KEY};

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_identify_or_steer_cannot_be_set() {
    let host = Host::short();
    let authority = host.upstream.authority();
    let forbidden = [
        "authorization",
        "Authorization",
        "AUTHORIZATION",
        "cookie",
        "set-cookie",
        "host",
        "connection",
        "keep-alive",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "proxy-connection",
        "http2-settings",
    ];
    let number = Fixture::new().http_case("header-error", "forbidden");
    for name in forbidden {
        let attempt = Attempt {
            headers: vec![(name, b"Bearer stolen")],
            ..Attempt::reading(&authority)
        };
        let failure = host.failure(attempt.fixture()).await;
        assert_eq!(failure.step(), ("header 0", number), "{name}");
    }
    assert!(host.upstream.heads.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_cannot_smuggle_another_one() {
    let host = Host::short();
    let authority = host.upstream.authority();
    let number = Fixture::new().http_case("header-error", "invalid-syntax");
    let cases: [(&str, &[u8]); 7] = [
        ("x", b"a\r\nauthorization: Bearer stolen"),
        ("x", b"a\nb"),
        ("x", b"a\rb"),
        ("x", b"a\0b"),
        ("x\r\nauthorization", b"a"),
        ("x y", b"a"),
        ("", b"a"),
    ];
    for (name, value) in cases {
        let attempt = Attempt {
            headers: vec![(name, value)],
            ..Attempt::reading(&authority)
        };
        let failure = host.failure(attempt.fixture()).await;
        assert_eq!(failure.step(), ("header 0", number), "{name:?} {value:?}");
    }
    assert!(host.upstream.heads.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_a_url_leads_elsewhere() {
    let host = Host::short();
    let port = host.upstream.port;
    let good = host.upstream.authority();
    let at = |host: &str| format!("{host}:{port}");
    let other_port = format!("127.0.0.1:{}", port ^ 1);
    let userinfo = format!("{good}@evil.example");
    let user = format!("user:pass@{good}");
    let cases = [
        ("HTTP", "evil.example".to_owned(), "/v1/items/1"),
        ("HTTPS", good.clone(), "/v1/items/1"),
        ("HTTP", other_port, "/v1/items/1"),
        ("HTTP", at("localhost"), "/v1/items/1"),
        ("HTTP", at("127.0.0.2"), "/v1/items/1"),
        ("HTTP", at("[::1]"), "/v1/items/1"),
        ("HTTP", at("[::ffff:127.0.0.1]"), "/v1/items/1"),
        ("HTTP", at("169.254.169.254"), "/v1/items/1"),
        ("HTTP", userinfo, "/v1/items/1"),
        ("HTTP", user, "/v1/items/1"),
        ("HTTP", String::new(), "/v1/items/1"),
        ("HTTP", at("[fe80::1%25eth0]"), "/v1/items/1"),
        ("HTTP", at("evil.example/"), "/v1/items/1"),
        ("HTTP", good.clone(), "http://evil.example/"),
        ("HTTP", good.clone(), "//evil.example/v1/items/1"),
        ("HTTP", good.clone(), "@evil.example/"),
        ("HTTP", good.clone(), "/v1/items/../secrets"),
        ("HTTP", good.clone(), "/v1/items/%2e%2e"),
        ("HTTP", good.clone(), "/v1/items/..%2fsecrets"),
        ("HTTP", good, "/v1/items/1\r\nx: y"),
    ];
    for (scheme, authority, path) in cases {
        let attempt = Attempt {
            scheme,
            path,
            ..Attempt::reading(&authority)
        };
        let failure = host.failure(attempt.fixture()).await;
        // wasi:http does not take the part, or the host refuses the request.
        let (step, _) = failure.step();
        let refused = failure.0.refusal().is_some();
        assert!(
            refused || step == "authority" || step == "path",
            "{scheme} {authority} {path}: {failure:?}"
        );
    }
    assert!(host.upstream.heads.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_spelling_of_an_allowed_address_is_that_address() {
    let host = Host::short();
    for name in [
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0x7f000001",
        "127.0.0.1.",
    ] {
        let authority = format!("{name}:{}", host.upstream.port);
        let failure = host.failure(Attempt::reading(&authority).fixture()).await;
        assert_eq!(failure.step(), ("read", 200), "{name}");
        let head = host.upstream.heads.recv().unwrap();
        let judged = format!("host: {}\r\n", host.upstream.authority());
        assert!(head.to_lowercase().contains(&judged), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_declared_or_changes_something_is_refused() {
    let host = Host::short();
    let authority = host.upstream.authority();
    for (method, path) in [
        ("post", "/v1/items/1"),
        ("get", "/v1/other"),
        ("delete", "/v1/items/1"),
    ] {
        let attempt = Attempt {
            method,
            path,
            ..Attempt::reading(&authority)
        };
        let failure = host.failure(attempt.fixture()).await;
        let expected = Fixture::new().http_case("error-code", "HTTP-request-denied");
        assert_eq!(failure.step(), ("answer", expected), "{method} {path}");
        let changes = matches!(failure.0.refusal(), Some(Refusal::ReadOnly { .. }));
        assert_eq!(changes, method == "delete");
    }
    assert!(host.upstream.heads.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_ends_by_its_limit_or_by_the_calls_time() {
    let host = Host::short();
    let authority = host.upstream.authority();
    let sending = |body| Attempt {
        body,
        ..Attempt::reading(&authority)
    };
    let failure = host.failure(sending(Sent::Endless).fixture()).await;
    let bound = crate::host::limits().bound(Limit::RequestBody);
    assert_eq!(failure.0.refusal(), Some(&Refusal::RequestBody { bound }));
    let breach = host.breach(sending(Sent::Unfinished).fixture()).await;
    assert!(matches!(breach, Breach::Time(_)), "{breach:?}");
    assert!(host.upstream.heads.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowed_request_carries_the_key_that_the_component_never_had() {
    let host = Host::short();
    let authority = host.upstream.authority();
    let failure = host.failure(Attempt::reading(&authority).fixture()).await;
    assert_eq!(failure.step(), ("read", 200));
    let head = host.upstream.heads.recv().unwrap();
    assert!(
        head.contains(&format!("authorization: Bearer {KEY}\r\n")),
        "{head}"
    );
}
