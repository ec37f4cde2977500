//! From arguments to an open connection.

use std::path::{Path, PathBuf};

use anyhow::Context;
use governance_host::authorities::Authorities;
use governance_host::connection::{Connection, Given};
use governance_host::credential::Source;
use governance_host::engine::{Engine, Loaded};
use governance_host::limits::Limits;
use governance_host::policy::Operator;
use governance_host::recording::{RecordTo, Recording, RecordingError};
use governance_host::trust::Trust;

use crate::arguments::ConnectArguments;
use crate::exit::{Exit, Refused};

/// Loads the component that the arguments name, under the limits that
/// harness.toml sets for it.
pub(crate) async fn load(arguments: &ConnectArguments) -> anyhow::Result<Loaded> {
    let trust = Trust::read(&arguments.config)?;
    let cache = arguments.cache.clone().or_else(default_cache);
    let limits = trust.limits.over(Limits::default());
    let engine = Engine::new(limits, cache.as_deref())?;
    let loaded = file(arguments, &engine).await?;
    let own: Vec<_> = trust.limits_of(&loaded.sha256).collect();
    Ok(own.into_iter().fold(loaded, Loaded::limited))
}

async fn file(arguments: &ConnectArguments, engine: &Engine) -> anyhow::Result<Loaded> {
    if let Some(path) = &arguments.component {
        return Ok(engine.load_file(path).await?);
    }
    let builtin = builtin_connectors::find(&arguments.connector);
    let builtin = builtin.ok_or_else(|| {
        let names: Vec<_> = builtin_connectors::all().iter().map(|it| it.name).collect();
        Refused {
            exit: Exit::Usage,
            message: format!("there is no built-in connector `{}`", arguments.connector),
            hint: format!("built in are: {}", names.join(", ")),
        }
    })?;
    let loaded = engine.load(builtin.component).await;
    loaded.with_context(|| format!("cannot load the built-in connector {}", builtin.name))
}

/// Opens a connection as the arguments say, ready to read.
pub(crate) async fn open(arguments: &ConnectArguments) -> anyhow::Result<Connection> {
    let loaded = load(arguments).await?;
    let trust = Trust::read(&arguments.config)?;
    let replay = recording(arguments, &loaded)?;
    let ca_file = arguments.ca_file.as_ref().or(trust.ca_file.as_ref());
    let given = Given {
        operator: operator(arguments, &trust, &loaded)?,
        settings: arguments.settings.clone(),
        credentials: sources(arguments),
        authorities: match ca_file {
            Some(path) => Authorities::read(path)?,
            None => Authorities::default(),
        },
        credential_commands: trust.credential_command,
        rates: trust.rates,
        record: arguments.record.clone().map(|path| RecordTo {
            path,
            anonymize: arguments.anonymize,
        }),
        replay,
    };
    let connection = Connection::open(loaded, given, |name| std::env::var(name).ok()).await?;
    connection.ready()?;
    Ok(connection)
}

/// The database that is used where none is named.
pub(crate) const DATABASE: &str = "governance.db";

/// Refuses to keep what a replay tells among what is real: neither a journal nor
/// a last sync may say what never happened.
pub(crate) fn keep_apart(arguments: &ConnectArguments, database: &Path) -> Result<(), Refused> {
    let standing = std::env::var_os("GOVERNANCE_DB").unwrap_or(DATABASE.into());
    if arguments.replay.is_none() || database != Path::new(&standing) {
        return Ok(());
    }
    Err(Refused {
        exit: Exit::Usage,
        message: format!("a replay does not belong into {}", database.display()),
        hint: "name another database, with --db FILE".into(),
    })
}

/// The recording to replay, if there is one.
fn recording(
    arguments: &ConnectArguments,
    loaded: &Loaded,
) -> Result<Option<Recording>, RecordingError> {
    let Some(path) = &arguments.replay else {
        return Ok(None);
    };
    let recording = Recording::read(path)?;
    if recording.cut_short {
        eprintln!("note: the last line of the recording is cut short, and is left out");
    }
    if recording.head.component_sha256 != loaded.sha256 {
        eprintln!("note: the recording was made with another file of the component");
    }
    Ok(Some(recording))
}

/// What the operator allows: all that it declares for what comes with the
/// harness, and what harness.toml says for anything else.
fn operator(
    arguments: &ConnectArguments,
    trust: &Trust,
    loaded: &Loaded,
) -> anyhow::Result<Option<Operator>> {
    if arguments.component.is_none() {
        return Ok(Some(Operator {
            all_declared: true,
            ..Operator::default()
        }));
    }
    Ok(trust.of(&loaded.sha256)?)
}

/// Where the arguments say that credentials are.
fn sources(arguments: &ConnectArguments) -> Vec<(Option<String>, Source)> {
    let files = arguments.credential_files.iter().map(|text| {
        let (id, path) = with_id(text);
        (id, Source::File(path.into()))
    });
    let commands = arguments.credential_commands.iter().map(|text| {
        let (id, words) = with_id(text);
        let words = words.split_whitespace().map(str::to_owned);
        (id, Source::Command(words.collect()))
    });
    files.chain(commands).collect()
}

/// `ID=REST`, or the rest alone. What stands before a `=` behind a space or a
/// slash is no id.
fn with_id(text: &str) -> (Option<String>, &str) {
    match text.split_once('=') {
        Some((id, rest)) if !id.contains([' ', '/']) => (Some(id.to_owned()), rest),
        _ => (None, text),
    }
}

/// `governance-harness` in the user's cache directory, by the XDG convention.
fn default_cache() -> Option<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|it| !it.is_empty())
            .map(PathBuf::from)
    };
    let base = variable("XDG_CACHE_HOME").filter(|it| it.is_absolute());
    let base = base.or_else(|| Some(variable("HOME")?.join(".cache")));
    base.map(|base| base.join("governance-harness"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_before_the_first_equals_sign() {
        let cases = [
            ("key.txt", None, "key.txt"),
            ("token=key.txt", Some("token"), "key.txt"),
            ("token=a=b", Some("token"), "a=b"),
            ("/run/a=b", None, "/run/a=b"),
            ("op read --account=x", None, "op read --account=x"),
            (
                "token=op read --account=x",
                Some("token"),
                "op read --account=x",
            ),
        ];
        for (text, id, rest) in cases {
            assert_eq!(with_id(text), (id.map(str::to_owned), rest), "{text}");
        }
    }
}
