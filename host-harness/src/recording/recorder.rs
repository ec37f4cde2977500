//! Writing a recording: what a call asked and got is appended when the call has
//! ended, since only then it is known which secrets it made.

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
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) asked: Step,
    pub(crate) effect: Effect,
    pub(crate) got: Got,
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
