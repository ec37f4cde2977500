//! The simulator over real HTTP: one connection, one request, by hand.

use std::io;
use std::time::{Duration, Instant};

use openai_simulator::{Error, Fault, Faults, Options, OrganizationRole, Simulator, Template};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The status line and headers, and the body, of the answer to a GET.
async fn get(url: &str, key: &str) -> io::Result<(String, String)> {
    let rest = url.trim_start_matches("http://");
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    Ok((head.to_owned(), body.to_owned()))
}

#[tokio::test]
async fn a_started_simulator_answers_at_its_base_url() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    assert!(simulator.base_url().starts_with("http://127.0.0.1:"));
    assert!(simulator.organization_id().starts_with("org-"));
    let url = format!("{}/organization/users?limit=1", simulator.base_url());
    let (head, body) = get(&url, simulator.admin_key()).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("openai-version: 2020-10-01"), "{head}");
    assert!(body.contains("\"has_more\":true"), "{body}");
    let count = simulator.requests()["GET /v1/organization/users"];
    assert_eq!(count, 1);
    simulator.stop().await;
}

#[tokio::test]
async fn the_truth_is_at_hand_and_under_the_control_url() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let owners = simulator
        .people()
        .into_iter()
        .filter(|person| person.organization_role == Some(OrganizationRole::Owner));
    assert_eq!(owners.count(), 2);
    let url = format!("{}/people", simulator.control_url());
    let (head, body) = get(&url, "").await.unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(body.contains("\"organization_role\":\"owner\""), "{body}");
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    assert!(simulator.people().iter().any(|person| !person.member));
    simulator.advance_clock(week);
    assert!(simulator.people().iter().all(|person| person.member));
}

#[tokio::test]
async fn a_stopped_simulator_frees_its_port() {
    let first = Simulator::start(Options::default()).await.unwrap();
    let port = first.base_url();
    let port = port.trim_end_matches("/v1").rsplit(':').next().unwrap();
    let again = Options {
        port: port.parse().unwrap(),
        ..Options::default()
    };
    let taken = Simulator::start(again.clone()).await;
    assert!(matches!(taken, Err(Error::Listen { .. })));
    first.stop().await;
    let second = Simulator::start(again).await.unwrap();
    assert!(second.base_url().contains(port));
}

#[tokio::test]
async fn a_dropped_simulator_stops_listening() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let url = format!("{}/clock", simulator.control_url());
    get(&url, "").await.unwrap();
    drop(simulator);
    while get(&url, "").await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn serving_ends_when_it_is_told_to() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let url = format!("{}/organization/roles", simulator.base_url());
    let key = simulator.admin_key().to_owned();
    let end = async {
        let (head, _) = get(&url, &key).await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    };
    simulator.serve_until(end).await;
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn every_answer_takes_the_latency_that_was_asked_for() {
    let latency = Duration::from_millis(30);
    let options = Options {
        organization: Template::Empty,
        latency,
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let url = format!("{}/organization/roles", simulator.base_url());
    let start = Instant::now();
    let (head, _) = get(&url, simulator.admin_key()).await.unwrap();
    assert!(start.elapsed() >= latency);
    let time = head
        .lines()
        .find_map(|line| line.strip_prefix("openai-processing-ms: "));
    assert!(time.unwrap().parse::<u128>().unwrap() >= latency.as_millis());
}

#[tokio::test]
async fn a_connection_ends_without_an_answer_or_in_the_middle_of_one() {
    for (fault, is_headed) in [
        (Fault::Reset, false),
        (Fault::LostAnswer, false),
        (Fault::Truncated, true),
    ] {
        let simulator = Simulator::start(Options {
            faults: Faults {
                per_thousand: 1_000,
                kinds: vec![fault],
            },
            ..Options::default()
        })
        .await
        .unwrap();
        let url = format!("{}/organization/users", simulator.base_url());
        let (head, body) = get(&url, simulator.admin_key()).await.unwrap_or_default();
        assert_eq!(
            head.starts_with("HTTP/1.1 200"),
            is_headed,
            "{fault:?}: {head}"
        );
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let is_short = length.is_none_or(|length| body.len() < length.parse().unwrap());
        assert!(is_short, "{fault:?}: {head}");
    }
}
