//! How the process ends: exit codes, and errors with a hint at the fix.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | differences, or findings, where `--exit-code` asks for it |
//! | 2 | wrong usage |
//! | 3 | wrong configuration: settings, files, what the operator allows; a request that a replayed recording does not hold |
//! | 4 | credential or permission |
//! | 5 | service, network, or a component that fails |
//! | 6 | done with gaps |
//! | 7 | a change is done in part, or nobody knows whether it is done |
//! | 8 | a change was refused as things stand, or some of a batch failed |
//! | 9 | the connector breaks a rule of the contract |
//! | 10 | interrupted by Ctrl-C or a request to terminate; what was read is kept |

use std::io::Write;
use std::process::ExitCode;

use governance_findings::RulesError;
use governance_host::authorities::AuthorityError;
use governance_host::connection::OpenError;
use governance_host::credential::CredentialError;
use governance_host::engine::LoadError;
use governance_host::error::{CallError, Fault};
use governance_host::naming::error::{Candidate, NamingError};
use governance_host::policy::Refusal;
use governance_host::provision::ProvisionError;
use governance_host::recording::RecordingError;
use governance_host::settings::SettingError;
use governance_host::store::{self, StoreError};
use governance_host::sync::SyncError;
use governance_host::trust::TrustError;
use governance_review::ReviewError;

use crate::table::table;
use crate::text::safe_line;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Found = 1,
    Usage = 2,
    Configuration = 3,
    Credential = 4,
    Service = 5,
    Gaps = 6,
    Unsettled = 7,
    Failures = 8,
    Nonconforming = 9,
    Interrupted = 10,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Fault> for Exit {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Usage => Self::Usage,
            Fault::Configuration => Self::Configuration,
            Fault::Credential => Self::Credential,
            Fault::Service => Self::Service,
            Fault::State => Self::Failures,
        }
    }
}

/// An error of a command itself, with its exit code and hint.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// The command refuses.
pub(crate) fn refused(exit: Exit, message: String, hint: &str) -> anyhow::Error {
    let hint = hint.to_owned();
    Refused {
        exit,
        message,
        hint,
    }
    .into()
}

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message.fmt(out)
    }
}

impl std::error::Error for Refused {}

/// Tells an error and its hint, and gives the exit code for it. Nothing in it
/// acts on the terminal.
pub(crate) fn report(error: &anyhow::Error, stderr: &mut dyn Write) -> Exit {
    if is_broken_pipe(error) {
        return Exit::Done;
    }
    let (exit, hint) = judge(error);
    // Nobody is left to tell if stderr is gone.
    let _ = writeln!(stderr, "error: {}", safe_line(&message(error)));
    if let Some(hint) = hint {
        let _ = writeln!(stderr);
        for (index, line) in hint.lines().enumerate() {
            let start = if index == 0 { "hint: " } else { "      " };
            let _ = writeln!(stderr, "{start}{}", safe_line(line));
        }
    }
    exit
}

