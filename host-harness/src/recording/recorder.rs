//! Writing a recording: what a call asked and got is appended when the call has
//! ended, since only then it is known which secrets it made.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use governance_contract::manifest::Effect;
use governance_contract::model::Timestamp;

use super::anonymous::Anonymizer;
use super::exchange::{Body, Exchange, Got, Head};
use super::secrets::Secrets;
use super::{RecordTo, RecordingError, rewrite};
use crate::egress::Step;

/// Writes one recording, for calls side by side.
pub(crate) struct Recorder {
    at: Timestamp,
    pen: Mutex<Pen>,
}

struct Pen {
    /// None after a failure: a recording with holes would mislead.
    file: Option<File>,
    sequence: u64,
    secrets: Secrets,
    anonymizer: Option<Anonymizer>,
}

/// A request of a call that is under way, and what it got.
pub(crate) struct Heard {
    pub(crate) asked: Step,
    pub(crate) effect: Effect,
    pub(crate) got: Got,
}

/// Without what was said: it may hold a secret that nobody knows of yet.
impl fmt::Debug for Heard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Heard").field(&self.asked.route).finish()
    }
}

impl Recorder {
    /// Makes the file, for its owner alone, and writes its head.
    pub(crate) fn create(
        to: &RecordTo,
        mut head: Head,
        secrets: Secrets,
    ) -> Result<Self, RecordingError> {
        let mut pen = Pen {
            file: None,
            sequence: 0,
            secrets,
            anonymizer: to.anonymize.then(Anonymizer::default),
        };
        for (key, value) in &mut head.settings {
            *value = pen.cleaned(Some(key), value);
        }
        let mut create = || -> std::io::Result<()> {
            let file = pen.file.insert(new_file(to)?);
            file.write_all(&line(&head)?)
        };
        create().map_err(|source| RecordingError::Create {
            path: to.path.clone(),
            source,
        })?;
        Ok(Self {
            at: head.at,
            pen: Mutex::new(pen),
        })
    }

    /// The time that calls are given.
    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    /// Appends what a call of `function` asked and got; `made` are the secrets
    /// that it tells. A failure ends the recording and not the run.
    pub(crate) fn append<'a>(
        &self,
        function: &str,
        heard: Vec<Heard>,
        made: impl Iterator<Item = &'a str>,
    ) {
        let mut pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = pen.append(function, heard, made) {
            pen.file = None;
            tracing::warn!(%error, "the recording ends here, it cannot be written");
        }
    }
}

impl Pen {
    fn append<'a>(
        &mut self,
        function: &str,
        heard: Vec<Heard>,
        made: impl Iterator<Item = &'a str>,
    ) -> std::io::Result<()> {
        made.for_each(|it| self.secrets.keep_made(it));
        heard.iter().for_each(|it| self.learn(it));
        for Heard { asked, effect, got } in heard {
            self.sequence += 1;
            let exchange = Exchange {
                sequence: self.sequence,
                function: function.to_owned(),
                asked,
                got: readable(got, effect, self.anonymizer.is_some()),
            };
            let line = line(&self.clean(exchange))?;
            if let Some(file) = &mut self.file {
                file.write_all(&line)?;
            }
        }
        Ok(())
    }

    fn learn(&mut self, heard: &Heard) {
        if let Got::Answer(answer) = &heard.got
            && let Body::Json(answer) = &answer.body
            && heard.effect == Effect::Change
        {
            self.secrets.learn(answer);
        }
    }

    fn clean(&mut self, mut exchange: Exchange) -> Exchange {
        let mut change = |member: Option<&str>, text: &str| self.cleaned(member, text);
        rewrite::asked(&mut exchange.asked, &mut change);
        rewrite::got(&mut exchange.got, &mut change);
        exchange
    }

    fn cleaned(&mut self, member: Option<&str>, text: &str) -> String {
        let text = self.secrets.redacted(text);
        match &mut self.anonymizer {
            Some(anonymizer) => anonymizer.text(member, &text),
            None => text,
        }
    }
}

/// An answer without a body in which nobody could find what must not be there.
///
/// | body | of an answer to | becomes |
/// |---|---|---|
/// | no JSON, or broken off | a changing request that succeeded | `[redacted]`: a new secret may be in it |
/// | no text | a changing request | `[redacted]` |
/// | no text | any, to be anonymized | one byte that is none |
/// | like JSON, but none | any, to be anonymized | its first character, which is none |
fn readable(got: Got, effect: Effect, anonymize: bool) -> Got {
    let Got::Answer(mut answer) = got else {
        return got;
    };
    let succeeded = (200..300).contains(&answer.status);
    let body = match (&answer.body, effect) {
        (Body::Text(text), Effect::Change) if succeeded && !text.is_empty() => redacted(),
        (Body::Base64(_), Effect::Change) => redacted(),
        (Body::Base64(_), _) if anonymize => Some(Body::of(&[0xff])),
        (Body::Text(text), _) if anonymize => beginning(text),
        _ => None,
    };
    answer.body = body.unwrap_or(answer.body);
    Got::Answer(answer)
}

fn redacted() -> Option<Body> {
    Some(Body::Text("[redacted]".into()))
}

