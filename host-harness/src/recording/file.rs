//! Reading a recording.
//!
//! | line | then |
//! |---|---|
//! | the first is no [`Head`] | it is no recording |
//! | the last has no end and cannot be read | it was cut short, which is told |
//! | any other cannot be read | an error |

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::RecordingError;
use super::exchange::{Exchange, Head, VERSION};

/// A recording, whole in memory.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Its first line.
    pub head: Head,
    /// Its last line was cut short, and is left out.
    pub cut_short: bool,
    pub(crate) exchanges: Vec<Exchange>,
}

/// Tells a recording of any version from anything else.
#[derive(Deserialize)]
struct AnyHead {
    recording: u64,
}

impl Recording {
    /// Reads a recording's file.
    ///
    /// # Errors
    /// The file cannot be read, or is no recording.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let bytes = fs::read(path).map_err(|source| RecordingError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&String::from_utf8_lossy(&bytes), path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, RecordingError> {
        let mut lines = (1..).zip(text.split_inclusive('\n'));
        let (_, first) = lines.next().unwrap_or_default();
        let mut recording = Self {
            head: head(first, path)?,
            cut_short: false,
            exchanges: Vec::new(),
        };
        for (line, text) in lines {
            match serde_json::from_str(text) {
                Ok(exchange) => recording.exchanges.push(exchange),
                Err(_) if !text.ends_with('\n') => recording.cut_short = true,
                Err(error) => {
                    return Err(RecordingError::Line {
                        path: path.to_owned(),
                        line,
                        problem: error.to_string(),
                    });
                }
            }
        }
        Ok(recording)
    }
}

fn head(line: &str, path: &Path) -> Result<Head, RecordingError> {
    let other = |_| RecordingError::Other(path.to_owned());
    let AnyHead { recording: version } = serde_json::from_str(line).map_err(other)?;
    match version == u64::from(VERSION) {
        true => serde_json::from_str(line).map_err(other),
        false => Err(RecordingError::Version {
            path: path.to_owned(),
            version,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"recording": 1, "connector": "c", "version": "1",
        "component_sha256": "00", "at": "2026-01-02T03:04:05Z", "settings": [["a", "b"]],
        "credentials": {"key": null}, "anonymized": false}"#;
    const EXCHANGE: &str = r#"{"sequence": 1, "function": "check", "route": "r", "method": "GET",
        "path": "/", "body": null, "answer": {"status": 200, "headers": [], "json": null}}"#;

    /// How many exchanges there are, and whether the last was cut short.
    fn read(lines: &[&str], end: &str) -> Result<(usize, bool), String> {
        let lines: Vec<_> = lines.iter().map(|it| it.replace('\n', "")).collect();
        let recording = Recording::parse(&(lines.join("\n") + end), Path::new("file"));
        let recording = recording.map_err(|error| error.to_string())?;
        assert_eq!(recording.head.at, 1_767_323_045);
        Ok((recording.exchanges.len(), recording.cut_short))
    }

    #[test]
    fn only_the_last_line_may_be_cut_short() {
        let half = &EXCHANGE[..EXCHANGE.len() / 2];
        for (lines, end, expected) in [
            (&[HEAD][..], "\n", (0, false)),
            (&[HEAD], "", (0, false)),
            (&[HEAD, EXCHANGE, EXCHANGE], "\n", (2, false)),
            (&[HEAD, EXCHANGE, EXCHANGE], "", (2, false)),
            (&[HEAD, EXCHANGE, half], "", (1, true)),
        ] {
            assert_eq!(read(lines, end), Ok(expected), "{lines:?}");
        }
        for lines in [&[HEAD, half][..], &[HEAD, "", EXCHANGE], &[HEAD, "{}"]] {
            let error = read(lines, "\n").unwrap_err();
            assert!(error.starts_with("line 2 of the recording file is no exchange: "));
        }
    }

    #[test]
    fn what_is_no_recording_is_told_from_one_of_another_version() {
        let later = r#"{"recording": 2, "more": true}"#;
        let other = "file is no recording of the harness";
        for (first, expected) in [
            ("", other),
            ("id,name", other),
            ("{}", other),
            (r#"{"recording": 1}"#, other),
            (EXCHANGE, other),
            (
                later,
                "the recording file is of version 2 of the format, not 1",
            ),
        ] {
            assert_eq!(read(&[first], "\n"), Err(expected.to_owned()), "{first}");
        }
    }
}
