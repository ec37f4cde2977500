//! Components that make a request, and report how it went as an error that
//! stands for nothing else: its message is the step, its status the number of
//! the case that `wasi:http` gave as the reason.
//!
//! | message | what happened |
//! |---|---|
//! | `header 2` | the third header was not taken |
//! | `method`, `scheme`, `authority`, `path` | the request was not taken |
//! | `handle`, `answer` | no answer came |
//! | `body` | the answer's body broke off |
//! | `read` | all of the answer was read; the status is the service's |

use serde_json::json;

use crate::component::{Fixture, SCRATCH, constant};

/// The function that asks, unless an attempt names another one.
pub(crate) const ASKING: &str = "list-resources";

/// What a component tries to send.
pub(crate) struct Attempt<'a> {
    pub(crate) function: &'a str,
    pub(crate) method: &'a str,
    pub(crate) scheme: &'a str,
    pub(crate) authority: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: Vec<(&'a str, &'a [u8])>,
    pub(crate) body: Sent<'a>,
}

/// The body of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent<'a> {
    Nothing,
    /// This, whole.
    Text(&'a str),
    /// One part over and over, until the host takes no more.
    Endless,
    /// A part, and then neither more nor an end.
    Unfinished,
}

impl<'a> Attempt<'a> {
    /// A read that is declared and allowed.
    pub(crate) fn reading(authority: &'a str) -> Self {
        Self {
            function: ASKING,
            method: "get",
            scheme: "HTTP",
            authority,
            path: "/v1/items/1",
            headers: Vec::new(),
            body: Sent::Nothing,
        }
    }

    /// The component that tries it.
    pub(crate) fn fixture(&self) -> Fixture {
        let mut fixture = Fixture::new();
        let body = self.code(&mut fixture);
        let read = self.outcome(&mut fixture, "read").report("(local.get $d)");
        fixture.body(self.function, &format!("{body} {read}"))
    }

    /// Code that sends it and reads all of the answer; then `$d` is the status.
    pub(crate) fn code(&self, fixture: &mut Fixture) -> String {
        let fields = "(local.set $a (call $fields.new))".to_owned();
        let headers = self
            .headers
            .iter()
            .enumerate()
            .map(|(number, (name, value))| {
                let (name, value) = (fixture.bytes(name.as_bytes()), fixture.bytes(value));
                let refused = self.outcome(fixture, &format!("header {number}"));
                let append = format!(
                    "(call $fields.append (local.get $a) {name} {value} {})",
                    constant(SCRATCH)
                );
                format!(
                    "{append} {}",
                    refused.unless_taken(&byte(SCRATCH), &byte(SCRATCH + 1))
                )
            });
        let headers: String = headers.collect();
        [
            fields,
            headers,
            self.request(fixture),
            self.send(fixture),
            self.read_all(fixture),
        ]
        .concat()
    }

    /// Makes the request in `$b` of the fields in `$a`.
    fn request(&self, fixture: &mut Fixture) -> String {
        let method = fixture.http_case("method", self.method);
        let scheme = fixture.http_case("scheme", self.scheme);
        let authority = fixture.bytes(self.authority.as_bytes());
        let path = fixture.bytes(self.path.as_bytes());
        let steps = [
            (
                "method",
                format!("(i32.const {method}) (i32.const 0) (i32.const 0)"),
            ),
            (
                "scheme",
                format!("(i32.const 1) (i32.const {scheme}) (i32.const 0) (i32.const 0)"),
            ),
            ("authority", format!("(i32.const 1) {authority}")),
            ("path-with-query", format!("(i32.const 1) {path}")),
        ];
        let steps = steps.iter().map(|(part, arguments)| {
            let name = part.split('-').next().unwrap_or(part);
            let refused = self.outcome(fixture, name);
            let set = format!("(call $outgoing-request.set-{part} (local.get $b) {arguments})");
            refused.unless_taken(&set, "(i32.const 0)")
        });
        let steps: String = steps.collect();
        format!("(local.set $b (call $outgoing-request.new (local.get $a))) {steps}")
    }

