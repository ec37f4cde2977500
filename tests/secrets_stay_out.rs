//! The key is in no file and no output of the harness, even where the service
//! quotes it in every answer.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use crate::support::{Bench, Ran};

const KEY: &str = "sk-admin-s3cret-0123456789-abcdefghij";

/// Answers every request with this status and body, in which `KEY` stands for
/// the `authorization` header that it came with.
fn quoting(status: u16, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || answer(stream.unwrap(), status, body));
        }
    });
    format!("http://127.0.0.1:{port}/v1")
}

fn answer(mut stream: TcpStream, status: u16, body: &str) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut key = String::new();
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            if let Some(value) = line.strip_prefix("authorization: ") {
                key = value.trim().to_owned();
            }
        }
        let body = body.replace("KEY", &key);
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status} Quoted\r\nx-request-id: {key}\r\nx-echo: {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .ok()?;
    }
}

/// All that a run leaves behind, by name.
fn left_behind(bench: &Bench, ran: Ran) -> Vec<(String, Vec<u8>)> {
    let mut left = vec![
        ("stdout".to_owned(), ran.stdout.into_bytes()),
        ("stderr".to_owned(), ran.stderr.into_bytes()),
    ];
    for file in fs::read_dir(bench.path("")).unwrap() {
        let path = file.unwrap().path();
        left.push((path.display().to_string(), fs::read(path).unwrap()));
    }
    left
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|it| it == text.as_bytes())
}

#[test]
fn a_key_that_the_service_quotes_is_nowhere() {
    let people = r#"{"object": "list", "has_more": false, "data": [{
        "object": "organization.user", "id": "user-1", "name": "KEY", "email": "KEY@example.com",
        "role": "reader", "added_at": 1}]}"#;
    let refusal = r#"{"error": {"message": "Incorrect API key provided: KEY", "code": "KEY"}}"#;
    let cases = [
        (200, people, "sync --type user"),
        (401, refusal, "sync"),
        (403, refusal, "check"),
        (404, refusal, "check --json"),
        (200, people, "sync --type user --record run.jsonl"),
    ];
    let mut quoted = 0;
    for (status, body, arguments) in cases {
        let mut bench = Bench::alone();
        bench.set("OPENAI_BASE_URL", &quoting(status, body));
        bench.set("OPENAI_ADMIN_KEY", KEY);
        bench.set("GOVERNANCE_LOG", "trace");
        let ran = bench.run(arguments);
        let left = left_behind(&bench, ran);
        quoted += usize::from(left.iter().any(|(_, it)| holds(it, "[redacted]")));
        for (place, bytes) in left {
            assert!(!holds(&bytes, KEY), "{arguments} for {status}: {place}");
        }
    }
    assert!(quoted >= 2, "what the service says is not shown at all");
}
