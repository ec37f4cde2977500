//! `harness check`

use std::io::Write;

use clap::Args;
use futures::future::join_all;
use governance_host::clock::now;
use governance_host::connection::Connection;
use governance_host::contract::connector::{Probe, ProbeState};
use governance_host::contract::manifest::Surface;
use governance_host::error::CallError;
use serde_json::json;

use crate::arguments::ConnectArguments;
use crate::connect;
use crate::exit::Exit;
use crate::text::{json_line, safe_line};

/// Test the connection: one line for each part of the service's API
///
/// Says what the credential opens, what it does not, and how much is there. The
/// exit code is 0 if all can be read, 6 if only some, 4 if nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  OPENAI_ADMIN_KEY=… harness check")]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    connect: ConnectArguments,

    /// Print one JSON object for each surface
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: CheckArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let connection = connect::open(&arguments.connect).await?;
    let surfaces = &connection.description().surfaces;
    let probes = surfaces.iter().map(|surface| probe(&connection, surface));
    let probes: Vec<(&Surface, Probe)> = join_all(probes)
        .await
        .into_iter()
        .collect::<Result<_, CallError>>()?;
    connection.replayed()?;
    for (surface, probe) in &probes {
        match arguments.json {
            true => json_line(stdout, &as_json(surface, probe))?,
            false => writeln!(stdout, "{}", as_text(surface, probe))?,
        }
    }
    if !arguments.json {
        tell_identity(&probes);
    }
    Ok(verdict(&probes))
}

async fn probe<'a>(
    connection: &Connection,
    surface: &'a Surface,
) -> Result<(&'a Surface, Probe), CallError> {
    Ok((surface, connection.check(now(), &surface.id).await?))
}

fn verdict(probes: &[(&Surface, Probe)]) -> Exit {
    let usable = |(_, probe): &&(&Surface, Probe)| matches!(probe.state, ProbeState::Usable);
    let failed = |(_, probe): &(&Surface, Probe)| matches!(probe.state, ProbeState::Failed(_));
    match probes.iter().filter(usable).count() {
        all if all == probes.len() => Exit::Done,
        0 if probes.iter().any(failed) => Exit::Service,
        0 => Exit::Credential,
        _ => Exit::Gaps,
    }
}

fn as_text(surface: &Surface, probe: &Probe) -> String {
    let detail = match &probe.state {
        ProbeState::Usable => match probe.count {
            Some(count) if probe.more => format!("{count} or more"),
            Some(count) => count.to_string(),
            None => String::new(),
        },
        ProbeState::Denied(Some(missing)) => format!("missing: {missing}"),
        ProbeState::Denied(None) => format!("needs: {}", surface.permissions.join(", ")),
        ProbeState::NotInPlan => "the service's plan does not have it".into(),
        ProbeState::Failed(error) => error.message.clone(),
    };
    let line = format!("{:<20} {:<12} {detail}", surface.id, probe.state.name());
    safe_line(line.trim_end())
}

fn as_json(surface: &Surface, probe: &Probe) -> serde_json::Value {
    let (missing, failure) = match &probe.state {
        ProbeState::Denied(missing) => (missing.clone(), None),
        ProbeState::Failed(error) => (None, Some(error.message.clone())),
        ProbeState::Usable | ProbeState::NotInPlan => (None, None),
    };
    json!({
        "surface": surface.id,
        "state": probe.state.name(),
        "count": probe.count,
        "more": probe.more,
        "permissions": surface.permissions,
        "missing": missing,
        "failure": failure,
        "identity": probe.identity,
        "tenant": probe.tenant,
    })
}

fn tell_identity(probes: &[(&Surface, Probe)]) {
    let told = |get: fn(&Probe) -> Option<&String>| probes.iter().find_map(|(_, it)| get(it));
    if let Some(identity) = told(|it| it.identity.as_ref()) {
        eprintln!("the credential is {}", safe_line(identity));
    }
    if let Some(tenant) = told(|it| it.tenant.as_ref()) {
        eprintln!("the tenant is {}", safe_line(tenant));
    }
}