/// The error and its causes, each said once.
fn message(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if !parts.last().is_some_and(|last| last.ends_with(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

fn judge(error: &anyhow::Error) -> (Exit, Option<String>) {
    error
        .chain()
        .find_map(judge_cause)
        .unwrap_or((Exit::Configuration, None))
}

fn judge_cause(cause: &(dyn std::error::Error + 'static)) -> Option<(Exit, Option<String>)> {
    if let Some(error) = cause.downcast_ref::<Refused>() {
        return Some((error.exit, Some(error.hint.clone())));
    }
    if let Some(refusal) = cause.downcast_ref::<Refusal>() {
        return Some((refusal.fault().into(), Some(refusal.hint())));
    }
    if let Some(error) = cause.downcast_ref::<CallError>() {
        return Some((error.fault().into(), error.hint()));
    }
    if let Some(error) = cause.downcast_ref::<NamingError>() {
        return Some((error.fault().into(), naming_hint(error)));
    }
    if let Some(error) = cause.downcast_ref::<ProvisionError>() {
        return Some((error.fault().into(), error.hint()));
    }
    if let Some(error) = cause.downcast_ref::<SyncError>() {
        return Some((sync_exit(error), sync_hint(error)));
    }
    if let Some(error) = cause.downcast_ref::<ReviewError>() {
        return Some((review_exit(error), error.hint()));
    }
    if let Some(error) = cause.downcast_ref::<StoreError>() {
        return Some((store_exit(error), error.hint().map(Into::into)));
    }
    if let Some(error) = cause.downcast_ref::<LoadError>() {
        return Some((Exit::Configuration, Some(load_hint(error))));
    }
    if let Some(error) = cause.downcast_ref::<RecordingError>() {
        return Some((Exit::Configuration, Some(error.hint().into())));
    }
    if cause.is::<RulesError>() {
        let hint = "docs/findings.md has every key, with an example";
        return Some((Exit::Configuration, Some(hint.into())));
    }
    if let Some(error) = cause.downcast_ref::<OpenError>() {
        return open_judgement(error);
    }
    if cause.is::<AuthorityError>() {
        let hint = "the file has to hold certificates between BEGIN and END CERTIFICATE lines";
        return Some((Exit::Configuration, Some(hint.into())));
    }
    cause.downcast_ref::<TrustError>().map(|_| {
        let hint = "docs/configuration.md has every key; `harness inspect --component FILE` \
                    prints an entry that works";
        (Exit::Configuration, Some(hint.into()))
    })
}

/// What to do, and below it what the name may mean.
fn naming_hint(error: &NamingError) -> Option<String> {
    let hint = error.hint()?;
    let rows = error.candidates().iter().map(candidate);
    match rows.len() {
        0 => Some(hint),
        _ => Some(format!(
            "{hint}\n{}",
            table(&["type", "id", "name", "belongs to"], rows)
        )),
    }
}

fn candidate(candidate: &Candidate) -> Vec<String> {
    let parent = candidate.parent.as_ref();
    let parent = parent.map(|it| format!("{}:{}", it.resource_type, it.id));
    vec![
        candidate.resource_type.clone(),
        candidate.id.clone(),
        candidate.name.clone(),
        parent.unwrap_or_default(),
    ]
}

fn sync_exit(error: &SyncError) -> Exit {
    match error {
        SyncError::Interrupted { .. } => Exit::Interrupted,
        other => other.fault().into(),
    }
}

/// How to go on with what a sync that did not end has read.
const GO_ON: &str = "`harness sync --resume` goes on with it, given the same options";

fn sync_hint(error: &SyncError) -> Option<String> {
    match error {
        SyncError::Call(error) => error.hint(),
        SyncError::Stopped(error) => {
            let hint = error.hint().map(|it| format!("{it}\n"));
            Some(format!("{}{GO_ON}", hint.unwrap_or_default()))
        }
        SyncError::Interrupted { kept: true } => Some(GO_ON.into()),
        SyncError::Interrupted { kept: false } => {
            Some("there is nothing to resume: begin again".into())
        }
        SyncError::OtherCredential => Some(
            "give the credential of the interrupted sync, or begin anew, without --resume".into(),
        ),
        SyncError::Unreadable(_) => Some("begin anew, without --resume".into()),
        SyncError::Store(error) => error.hint().map(Into::into),
        SyncError::NotThere(_) => {
            Some("the listing of projects shows the ids that there are".into())
        }
        SyncError::UnknownType(_) => Some("`harness inspect` says what the types are".into()),
        SyncError::Full(_) => Some("report this to the connector's author".into()),
        SyncError::Cancelled(_) => None,
    }
}

fn store_exit(error: &StoreError) -> Exit {
    match error.fault() {
        store::Fault::Caller => Exit::Usage,
        store::Fault::Credential => Exit::Credential,
        store::Fault::File => Exit::Configuration,
    }
}

fn review_exit(error: &ReviewError) -> Exit {
    match error {
        ReviewError::Store(error) => store_exit(error),
        ReviewError::Write(_) => Exit::Configuration,
        _ => Exit::Usage,
    }
}

fn load_hint(error: &LoadError) -> String {
    match error {
        LoadError::File { .. } => "check the path given with --component",
        LoadError::NotAComponent(_) => {
            "`cargo xtask component` builds one; without --component the built-in connector runs"
        }
        LoadError::World(_) => "see wit/README.md for the world that connectors are written to",
        LoadError::Import(_) => {
            "connectors get wasi:http's outgoing side and wasi:io; build for \
             wasm32-unknown-unknown, see wit/README.md"
        }
        LoadError::TooLarge { bound, .. } | LoadError::CompileTime(bound) => {
            return format!(
                "a connector is usually below 1 MB; check that this is the right file\n{}",
                bound.hint()
            );
        }
        LoadError::Engine(_) => "check that the directory given with --cache can be written to",
    }
    .to_owned()
}

fn open_judgement(error: &OpenError) -> Option<(Exit, Option<String>)> {
    let (exit, hint) = match error {
        OpenError::Setting(SettingError::Missing { key, environment }) => {
            let variable = environment.as_ref().map(|it| format!(" or set {it}"));
            let hint = format!("use --set {key}=VALUE{}", variable.unwrap_or_default());
            (Exit::Configuration, hint)
        }
        OpenError::UnknownRoute { .. } => (
            Exit::Configuration,
            "correct the table [rate] in harness.toml; docs/configuration.md describes it".into(),
        ),
        OpenError::Recording(error) => (Exit::Configuration, error.hint().into()),
        OpenError::Setting(_) | OpenError::Policy(_) => {
            let hint = "`harness inspect` lists the settings with their environment variables";
            (Exit::Configuration, hint.into())
        }
        OpenError::Credential(CredentialError::File { .. }) => (
            Exit::Configuration,
            "check the path given with --credential-file".into(),
        ),
        OpenError::Credential(CredentialError::Unknown { .. }) => (
            Exit::Usage,
            "use --credential-file ID=FILE or --credential-command ID=COMMAND".into(),
        ),
        OpenError::Credential(CredentialError::Command { .. }) => {
            let hint = "run the command yourself: it has to print the credential, and nothing else";
            (Exit::Credential, hint.into())
        }
        OpenError::Credential(CredentialError::Value { .. }) => {
            let hint = "the value has to be the bare credential, on one line";
            (Exit::Credential, hint.into())
        }
        // Its cause is judged.
        OpenError::Describe(_) => return None,
    };
    Some((exit, Some(hint)))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|it| it.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
