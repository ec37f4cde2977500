//! Chromium, driven as the WebDriver protocol says (W3C), by ChromeDriver's HTTP
//! interface on loopback. It is there where Debian's packages `chromium` and
//! `chromium-driver` are.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// So that it runs in a container, alone and without asking anybody anything.
const SWITCHES: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
];

/// A browser with one window, that ends with its value.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    /// The path of all that is asked of this browser.
    session: String,
    /// Holds all that the browser keeps.
    _profile: TempDir,
}

impl Browser {
    /// Starts one. None, and a note, where there is none to start.
    pub(crate) fn start() -> Option<Self> {
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = driver else {
            eprintln!(
                "skipped: no chromedriver (Debian: apt-get install chromium chromium-driver)"
            );
            return None;
        };
        let port = port(driver.stdout.take().unwrap());
        let profile = TempDir::new().unwrap();
        let mut switches = SWITCHES.map(str::to_owned).to_vec();
        switches.push(format!("--user-data-dir={}", profile.path().display()));
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "unhandledPromptBehavior": "ignore",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": switches },
        } } });
        let (_, answer) = exchange("POST", port, "/session", &capabilities);
        let Some(id) = answer["value"]["sessionId"].as_str() else {
            let _ = driver.kill();
            eprintln!("skipped: chromedriver starts no browser: {answer}");
            return None;
        };
        Some(Self {
            session: format!("/session/{id}"),
            port,
            driver,
            _profile: profile,
        })
    }

    /// Opens a file, and waits until it is loaded.
    pub(crate) fn open(&self, file: &Path) {
        let url = format!("file://{}", file.display());
        self.ask("POST", "/url", &json!({ "url": url }));
    }

    /// What a script returns. It runs outside of the page's own policy.
    pub(crate) fn script(&self, script: &str) -> Value {
        let body = json!({ "script": script, "args": [] });
        self.ask("POST", "/execute/sync", &body)
    }

    /// What was written to the console so far, and what the page's policy refused.
    pub(crate) fn console(&self) -> Vec<Value> {
        let log = self.ask("POST", "/se/log", &json!({ "type": "browser" }));
        log.as_array().unwrap().clone()
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("{}{path}", self.session);
        let (status, mut answer) = exchange(method, self.port, &path, body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        exchange("DELETE", self.port, &self.session, &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Where ChromeDriver says that it listens. What it says later is read and left.
fn port(output: impl Read + Send + 'static) -> u16 {
    let mut lines = BufReader::new(output).lines();
    let port = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, port) = line.split_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    port.unwrap()
}

/// One request to ChromeDriver, which leaves the connection open after its answer.
fn exchange(method: &str, port: u16, path: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let length = body.len();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = BufReader::new(stream);
    let head = (&mut answer).lines().map(Result::unwrap);
    let head: Vec<_> = head.take_while(|line| !line.is_empty()).collect();
    let status = head[0].split(' ').nth(1).unwrap().parse().unwrap();
    let length = head.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().unwrap())
    });
    let mut text = vec![0; length.unwrap()];
    answer.read_exact(&mut text).unwrap();
    (status, serde_json::from_slice(&text).unwrap())
}