    /// Sends `$b`, and waits for the response in `$a`.
    fn send(&self, fixture: &mut Fixture) -> String {
        let answer = constant(SCRATCH);
        let (take, write) = match self.body {
            Sent::Nothing => (String::new(), String::new()),
            body => (take_stream(), write_body(fixture, body)),
        };
        let refused = self.outcome(fixture, "handle");
        let failed = self.outcome(fixture, "answer");
        format!(
            "{take}
             (call $handle (local.get $b) (i32.const 0) (i32.const 0) {answer})
             {refused}
             (local.set $b (i32.load (i32.const {handle})))
             {write}
             (call $pollable.block (call $future-incoming-response.subscribe (local.get $b)))
             (call $future-incoming-response.get (local.get $b) {answer})
             {failed}
             (local.set $a (i32.load (i32.const {response})))
             (local.set $d (call $incoming-response.status (local.get $a)))",
            handle = SCRATCH + 8,
            response = SCRATCH + 24,
            refused = refused.unless_taken(&byte(SCRATCH), &byte(SCRATCH + 8)),
            failed = failed.unless_taken(&byte(SCRATCH + 16), &byte(SCRATCH + 24)),
        )
    }

    /// Reads the headers and the body of the response in `$a` to their end.
    fn read_all(&self, fixture: &mut Fixture) -> String {
        let broken = self.outcome(fixture, "body");
        let closed = byte(SCRATCH + 4);
        let reason = format!(
            "(call $http-error-code (i32.load (i32.const {})) {}) {}",
            SCRATCH + 8,
            constant(SCRATCH),
            broken.report(&byte(SCRATCH + 8))
        );
        format!(
            "(call $fields.entries (call $incoming-response.headers (local.get $a)) {answer})
             (call $incoming-response.consume (local.get $a) {answer})
             (call $incoming-body.stream (i32.load (i32.const {handle})) {answer})
             (local.set $b (i32.load (i32.const {handle})))
             (loop
               (call $input-stream.blocking-read (local.get $b) (i64.const 65536) {answer})
               (br_if 0 (i32.eqz {failed}))
               (if (i32.eqz {closed}) (then {reason})))",
            answer = constant(SCRATCH),
            handle = SCRATCH + 4,
            failed = byte(SCRATCH),
        )
    }

    fn outcome(&self, fixture: &mut Fixture, step: &str) -> Outcome {
        Outcome::new(fixture, self.function, step)
    }
}

/// Takes the body of `$b` as `$d`, and its stream as `$c`.
fn take_stream() -> String {
    format!(
        "(call $outgoing-request.body (local.get $b) {answer})
         (local.set $d (i32.load (i32.const {handle})))
         (call $outgoing-body.write (local.get $d) {answer})
         (local.set $c (i32.load (i32.const {handle})))",
        answer = constant(SCRATCH),
        handle = SCRATCH + 4,
    )
}

/// Writes the body `$d` into its stream `$c`; an endless one until it is not
/// taken.
fn write_body(fixture: &mut Fixture, body: Sent<'_>) -> String {
    let answer = constant(SCRATCH);
    let write = |part: &str| {
        format!("(call $output-stream.blocking-write-and-flush (local.get $c) {part} {answer})")
    };
    let any = write("(i32.const 0) (i32.const 4096)");
    match body {
        Sent::Nothing => String::new(),
        Sent::Endless => format!("(loop {any} (br_if 0 (i32.eqz {})))", byte(SCRATCH)),
        Sent::Unfinished => any,
        Sent::Text(text) => format!(
            "{} (call $output-stream.drop (local.get $c))
             (call $outgoing-body.finish (local.get $d) (i32.const 0) (i32.const 0) {answer})",
            write(&fixture.bytes(text.as_bytes()))
        ),
    }
}

fn byte(at: usize) -> String {
    format!("(i32.load8_u (i32.const {at}))")
}

/// An answer that reports a step.
struct Outcome {
    answer: usize,
    number: usize,
}

impl Outcome {
    fn new(fixture: &mut Fixture, function: &str, step: &str) -> Self {
        let answer = json!({"err": {"message": step, "http-status": 0}});
        Self {
            answer: fixture.answer(function, &answer),
            number: fixture.place(function, &["err", "http-status", "some"]),
        }
    }

    /// Ends the function with this report and a number.
    fn report(&self, number: &str) -> String {
        let Self {
            answer,
            number: place,
        } = self;
        format!(
            "(i32.store16 (i32.const {}) {number}) (return (i32.const {answer}))",
            answer + place
        )
    }

    /// Reports where a host call's result is not zero.
    fn unless_taken(&self, result: &str, number: &str) -> String {
        format!("(if {result} (then {}))", self.report(number))
    }
}
