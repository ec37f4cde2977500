//! What goes out and what comes back, against upstreams that behave badly.

mod network;
mod pace;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bytes::Bytes;
use governance_contract::manifest::{Description, Effect, FieldKind};
use governance_contract::samples::{self, BASE_URL, CREDENTIAL, changes, credential, field, route};
use http::header::{HeaderName, HeaderValue};
use http_body_util::BodyExt;

use super::plan::PREDICTED_ANSWER;
use super::*;
use crate::authorities::Authorities;
use crate::policy::Operator;
use crate::provision::operation::Provisioning;
use crate::settings::Settings;

const KEY: &str = "s3cret-key";

/// Answers each request on each connection with the same bytes, and tells what
/// it was asked. Without an answer it stays silent.
struct Upstream {
    port: u16,
    heads: Receiver<(usize, String)>,
}

impl Upstream {
    fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let (answer, (tell, heads)) = (answer.into(), channel());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (answer, tell) = (answer.clone(), tell.clone());
                std::thread::spawn(move || {
                    serve(stream.unwrap(), &answer, |head| {
                        let _ = tell.send((number, head));
                    })
                });
            }
        });
        Self { port, heads }
    }

    fn ok(body: &str) -> Self {
        Self::answering(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn base(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }
}

fn serve(stream: TcpStream, answer: &[u8], tell: impl Fn(String)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|read| read > 0) {
        if !head.ends_with("\r\n\r\n") {
            continue;
        }
        tell(std::mem::take(&mut head));
        if answer.is_empty() {
            let _ = reader.read(&mut [0]);
        }
        if stream.write_all(answer).is_err() {
            return;
        }
    }
}

fn egress(upstream: &Upstream, limits: Limits) -> Egress {
    let network = Network::trusting(Authorities::default());
    egress_at(&upstream.base(), network, limits)
}

/// The way out to a service at this base URL, which the operator named.
fn egress_at(base: &str, network: Network, limits: Limits) -> Egress {
    let description = Description {
        fields: vec![field(BASE_URL, FieldKind::Url)],
        routes: vec![
            route("read-item", "GET", "/items/{id}", Effect::Read),
            route("delete-item", "DELETE", "/items/{id}", Effect::Change),
        ],
        credentials: vec![credential()],
        ..samples::description(Vec::new())
    };
    let given = [(BASE_URL.to_owned(), base.to_owned())];
    let settings = Settings::resolve(&description.fields, &given, |_| None).unwrap();
    let operator = Operator {
        all_declared: true,
        ..Operator::default()
    };
    let policy = Policy::new(&description, &settings, &operator).unwrap();
    let mut credentials = Credentials::default();
    credentials.insert(CREDENTIAL, KEY).unwrap();
    Egress::new(policy, credentials, network, limits)
}

fn request(method: &str, url: &str) -> http::Request<WasiBody> {
    let empty = http_body_util::Empty::new().map_err(|never| match never {});
    let request = http::Request::builder().method(method).uri(url);
    request.body(empty.boxed_unsync()).unwrap()
}

async fn get(egress: &Egress, upstream: &Upstream) -> Result<http::Response<Bytes>, Error> {
    let request = request("GET", &format!("{}/items/1", upstream.base()));
    let response = egress
        .send(Access::Read, request, None, &CallLog::default())
        .await?;
    let (head, body) = response.into_parts();
    Ok(http::Response::from_parts(
        head,
        body.collect().await?.to_bytes(),
    ))
}

