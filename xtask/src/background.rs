//! A program in the background that never outlives this one.
//!
//! Dropping it ends it, which covers success, failure and panic. Being killed
//! does not run any drop, so a small shell stands between: it waits for its
//! standard input to close, which the system does for us however we end, and
//! then ends the program. Needs a POSIX shell, and nothing else.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Started as `sh -c WATCH sh PROGRAM ARGUMENTS`.
///
/// A key press of Ctrl-C goes to everything in the terminal; the shell lets it
/// pass, since it must be there to end a program that lets it pass as well.
/// Its standard output is given up so that the program alone holds the pipe,
/// and its end is seen. The program is given no choice: nothing in the
/// background of this repository has anything to save.
const WATCH: &str = r#"
trap '' INT HUP
"$@" &
exec >/dev/null 2>&1
cat
kill -KILL "$!"
wait "$!"
"#;

/// The program, and what it writes to its standard output.
pub(crate) struct Background {
    shell: Child,
    output: BufReader<ChildStdout>,
}

impl Background {
    /// Starts `command` with its arguments, environment changes and folder.
    pub(crate) fn start(command: &Command) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", WATCH, "sh"]);
        shell.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = shell.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self {
            shell,
            output: BufReader::new(output),
        })
    }

    /// The next line that it writes; empty where it has ended.
    pub(crate) fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Waiting closes the shell's standard input first.
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    /// Tells its process id, then would run for ten minutes.
    fn endless() -> (Background, String) {
        let mut background = Background::start(&script("echo $$; exec sleep 600")).unwrap();
        let process = background.line().unwrap();
        (background, process.trim().to_owned())
    }

    fn is_running(process: &str) -> bool {
        let mut ask = Command::new("kill");
        let asked = ask.args(["-0", process]).stderr(Stdio::null()).status();
        asked.unwrap().success()
    }

    #[test]
    fn dropping_it_ends_the_program() {
        let (background, process) = endless();
        assert!(is_running(&process));
        drop(background);
        assert!(!is_running(&process));
    }

    #[test]
    fn the_program_ends_when_this_process_is_gone() {
        let (mut background, process) = endless();
        // All that the system does for a process that was killed.
        drop(background.shell.stdin.take());
        assert_eq!(background.line().unwrap(), "");
        background.shell.wait().unwrap();
        assert!(!is_running(&process));
    }

    #[test]
    fn a_program_that_ends_early_is_seen_to_have_ended() {
        let mut background = Background::start(&script("echo first")).unwrap();
        assert_eq!(background.line().unwrap(), "first\n");
        assert_eq!(background.line().unwrap(), "");
    }

    #[test]
    fn arguments_and_environment_arrive_as_they_are() {
        let mut command = script(r#"printf '%s|%s\n' "$1" "$COLOUR""#);
        command
            .args(["sh", "two words; $HOME"])
            .env("COLOUR", "dark blue");
        let mut background = Background::start(&command).unwrap();
        assert_eq!(background.line().unwrap(), "two words; $HOME|dark blue\n");
    }
}
