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
                got: readable(got, effect),
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

/// Secrets cannot be found in what is no text: what a change brought is left out.
fn readable(got: Got, effect: Effect) -> Got {
    match got {
        Got::Answer(mut answer)
            if effect == Effect::Change && matches!(answer.body, Body::Base64(_)) =>
        {
            answer.body = Body::Text("[redacted]".into());
            Got::Answer(answer)
        }
        other => other,
    }
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
    fn what_a_change_brought_that_is_no_text_is_left_out() {
        let answer = || {
            Got::Answer(Answer {
                status: 200,
                headers: Vec::new(),
                body: Body::of(b"\xff"),
                broke_off: None,
            })
        };
        let read = Heard {
            effect: Effect::Read,
            ..changed("/", answer())
        };
        assert!(written(false, vec![(read, &[])]).contains("\"base64\":\"/w==\""));
        let written = written(false, vec![(changed("/", answer()), &[])]);
        assert!(written.contains("\"text\":\"[redacted]\""), "{written}");
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
