//! A service that behaves badly, on loopback.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};

/// Answers requests by a script, and tells what it was asked.
pub(crate) struct Upstream {
    pub(crate) port: u16,
    /// The heads of the requests, as they came.
    pub(crate) heads: Receiver<String>,
}

/// How a request is answered. What comes first may be empty.
#[derive(Clone)]
pub(crate) enum Answer {
    /// With this, and then the next request.
    Whole(Vec<u8>),
    /// With this, and then the connection is closed.
    Closed(Vec<u8>),
    /// With this, and then the same part for ever.
    Endless(Vec<u8>, Vec<u8>),
    /// With this, and then nothing.
    Silent(Vec<u8>),
    /// With the request's own head, in a header and in the body.
    Echo,
    /// With this, once as many requests wait here as are expected.
    Together(Arc<Barrier>, Vec<u8>),
}

impl Upstream {
    pub(crate) fn new(answer: Answer) -> Self {
        Self::scripted([answer])
    }

    /// Gives these answers, one after the other; the last one from then on.
    pub(crate) fn scripted(answers: impl IntoIterator<Item = Answer>) -> Self {
        let (tell, heads) = channel();
        let script = Arc::new(Mutex::new(answers.into_iter().collect()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, tell) = (script.clone(), tell.clone());
                // Whoever asked may have left in the middle of it.
                std::thread::spawn(move || drop(serve(stream.unwrap(), &script, &tell)));
            }
        });
        Self { port, heads }
    }

    /// A service that answers with an empty object.
    pub(crate) fn good() -> Self {
        Self::new(Answer::Whole(
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        ))
    }

    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

/// The next answer of a script. Its last one stays.
fn next(script: &Mutex<VecDeque<Answer>>) -> Answer {
    let mut script = script.lock().unwrap();
    match script.len() {
        1 => script[0].clone(),
        _ => script.pop_front().unwrap(),
    }
}

/// How long the body behind a head is.
fn length(head: &str) -> usize {
    let head = head.to_lowercase();
    let value = head
        .lines()
        .find_map(|it| it.strip_prefix("content-length:"));
    value.map_or(0, |it| it.trim().parse().unwrap())
}

fn serve(
    stream: TcpStream,
    script: &Mutex<VecDeque<Answer>>,
    tell: &Sender<String>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        reader.read_exact(&mut vec![0; length(&head)])?;
        // Nobody listens in tests of what comes back.
        let _ = tell.send(head.clone());
        match next(script) {
            Answer::Whole(bytes) => stream.write_all(&bytes)?,
            Answer::Closed(bytes) => return stream.write_all(&bytes),
            Answer::Together(meeting, bytes) => {
                meeting.wait();
                stream.write_all(&bytes)?;
            }
            Answer::Silent(bytes) => {
                stream.write_all(&bytes)?;
                reader.read_exact(&mut [0])?;
            }
            Answer::Endless(bytes, part) => {
                stream.write_all(&bytes)?;
                loop {
                    stream.write_all(&part)?;
                }
            }
            Answer::Echo => stream.write_all(echo(&head).as_bytes())?,
        }
    }
}

/// The head in one header, its lines joined, and in the body in small chunks.
fn echo(head: &str) -> String {
    let line = head.trim_end().replace("\r\n", " ");
    let chunks = head.as_bytes().chunks(7).map(|part| {
        let part = String::from_utf8_lossy(part);
        format!("{:x}\r\n{part}\r\n", part.len())
    });
    let chunks: String = chunks.collect();
    format!(
        "HTTP/1.1 200 OK\r\nx-echo: {line}\r\ntransfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
    )
}