/// How a text begins that begins like JSON.
fn beginning(text: &str) -> Option<Body> {
    let first = text.trim_start().chars().next()?;
    matches!(first, '{' | '[').then(|| Body::Text(first.into()))
}

fn line(value: &impl serde::Serialize) -> std::io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

fn new_file(to: &RecordTo) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&to.path)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::exchange::{Answer, VERSION};
    use super::super::samples::{answered, asked};
    use super::*;

    fn head() -> Head {
        Head {
            recording: VERSION,
            connector: "a-connector".into(),
            version: "1".into(),
            component_sha256: "00".into(),
            at: 0,
            settings: vec![("owner".into(), "ada@example.com".into())],
            credentials: [("key".into(), None)].into(),
            anonymized: false,
        }
    }

    /// What is written of calls, each with the secrets that it tells.
    fn written(anonymize: bool, calls: Vec<(Heard, &[&str])>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        let to = RecordTo {
            path: path.clone(),
            anonymize,
        };
        let mut secrets = Secrets::default();
        secrets.keep("s3cret-key".into(), "[redacted]".into());
        let recorder = Recorder::create(&to, head(), secrets).unwrap();
        for (heard, made) in calls {
            recorder.append("change", vec![heard], made.iter().copied());
        }
        std::fs::read_to_string(path).unwrap()
    }

    fn changed(path: &str, got: Got) -> Heard {
        Heard {
            asked: asked("POST", path, Value::Null),
            effect: Effect::Change,
            got,
        }
    }

    #[test]
    fn a_secret_is_redacted_whether_or_not_its_call_tells_it() {
        let value = "sk-0123456789abcdef";
        const PIN: &str = "a-pin-1234";
        let calls: Vec<(Heard, &[&str])> = vec![
            (changed("/keys", answered(json!({"value": value}))), &[]),
            (changed("/pins", answered(json!({"pin": PIN}))), &[PIN]),
            (
                changed(
                    "/echo?of=sk-0123456789abcdef",
                    answered(json!(["s3cret-key", PIN])),
                ),
                &[],
            ),
        ];
        let written = written(false, calls);
        for secret in [value, PIN, "s3cret-key"] {
            assert!(!written.contains(secret), "{secret} in {written}");
        }
        let lines: Vec<Value> = written
            .lines()
            .map(|it| serde_json::from_str(it).unwrap())
            .collect();
        assert_eq!(lines[1]["answer"]["json"]["value"], "[secret 1]");
        assert_eq!(lines[2]["answer"]["json"]["pin"], "[secret 2]");
        assert_eq!(lines[3]["path"], "/echo?of=%5Bsecret%201%5D");
        assert_eq!(
            lines[3]["answer"]["json"],
            json!(["[redacted]", "[secret 2]"])
        );
        assert_eq!(lines[3]["sequence"], 3);
    }

    #[test]
    fn a_body_that_cannot_be_looked_through_is_left_out() {
        let text = |it: &str| Body::Text(it.to_owned());
        let (binary, none) = (Body::of(b"a\xff"), Body::of(b"\xff"));
        let (half, form) = (text(r#"{"value":"sk-"#), text("token=sk"));
        let (change, read) = (Effect::Change, Effect::Read);
        for (status, body, effect, anonymize, expected) in [
            (200, &half, change, false, text("[redacted]")),
            (200, &form, change, true, text("[redacted]")),
            (502, &form, change, false, form.clone()),
            (502, &binary, change, false, text("[redacted]")),
            (204, &text(""), change, true, text("")),
            (200, &half, read, false, half.clone()),
            (200, &half, read, true, text("{")),
            (200, &form, read, true, form.clone()),
            (200, &binary, read, false, binary.clone()),
            (200, &binary, read, true, none),
        ] {
            let answer = |body: &Body| {
                Got::Answer(Answer {
                    status,
                    headers: Vec::new(),
                    body: body.clone(),
                    broke_off: None,
                })
            };
            let found = readable(answer(body), effect, anonymize);
            assert_eq!(
                found,
                answer(&expected),
                "{status} {body:?} {effect:?} {anonymize}"
            );
        }
    }

    #[test]
    fn people_are_replaced_in_requests_answers_and_settings_alike() {
        let calls = || -> Vec<(Heard, &'static [&'static str])> {
            let answer = answered(json!({"email": "Ada@Example.com", "name": "Ada"}));
            vec![(changed("/people/ada%40example.com?name=Ada", answer), &[])]
        };
        assert_eq!(
            written(false, calls())
                .to_lowercase()
                .matches("ada")
                .count(),
            5
        );
        let written = written(true, calls());
        assert!(!written.to_lowercase().contains("ada"), "{written}");
        assert!(
            written.contains("/people/person-1%40example.invalid?name=name-1"),
            "{written}"
        );
        assert_eq!(written.matches("person-1@example.invalid").count(), 2);
    }

    #[test]
    fn a_file_that_is_there_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        std::fs::write(&path, "precious").unwrap();
        let to = RecordTo {
            path: path.clone(),
            anonymize: false,
        };
        assert!(Recorder::create(&to, head(), Secrets::default()).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    }
}
