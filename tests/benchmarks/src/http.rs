//! A GET over plain HTTP, for the simulator on this machine: one connection, one
//! request, one answer.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};

/// The body of a good answer.
///
/// # Errors
/// No answer, or another status than 200.
pub(crate) fn get(url: &str, key: Option<&str>) -> anyhow::Result<Vec<u8>> {
    let rest = url.strip_prefix("http://").context("not plain HTTP")?;
    let (authority, path) = rest.split_once('/').context("no path")?;
    let key = key.map(|key| format!("authorization: Bearer {key}\r\n"));
    let key = key.unwrap_or_default();
    let head =
        format!("GET /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n{key}\r\n");
    let mut stream = TcpStream::connect(authority)?;
    stream.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    ensure!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "{url}: not answered with 200"
    );
    let mut windows = answer.windows(4);
    let end = windows
        .position(|it| it == b"\r\n\r\n")
        .context("no end of the headers")?;
    Ok(answer.split_off(end + 4))
}
