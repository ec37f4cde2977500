//! Services that mean harm, as a component meets them.

use governance_host::instance::Breach;
use governance_host::limits::{Limit, Limits};

use crate::asking::Attempt;
use crate::component::Fixture;
use crate::host::{Host, limits};
use crate::upstream::{Answer, Upstream};

fn text(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn many_headers() -> Vec<u8> {
    let headers: String = (0..101).map(|it| format!("x-{it}: y\r\n")).collect();
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bad_service_does_is_a_typed_error() {
    let chunked = || text("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    let long_line = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    let part = vec![b'x'; 4_096];
    let chunk = [text("1000\r\n"), part.clone(), text("\r\n")].concat();
    let gzip = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx";
    let promised = |length| {
        text(&format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{{"
        ))
    };
    let cases = [
        (
            "an endless body",
            Answer::Endless(text("HTTP/1.1 200 OK\r\n\r\n"), part),
            "body",
            "limit `response_body`",
        ),
        (
            "a chunked bomb",
            Answer::Endless(chunked(), chunk),
            "body",
            "limit `response_body`",
        ),
        (
            "a length that is too long",
            Answer::Closed(promised("100")),
            "body",
            "broke off",
        ),
        (
            "a length beyond the limit",
            Answer::Silent(promised("99999999999")),
            "body",
            "limit `between_bytes_time`",
        ),
        (
            "a length that is none",
            Answer::Whole(promised("-1")),
            "answer",
            "HTTP-protocol-error",
        ),
        (
            "a chunk that breaks off",
            Answer::Closed([chunked(), text("5\r\nab")].concat()),
            "body",
            "broke off",
        ),
        (
            "gzip without being asked",
            Answer::Whole(text(gzip)),
            "answer",
            "HTTP-response-content-coding",
        ),
        (
            "101 headers",
            Answer::Whole(many_headers()),
            "answer",
            "HTTP-response-header-section-size",
        ),
        (
            "a header of a mebibyte",
            Answer::Whole(text(&long_line)),
            "answer",
            "HTTP-response-header-section-size",
        ),
        (
            "endless headers",
            Answer::Endless(text("HTTP/1.1 200 OK\r\n"), text("x: y\r\n")),
            "answer",
            "HTTP-response-header-section-size",
        ),
        (
            "another protocol",
            Answer::Whole(text("220 mail.example ESMTP\r\n")),
            "answer",
            "HTTP-protocol-error",
        ),
        (
            "silence",
            Answer::Silent(Vec::new()),
            "answer",
            "HTTP-response-timeout",
        ),
        (
            "silence behind the headers",
            Answer::Silent(promised("100")),
            "body",
            "limit `between_bytes_time`",
        ),
        (
            "a connection that ends",
            Answer::Closed(Vec::new()),
            "answer",
            "connection-terminated",
        ),
    ];
    for (what, answer, step, reason) in cases {
        let host = Host::new(limits(), Upstream::new(answer));
        let authority = host.upstream.authority();
        let failure = host.failure(Attempt::reading(&authority).fixture()).await;
        let (found, number) = failure.step();
        let told = match step {
            // wasmtime tells a component no code here, so the host tells why.
            "body" => failure.0.to_string().contains(reason),
            _ => number == Fixture::new().http_case("error-code", reason),
        };
        assert!(found == step && told, "{what}: {} {number}", failure.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_drips_is_ended_by_the_calls_time() {
    // Never silent for long, and never so much that another limit ends it.
    let drip = Answer::Endless(
        text("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
        text("1\r\nx\r\n"),
    );
    let patient = Limits {
        response_body: u64::MAX,
        memory: 1 << 30,
        ..limits()
    };
    let host = Host::new(patient, Upstream::new(drip));
    let authority = host.upstream.authority();
    let breach = host.breach(Attempt::reading(&authority).fixture()).await;
    assert_eq!(breach, Breach::Time(limits().bound(Limit::CallTime)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_seen_and_not_followed() {
    let elsewhere = Upstream::good();
    let places = [
        format!("http://{}/v1/items/1", elsewhere.authority()),
        "http://169.254.169.254/".to_owned(),
        "/v1/items/1".to_owned(),
    ];
    for status in [301, 302, 303, 307, 308] {
        for place in &places {
            let answer = format!(
                "HTTP/1.1 {status} Moved\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n"
            );
            let host = Host::new(limits(), Upstream::new(Answer::Whole(text(&answer))));
            let authority = host.upstream.authority();
            let failure = host.failure(Attempt::reading(&authority).fixture()).await;
            assert_eq!(failure.step(), ("read", status));
            assert_eq!(
                host.upstream.heads.try_iter().count(),
                1,
                "{status} {place}"
            );
        }
    }
    assert!(elsewhere.heads.try_recv().is_err());
}