#[tokio::test]
async fn a_request_goes_out_with_the_credential_and_without_what_stays_inside() {
    let upstream = Upstream::ok("{}");
    let egress = egress(&upstream, Limits::default());
    let mut request = request("GET", &format!("{}/items/1?limit=2", upstream.base()));
    let headers = request.headers_mut();
    headers.insert("host", HeaderValue::from_static("elsewhere.example"));
    headers.insert("accept", HeaderValue::from_static("application/json"));
    headers.insert("accept-encoding", HeaderValue::from_static("gzip"));
    headers.insert(
        "governance-predicted-answer",
        HeaderValue::from_static("{}"),
    );
    egress
        .send(Access::Read, request, None, &CallLog::default())
        .await
        .unwrap();
    let (_, head) = upstream.heads.recv().unwrap();
    let mut lines: Vec<_> = head.trim_end().split("\r\n").collect();
    lines.sort_unstable();
    let host = format!("host: 127.0.0.1:{}", upstream.port);
    let agent = format!(
        "user-agent: governance-harness/{}",
        env!("CARGO_PKG_VERSION")
    );
    let expected = [
        "GET /v1/items/1?limit=2 HTTP/1.1",
        "accept-encoding: identity",
        "accept: application/json",
        &format!("authorization: Bearer {KEY}"),
        &host,
        &agent,
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn what_is_refused_never_arrives_and_is_noted() {
    let upstream = Upstream::ok("{}");
    let egress = egress(&upstream, Limits::default());
    let elsewhere = Upstream::ok("{}");
    let cases = [
        ("DELETE", format!("{}/items/1", upstream.base())),
        ("POST", format!("{}/items/1", upstream.base())),
        ("GET", format!("{}/items/..%2f1", upstream.base())),
        ("GET", format!("{}/items/1", elsewhere.base())),
        ("GET", "http://localhost/v1/items/1".to_owned()),
    ];
    for (method, url) in cases {
        let log = CallLog::default();
        let sent = egress
            .send(Access::Read, request(method, &url), None, &log)
            .await;
        assert!(
            matches!(sent, Err(Error::HttpRequestDenied)),
            "{method} {url}"
        );
        let notes = log.take();
        assert!(notes.routes.is_empty());
        assert!(matches!(notes.trouble, Some(Trouble::Refused(_))));
    }
    get(&egress, &upstream).await.unwrap();
    let (_, head) = upstream.heads.recv().unwrap();
    assert!(
        head.starts_with("GET /v1/items/1 "),
        "the first to arrive: {head}"
    );
    assert!(elsewhere.heads.try_recv().is_err());
}

#[tokio::test]
async fn a_call_makes_no_more_requests_than_it_may() {
    let upstream = Upstream::ok("{}");
    let limits = Limits {
        requests: 2,
        ..Limits::default()
    };
    let egress = egress(&upstream, limits);
    let log = CallLog::default();
    let mut results = Vec::new();
    for _ in 0..3 {
        let request = request("GET", &format!("{}/items/1", upstream.base()));
        results.push(egress.send(Access::Read, request, None, &log).await.is_ok());
    }
    assert_eq!(results, [true, true, false]);
}

#[tokio::test]
async fn instances_share_connections() {
    let upstream = Upstream::ok("{}");
    let egress = egress(&upstream, Limits::default());
    for _ in 0..5 {
        get(&egress, &upstream).await.unwrap();
    }
    let connections: Vec<_> = upstream
        .heads
        .try_iter()
        .map(|(number, _)| number)
        .collect();
    assert_eq!(connections, [0; 5]);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let elsewhere = Upstream::ok("{}");
    let location = format!("{}/items/1", elsewhere.base());
    for status in [301, 302, 303, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let upstream = Upstream::answering(answer);
        let response = get(&egress(&upstream, Limits::default()), &upstream)
            .await
            .unwrap();
        assert_eq!(response.status(), status);
    }
    assert!(elsewhere.heads.try_recv().is_err());
}

#[tokio::test]
async fn a_body_may_be_as_long_as_its_limit_and_no_longer() {
    let limits = Limits {
        response_body: 100,
        ..Limits::default()
    };
    for (length, good) in [
        (0, true),
        (99, true),
        (100, true),
        (101, false),
        (100_000, false),
    ] {
        let body = "x".repeat(length);
        let chunked = format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}0\r\n\r\n",
            if length > 0 {
                format!("{length:x}\r\n{body}\r\n")
            } else {
                String::new()
            }
        );
        for upstream in [Upstream::ok(&body), Upstream::answering(chunked)] {
            let response = get(&egress(&upstream, limits), &upstream).await;
            match response {
                Ok(response) => assert!(good && response.body().len() == length, "{length}"),
                Err(Error::HttpResponseBodySize(Some(100))) => assert!(!good, "{length}"),
                Err(error) => panic!("{length}: {error}"),
            }
        }
    }
}

#[tokio::test]
async fn answers_that_are_none_are_told_apart() {
    let headers = (0..101)
        .map(|it| format!("x-{it}: y\r\n"))
        .collect::<String>();
    let long = "y".repeat(100_000);
    let cases = [
        (format!("HTTP/1.1 200 OK\r\n{headers}\r\n"), "header"),
        (format!("HTTP/1.1 200 OK\r\nx: {long}\r\n\r\n"), "header"),
        (
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx".into(),
            "coding",
        ),
        ("220 mail.example ESMTP\r\n".into(), "protocol"),
    ];
    for (answer, words) in cases {
        let upstream = Upstream::answering(answer.clone());
        let error = get(&egress(&upstream, Limits::default()), &upstream)
            .await
            .unwrap_err();
        let text = format!("{error} {error:?}").to_lowercase();
        assert!(text.contains(words), "{text}: {:.40}", answer);
    }
}

