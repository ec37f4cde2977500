//! From arguments to an open connection.

use std::path::PathBuf;

use anyhow::Context;
use governance_host::connection::{Connection, Given};
use governance_host::engine::{Engine, Loaded};
use governance_host::limits::Limits;
use governance_host::policy::Operator;
use governance_host::trust::Trust;

use crate::arguments::ConnectArguments;
use crate::exit::{Exit, Refused};

/// Loads the component that the arguments name.
pub(crate) async fn load(arguments: &ConnectArguments) -> anyhow::Result<Loaded> {
    let cache = arguments.cache.clone().or_else(default_cache);
    let engine = Engine::new(Limits::default(), cache.as_deref())?;
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
    let given = Given {
        operator: trust(arguments, &loaded)?,
        settings: arguments.settings.clone(),
        credential_files: arguments
            .credential_files
            .iter()
            .map(|it| credential_file(it))
            .collect(),
    };
    let connection = Connection::open(loaded, given, |name| std::env::var(name).ok()).await?;
    connection.ready()?;
    Ok(connection)
}

/// What the operator allows: all that it declares for what comes with the
/// harness, and what harness.toml says for anything else.
fn trust(arguments: &ConnectArguments, loaded: &Loaded) -> anyhow::Result<Option<Operator>> {
    if arguments.component.is_none() {
        return Ok(Some(Operator {
            all_declared: true,
            ..Operator::default()
        }));
    }
    Ok(Trust::read(&arguments.config)?.of(&loaded.sha256)?)
}

fn credential_file(text: &str) -> (Option<String>, PathBuf) {
    match text.split_once('=') {
        Some((id, path)) => (Some(id.to_owned()), path.into()),
        None => (None, text.into()),
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
