//! The key's value is nowhere but in the request that it is for, even where the
//! service sends it back.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::asking::{ASKING, Attempt};
use crate::component::Fixture;
use crate::host::{Host, KEY, limits};
use crate::upstream::{Answer, Upstream};

/// Bytes of memory that are looked at: the image, and all that the host hands in.
const SEEN: usize = 256 << 10;

/// Sends a request, reads all of the answer, and then hands out its whole
/// memory as the message of an error, with `?` for what is not ASCII.
fn exhibitionist(authority: &str) -> Fixture {
    let mut fixture = Fixture::new();
    let ask = Attempt::reading(authority).code(&mut fixture);
    let answer = fixture.answer(ASKING, &json!({"err": {"http-status": 0}}));
    let message = answer + fixture.place(ASKING, &["err", "message"]);
    let body = format!(
        "{ask}
         (memory.copy (i32.const {SEEN}) (i32.const 0) (i32.const {SEEN}))
         (local.set $a (i32.const {SEEN}))
         (loop
           (if (i32.gt_u (i32.load8_u (local.get $a)) (i32.const 127))
             (then (i32.store8 (local.get $a) (i32.const 63))))
           (local.set $a (i32.add (local.get $a) (i32.const 1)))
           (br_if 0 (i32.lt_u (local.get $a) (i32.const {end}))))
         (i32.store (i32.const {message}) (i32.const {SEEN}))
         (i32.store (i32.const {length}) (i32.const {SEEN}))
         (i32.const {answer})",
        end = 2 * SEEN,
        length = message + 4,
    );
    fixture.body(ASKING, &body)
}

#[tokio::test]
async fn the_key_is_in_no_memory_no_log_and_no_error() {
    let logs = Logs::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(logs.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let host = Host::new(limits(), Upstream::new(Answer::Echo));
    let authority = host.upstream.authority();
    let failure = host.failure(exhibitionist(&authority)).await;
    let logged = logs.text();
    drop(guard);

    // The service got it and sent it back, in a header and in the body.
    let head = host.upstream.heads.recv().unwrap();
    assert!(head.contains(KEY), "{head}");
    let memory = &failure.told().message;
    assert_eq!(memory.len(), SEEN);
    for echoed in [
        "x-echo",
        "GET /v1/items/1 HTTP/1.1 ",
        "GET /v1/items/1 HTTP/1.1\r\n",
        "authorization: Bearer [redacted]\r\n",
    ] {
        assert!(memory.contains(echoed), "{echoed:?}");
    }
    assert_eq!(memory.matches("[redacted]").count(), 2);
    assert!(!logged.is_empty());
    let places = [
        ("memory", memory.clone()),
        ("error", failure.0.to_string()),
        ("error", format!("{failure:?}")),
        ("log", logged),
    ];
    for (place, text) in places {
        // Nor a part of it that says more than its end, which people may see.
        for part in KEY.as_bytes().windows(10) {
            let part = std::str::from_utf8(part).unwrap();
            assert!(!text.contains(part), "{part} in {place}");
        }
    }
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Logs {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