/// Answers, and closes the connection.
fn closing(answer: &'static str) -> Upstream {
    let (_, heads) = channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(answer.as_bytes());
    });
    Upstream { port, heads }
}

#[tokio::test]
async fn a_body_that_ends_early_is_not_taken_for_a_whole_one() {
    let upstream = closing("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"data\": []");
    let error = get(&egress(&upstream, Limits::default()), &upstream)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::HttpResponseIncomplete), "{error:?}");
}

#[tokio::test]
async fn silence_ends_by_its_limit() {
    let limits = Limits {
        connect_time: Duration::from_millis(100),
        first_byte_time: Duration::from_millis(100),
        between_bytes_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let silent = Upstream::answering("");
    let error = get(&egress(&silent, limits), &silent).await.unwrap_err();
    assert!(matches!(error, Error::HttpResponseTimeout), "{error:?}");
    let stalled = Upstream::answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
    let error = get(&egress(&stalled, limits), &stalled).await.unwrap_err();
    assert!(matches!(error, Error::ConnectionReadTimeout), "{error:?}");
}

#[tokio::test]
async fn a_component_can_shorten_times_and_not_lengthen_them() {
    let asked = |seconds| {
        Some(RequestOptions {
            connect_timeout: None,
            first_byte_timeout: Some(Duration::from_secs(seconds)),
            between_bytes_timeout: Some(Duration::from_secs(seconds)),
        })
    };
    let limits = Limits::default();
    assert_eq!(
        cap(asked(1), &limits).first_byte_time,
        Duration::from_secs(1)
    );
    assert_eq!(
        cap(asked(9_999), &limits).first_byte_time,
        limits.first_byte_time
    );
    assert_eq!(
        cap(asked(9_999), &limits).between_bytes_time,
        limits.between_bytes_time
    );
    assert_eq!(
        cap(None, &limits).between_bytes_time,
        limits.between_bytes_time
    );
}

#[tokio::test]
async fn a_component_can_neither_set_nor_read_what_identifies_somebody() {
    let upstream = Upstream::ok("{}");
    let mut hooks = Hooks {
        egress: Arc::new(egress(&upstream, Limits::default())),
        access: Access::Read,
        log: Arc::default(),
    };
    for name in [
        "authorization",
        "cookie",
        "set-cookie",
        "host",
        "connection",
        "proxy-authorization",
    ] {
        let name = HeaderName::from_static(name);
        assert!(hooks.is_forbidden_header(&name), "{name}");
    }
    assert!(!hooks.is_forbidden_header(&HeaderName::from_static("content-type")));
}

/// What opens changing routes, as a change that is enabled has it.
fn changing() -> Access {
    let all: Provisioning = "create,remove".parse().unwrap();
    Access::Change(all.permit(&changes::grant()).unwrap().enabled())
}

fn deletion(upstream: &Upstream, predicted: Option<&str>) -> http::Request<WasiBody> {
    let mut request = request("DELETE", &format!("{}/items/1?force=true", upstream.base()));
    if let Some(predicted) = predicted {
        let value = HeaderValue::from_str(predicted).unwrap();
        request.headers_mut().insert(PREDICTED_ANSWER, value);
    }
    request
}

const PREDICTION: &str = r#"{"status":202,"body":{"deleted":true}}"#;

#[tokio::test]
async fn a_plan_answers_a_changing_request_and_sends_only_reads() {
    let upstream = Upstream::ok("{}");
    let egress = egress(&upstream, Limits::default());
    let log = CallLog::default();
    let request = deletion(&upstream, Some(PREDICTION));
    let response = egress
        .send(Access::Plan, request, None, &log)
        .await
        .unwrap();
    assert_eq!(response.status(), 202);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, r#"{"deleted":true}"#);
    let read = self::request("GET", &format!("{}/items/1", upstream.base()));
    egress.send(Access::Plan, read, None, &log).await.unwrap();
    let (_, head) = upstream.heads.recv().unwrap();
    assert!(head.starts_with("GET "), "the first to arrive: {head}");
    let notes = log.take();
    assert_eq!(notes.routes, ["read-item"]);
    let step = Step {
        route: "delete-item".into(),
        method: "DELETE".into(),
        path: "/v1/items/1?force=true".into(),
        body: None,
    };
    assert_eq!(notes.steps, [step]);
    assert!(!notes.open_ended && notes.may_have_changed == 0);
}

#[tokio::test]
async fn what_cannot_be_predicted_ends_a_plan_and_is_not_sent() {
    let upstream = Upstream::ok("{}");
    let egress = egress(&upstream, Limits::default());
    for predicted in [None, Some("no JSON"), Some(r#"{"status":1,"body":{}}"#)] {
        let log = CallLog::default();
        // The second depends on the first, and so is told no more of.
        for predicted in [predicted, Some(PREDICTION)] {
            let request = deletion(&upstream, predicted);
            let sent = egress.send(Access::Plan, request, None, &log).await;
            assert!(matches!(sent, Err(Error::HttpRequestDenied)));
        }
        let notes = log.take();
        assert!(notes.open_ended && notes.steps.len() == 1 && notes.routes.is_empty());
    }
    get(&egress, &upstream).await.unwrap();
    let (_, head) = upstream.heads.recv().unwrap();
    assert!(head.starts_with("GET "), "the first to arrive: {head}");
}

#[tokio::test]
async fn a_plan_is_refused_what_a_change_would_be_refused() {
    let upstream = Upstream::ok("{}");
    let elsewhere = Upstream::ok("{}");
    let keyless = Egress {
        credentials: Credentials::default(),
        ..egress(&upstream, Limits::default())
    };
    let keyed = egress(&upstream, Limits::default());
    for (egress, target) in [(&keyless, &upstream), (&keyed, &elsewhere)] {
        for access in [Access::Plan, changing()] {
            let log = CallLog::default();
            let request = deletion(target, Some(PREDICTION));
            let sent = egress.send(access, request, None, &log).await;
            assert!(matches!(sent, Err(Error::HttpRequestDenied)));
            let notes = log.take();
            assert!(notes.steps.is_empty() && notes.routes.is_empty());
        }
    }
}

#[tokio::test]
async fn a_change_goes_out_without_the_prediction_only_when_it_is_enabled() {
    let upstream = Upstream::ok("{}");
    let egress = egress(&upstream, Limits::default());
    let send = async |access, log: &CallLog| {
        let request = deletion(&upstream, Some(PREDICTION));
        egress.send(access, request, None, log).await
    };
    for access in [Access::Read, Access::Plan] {
        let _ = send(access, &CallLog::default()).await;
    }
    assert!(upstream.heads.try_recv().is_err());
    let log = CallLog::default();
    send(changing(), &log).await.unwrap();
    let (_, head) = upstream.heads.recv().unwrap();
    assert!(head.starts_with("DELETE /v1/items/1?force=true "));
    assert!(!head.contains("governance-predicted-answer"), "{head}");
    assert_eq!(log.take().may_have_changed, 1);
}

#[tokio::test]
async fn only_a_refusal_says_that_nothing_was_changed() {
    let limits = Limits {
        first_byte_time: Duration::from_millis(100),
        connect_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let status = |line: &str| format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n");
    for (answer, may_have_changed) in [
        (status("200 OK"), 1),
        (status("403 Forbidden"), 0),
        (status("429 Too Many Requests"), 0),
        (status("302 Found"), 1),
        (status("503 Service Unavailable"), 1),
        (String::new(), 1),
    ] {
        let upstream = Upstream::answering(answer.clone());
        let (egress, log) = (egress(&upstream, limits), CallLog::default());
        let request = deletion(&upstream, None);
        let _ = egress.send(changing(), request, None, &log).await;
        assert_eq!(log.take().may_have_changed, may_have_changed, "{answer}");
    }
    let gone = Upstream {
        port: TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port(),
        heads: channel().1,
    };
    let (egress, log) = (egress(&gone, limits), CallLog::default());
    let request = deletion(&gone, None);
    assert!(egress.send(changing(), request, None, &log).await.is_err());
    assert_eq!(log.take().may_have_changed, 0, "it never left");
}

#[tokio::test]
async fn a_change_may_take_more_requests_than_a_listing() {
    let upstream = Upstream::ok("{}");
    let limits = Limits {
        requests: 1,
        change_requests: 2,
        ..Limits::default()
    };
    let egress = egress(&upstream, limits);
    for (access, allowed) in [(Access::Read, 1), (Access::Plan, 2), (changing(), 2)] {
        let log = CallLog::default();
        let mut sent = 0;
        for _ in 0..3 {
            let request = request("GET", &format!("{}/items/1", upstream.base()));
            sent += u32::from(egress.send(access, request, None, &log).await.is_ok());
        }
        assert_eq!(sent, allowed, "{access:?}");
    }
}
