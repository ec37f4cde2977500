//! Running a program to its end, and what it used of the machine by then.

use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How a sync ends that read everything, and one that left gaps.
const ENDED_WELL: [i32; 2] = [0, 6];

/// What a program used, from its start to its end.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) wall: Duration,
    /// In user mode and in the kernel, of all its threads.
    pub(crate) cpu: Duration,
    /// The most memory that it held at a time, in bytes: its resident set, files
    /// that are mapped into it included.
    pub(crate) memory: u64,
    /// What it wrote to standard output.
    pub(crate) output: String,
}

/// Runs a program. Its standard error is ours.
///
/// # Errors
/// It cannot be started, or does not end well.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Used> {
    let name = command.get_program().to_string_lossy().into_owned();
    let begun = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.with_context(|| format!("cannot start {name}"))?;
    let mut output = String::new();
    if let Some(stdout) = &mut child.stdout {
        stdout.read_to_string(&mut output)?;
    }
    let (status, usage) = wait(child.id())?;
    let wall = begun.elapsed();
    if !status.code().is_some_and(|it| ENDED_WELL.contains(&it)) {
        bail!("{name} failed ({status}): {output}");
    }
    Ok(Used {
        wall,
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        // Linux counts in KiB.
        memory: u64::try_from(usage.ru_maxrss).unwrap_or_default() * 1_024,
        output,
    })
}

/// Waits for the end of a child of this process, whatever interrupts.
#[expect(unsafe_code, reason = "no safe call tells what one child has used")]
fn wait(process: u32) -> io::Result<(ExitStatus, libc::rusage)> {
    let process = libc::pid_t::try_from(process).map_err(io::Error::other)?;
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    loop {
        // SAFETY: both pointers are to locals that outlive the call.
        let waited = unsafe { libc::wait4(process, &raw mut status, 0, usage.as_mut_ptr()) };
        if waited == process {
            // SAFETY: a rusage is integers, for which zeroes are a value.
            return Ok((ExitStatus::from_raw(status), unsafe { usage.assume_init() }));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn time(value: libc::timeval) -> Duration {
    let part = |it: i64| u64::try_from(it).unwrap_or_default();
    Duration::from_secs(part(value.tv_sec)) + Duration::from_micros(part(value.tv_usec))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(script: &str) -> anyhow::Result<Used> {
        run(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn what_a_program_used_and_wrote_is_told() {
        let used = script("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done").unwrap();
        assert_eq!(used.output, "done\n");
        assert!(
            used.cpu > Duration::ZERO && used.memory > 100_000,
            "{used:?}"
        );
    }

    #[test]
    fn gaps_are_no_failure_and_anything_else_is_one() {
        assert!(script("exit 6").is_ok());
        let error = script("echo why; exit 3").unwrap_err().to_string();
        assert!(
            error.contains("exit status: 3") && error.contains("why"),
            "{error}"
        );
        assert!(run(&mut Command::new("/nowhere/at-all")).is_err());
    }
}
