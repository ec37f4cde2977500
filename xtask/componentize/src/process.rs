//! Runs other programs: for their answer, or to their end within a limit.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What a program writes to its standard output, without the last line break.
/// The error is a reason for people.
pub(crate) fn answer(command: &mut Command) -> Result<String, String> {
    let name = name(command);
    let output = command
        .output()
        .map_err(|error| format!("cannot run {name}: {error}"))?;
    if !output.status.success() {
        let said = last_lines(&output.stderr);
        return Err(format!("{name} failed ({}): {said}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}

/// Runs a program to its end and shows nothing of it. One that takes longer
/// than `limit` is killed. The error is a reason for people, with the last
/// lines that the program wrote to its standard error.
pub(crate) fn finish(command: &mut Command, limit: Duration) -> Result<(), String> {
    let name = name(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run {name}: {error}"))?;
    // The end of its standard error is the end of the program, so waiting for
    // that with a limit is waiting for the program with a limit.
    let (send, messages) = mpsc::channel();
    let stderr = child.stderr.take();
    thread::spawn(move || send.send(read_all(stderr)));
    let Ok(said) = messages.recv_timeout(limit) else {
        // A program that ended by itself in this very moment is as dead.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("{name} was stopped after {} s", limit.as_secs()));
    };
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} failed ({status}): {}", last_lines(&said))),
        Err(error) => Err(format!("{name} was lost: {error}")),
    }
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// What can be read; a broken pipe is an end like any other.
fn read_all(source: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut source) = source {
        let _ = source.read_to_end(&mut bytes);
    }
    bytes
}

/// The last three lines that say something, in one line.
fn last_lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let said: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    said[said.len().saturating_sub(3)..].join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_takes_too_long_is_stopped() {
        let mut command = Command::new("sleep");
        let reason = finish(command.arg("600"), Duration::from_millis(20)).unwrap_err();
        assert_eq!(reason, "sleep was stopped after 0 s");
    }

    #[test]
    fn a_failure_is_told_with_its_last_lines() {
        let reason = finish(&mut shell("printf '1\n2\n\n3\n4\n' >&2; exit 7"), LONG).unwrap_err();
        assert_eq!(reason, "sh failed (exit status: 7): 2; 3; 4");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let reason = finish(&mut Command::new("no-such-program"), LONG).unwrap_err();
        assert!(
            reason.starts_with("cannot run no-such-program: "),
            "{reason}"
        );
    }

    #[test]
    fn an_answer_comes_without_its_last_line_break() {
        assert_eq!(answer(&mut shell("echo yes")).unwrap(), "yes");
        assert_eq!(
            answer(&mut shell("echo no >&2; exit 1")).unwrap_err(),
            "sh failed (exit status: 1): no"
        );
    }
}
