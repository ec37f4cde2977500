//! Credentials from a command, such as a password manager's.
//!
//! It is run without a shell, so that nothing in its arguments is read as code,
//! and without input. What it prints is the credential; what it says on standard
//! error is shown if it fails.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::zeroize::Zeroizing;

use super::secret;

/// How long a command may take: it may ask for a fingerprint.
pub(super) const TIME: Duration = Duration::from_secs(60);

/// Characters of what a command says that are shown.
const SHOWN: usize = 2_000;

/// Between two looks at whether a command that has closed its output has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// A command that brought no credential. Never holds what it printed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is none.
    #[error("the command is empty")]
    Empty,
    /// It cannot be started.
    #[error("`{program}` cannot be started")]
    Start {
        /// Its first word.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It failed.
    #[error("`{program}` failed ({status}){said}")]
    Failed {
        /// Its first word.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said on standard error, behind a colon.
        said: String,
    },
    /// It took too long, and was ended.
    #[error("`{program}` took longer than {} s", .limit.as_secs())]
    Time {
        /// Its first word.
        program: String,
        /// How long it could take.
        limit: Duration,
    },
    /// Its output cannot be read.
    #[error("what `{program}` prints cannot be read")]
    Output {
        /// Its first word.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

type Bytes = io::Result<Zeroizing<Vec<u8>>>;

/// Runs a command and takes what it prints.
pub(super) fn run(command: &[String], limit: Duration) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    let [program, arguments @ ..] = command else {
        return Err(CommandError::Empty);
    };
    let started = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.map_err(|source| CommandError::Start {
        program: program.clone(),
        source,
    })?;
    let deadline = Instant::now() + limit;
    let (printed, said) = (reading(child.stdout.take()), reading(child.stderr.take()));
    let ended = wait(&mut child, &printed, &said, deadline);
    // Whatever it was, it is not left running; one that has ended is not hurt.
    let _ = child.kill();
    let _ = child.wait();
    let Some((status, printed, said)) = ended else {
        let program = program.clone();
        return Err(CommandError::Time { program, limit });
    };
    let output = |source| CommandError::Output {
        program: program.clone(),
        source,
    };
    match status.map_err(output)? {
        status if status.success() => printed.map_err(output),
        status => Err(CommandError::Failed {
            program: program.clone(),
            status,
            said: shown(said),
        }),
    }
}

type Ended = (io::Result<ExitStatus>, Bytes, Bytes);

/// Waits until the command is silent and gone. None: it took too long.
fn wait(
    child: &mut Child,
    printed: &Receiver<Bytes>,
    said: &Receiver<Bytes>,
    deadline: Instant,
) -> Option<Ended> {
    let printed = receive(printed, deadline)?;
    let said = receive(said, deadline)?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some((Ok(status), printed, said)),
            Ok(None) if Instant::now() < deadline => thread::sleep(PAUSE),
            Ok(None) => return None,
            Err(error) => return Some((Err(error), printed, said)),
        }
    }
}

fn receive(from: &Receiver<Bytes>, deadline: Instant) -> Option<Bytes> {
    let left = deadline.saturating_duration_since(Instant::now());
    match from.recv_timeout(left) {
        Ok(bytes) => Some(bytes),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Err(io::ErrorKind::BrokenPipe.into())),
    }
}

/// Reads to the end in a thread of its own. What is too long is read and
/// dropped, so that the command is not held up.
fn reading(from: Option<impl Read + Send + 'static>) -> Receiver<Bytes> {
    let (tell, told) = channel();
    thread::spawn(move || {
        let Some(mut from) = from else { return };
        let read = secret::read(&mut from);
        let _ = io::copy(&mut from, &mut io::sink());
        // Nobody waits any more if it took too long.
        let _ = tell.send(read);
    });
    told
}

fn shown(said: Bytes) -> String {
    let said = said.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let words: Vec<_> = said.split_whitespace().collect();
    let said: String = words.join(" ").chars().take(SHOWN).collect();
    match said.is_empty() {
        true => said,
        false => format!(": {said}"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<String, CommandError> {
        let command = ["sh", "-c", script].map(str::to_owned);
        let printed = run(&command, limit)?;
        Ok(String::from_utf8_lossy(&printed).into_owned())
    }

    #[test]
    fn what_a_command_prints_is_the_value() {
        assert_eq!(
            shell("printf s3cret; echo note >&2", TIME).unwrap(),
            "s3cret"
        );
    }

    #[test]
    fn a_command_is_run_without_a_shell_and_without_input() {
        let echo = ["echo", "$HOME; `id` | cat"].map(str::to_owned);
        let printed = run(&echo, TIME).unwrap();
        assert_eq!(*printed, b"$HOME; `id` | cat\n");
        assert_eq!(shell("cat; echo end", TIME).unwrap(), "end\n");
    }

    #[test]
    fn a_command_that_fails_tells_what_it_said_and_not_what_it_printed() {
        let error = shell("echo s3cret; echo 'not signed in' >&2; exit 3", TIME).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("exit status: 3): not signed in"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }

    #[test]
    fn a_command_that_never_ends_is_ended() {
        let soon = Duration::from_millis(100);
        for script in ["sleep 600", "exec >&- 2>&-; exec sleep 600"] {
            let error = shell(script, soon).unwrap_err();
            assert!(matches!(error, CommandError::Time { .. }), "{error}");
        }
    }

    #[test]
    fn more_than_a_value_does_not_hold_a_command_up() {
        let printed = shell("head -c 1000000 /dev/zero | tr '\\0' x", TIME).unwrap();
        assert!(printed.len() < 1_000_000);
    }

    #[test]
    fn what_cannot_be_started_is_named() {
        let error = run(&["/no/such/program".to_owned()], TIME).unwrap_err();
        assert_eq!(error.to_string(), "`/no/such/program` cannot be started");
        assert!(matches!(run(&[], TIME), Err(CommandError::Empty)));
    }
}
