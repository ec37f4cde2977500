//! `harness sync`

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use governance_host::connection::Connection;
use governance_host::contract::moments;
use governance_host::store::{Asked, State, Store};
use governance_host::sync::checkpoint::Beginning;
use governance_host::sync::estimate::estimate as estimated;
use governance_host::sync::progress::Observer;
use governance_host::sync::retry::Patience;
use governance_host::sync::stop::Stop;
use governance_host::sync::{Options, Report, run as sync};
use serde_json::json;

use crate::arguments::ConnectArguments;
use crate::connect;
use crate::estimate;
use crate::exit::Exit;
use crate::progress::{Lines, Spinner};
use crate::signals::Signals;
use crate::text::{count_line, json_line, safe_line};

/// Read who has access to what into the database
///
/// What could not be read is kept as gaps, and never taken for absent: the
/// summary names them, and the exit code is 6. One that is interrupted, by Ctrl-C
/// or in any other way, can be gone on with by --resume; the exit code is 10.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  OPENAI_ADMIN_KEY=… harness sync --db governance.db
  OPENAI_ADMIN_KEY=… harness sync --resume")]
pub(crate) struct SyncArguments {
    #[command(flatten)]
    connect: ConnectArguments,

    /// The name of this use of the connector; each has its own organization
    #[arg(
        long,
        value_name = "NAME",
        env = "GOVERNANCE_CONNECTION",
        default_value = "default"
    )]
    connection: String,

    /// The database; made if it is not there
    #[arg(
        long,
        value_name = "FILE",
        env = "GOVERNANCE_DB",
        default_value = connect::DATABASE
    )]
    db: PathBuf,

    /// Read only resources of this type, and what their listing tells; may be
    /// repeated
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,

    /// Read only what belongs to this project, by its id; may be repeated
    #[arg(long = "project", value_name = "ID")]
    projects: Vec<String>,

    /// Calls at the same time, at the most: fewer while the service is
    /// overloaded
    #[arg(long, value_name = "NUMBER", env = "GOVERNANCE_CONCURRENCY", default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,

    /// Say how many requests a sync would take, and make none that is kept
    ///
    /// As many as the last sync of the same took; without one, a few calls of each
    /// kind are made to find out.
    #[arg(long)]
    estimate: bool,

    /// Go on with an interrupted sync of this connection
    ///
    /// Only with the same component, settings and scope, and within a week. If
    /// there is none that fits, the sync begins anew and says so: a job can always
    /// give this.
    #[arg(long)]
    resume: bool,

    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: SyncArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    connect::keep_apart(&arguments.connect, &arguments.db)?;
    Store::probe(&arguments.db)?;
    let connection = Arc::new(connect::open(&arguments.connect).await?);
    let options = Options {
        connection: arguments.connection,
        database: arguments.db,
        asked: Asked {
            types: arguments.types,
            within: arguments.projects,
        },
        concurrency: arguments.concurrency.into(),
        patience: Patience::default(),
        resume: arguments.resume,
        stop: Stop::default(),
    };
    if arguments.estimate {
        let estimate = estimated(&connection, &options).await?;
        let limits = limits_per_second(&connection);
        return estimate::show(&estimate, &options, &limits, arguments.json, stdout);
    }
    tokio::spawn(listen(Signals::new()?, options.stop.clone()));
    let report = sync(connection.clone(), &options, observer().as_mut()).await?;
    if report.tightened {
        let shown = options.database.display();
        eprintln!("note: {shown} could be read by others, and now only by you");
    }
    if arguments.json {
        json_line(stdout, &as_json(&report, &options, &connection))?;
    } else {
        write!(stdout, "{}", as_text(&report, &options, &connection))?;
    }
    Ok(match report.summary.state {
        State::Complete => Exit::Done,
        _ => Exit::Gaps,
    })
}

/// Ends the sync when it is asked for, and the process when it is asked for
/// again: the database stands that.
async fn listen(mut signals: Signals, stop: Stop) {
    signals.next().await;
    stop.ask();
    signals.next().await;
    std::process::exit(Exit::Interrupted as i32);
}

fn observer() -> Box<dyn Observer> {
    match std::io::stderr().is_terminal() {
        true => Box::new(Spinner::new()),
        false => Box::new(Lines),
    }
}

fn as_json(report: &Report, options: &Options, connection: &Connection) -> serde_json::Value {
    let summary = &report.summary;
    let resources: serde_json::Map<_, _> = summary
        .resources
        .iter()
        .map(|(kind, count)| (kind.clone(), json!(count)))
        .collect();
    json!({
        "connection": options.connection,
        "connector": connection.description().name,
        "tenant": report.tenant,
        "database": options.database,
        "state": summary.state.name(),
        "asked": options.asked,
        "resumed": resumed(report).map(|(begun_at, pages)| {
            json!({ "begun_at": begun_at, "pages": pages })
        }),
        "resources": resources,
        "entitlements": summary.entitlements,
        "grants": summary.grants,
        "gaps": summary.gaps,
        "integrity": summary.integrity,
        "requests": report.requests,
        "waits": waits(report),
        "limits": limits(report),
        "notes": report.notes,
        "seconds": report.duration.as_secs_f64(),
    })
}

/// How many calls waited for each route, and how long.
fn waits(report: &Report) -> serde_json::Value {
    let waits = report.waits.iter().map(|(route, waits)| {
        let told = json!({ "calls": waits.calls, "seconds": waits.time.as_secs_f64() });
        (route.clone(), told)
    });
    serde_json::Map::from_iter(waits).into()
}

/// The limits that are known of routes, and where from.
fn limits(report: &Report) -> Vec<serde_json::Value> {
    let limits = report.limits.iter().map(|limit| {
        json!({
            "route": limit.route,
            "requests": limit.rate.requests,
            "seconds": limit.rate.within.as_secs_f64(),
            "source": limit.source.name(),
        })
    });
    limits.collect()
}

fn as_text(report: &Report, options: &Options, connection: &Connection) -> String {
    let summary = &report.summary;
    let service = safe_line(&connection.description().service);
    let tenant = report
        .tenant
        .as_deref()
        .map(|it| format!(" {}", safe_line(it)));
    let resumed = resumed(report).map(|(begun_at, pages)| {
        format!(", resumed: {pages} pages were there of the sync that was begun {begun_at}")
    });
    let mut text = format!(
        "synced {service}{} as connection `{}` in {:.1} s{}\n\n",
        tenant.unwrap_or_default(),
        safe_line(&options.connection),
        report.duration.as_secs_f64(),
        resumed.unwrap_or_default(),
    );
    for (kind, count) in &summary.resources {
        count_line(&mut text, kind, *count);
    }
    count_line(&mut text, "entitlements", summary.entitlements);
    count_line(&mut text, "grants", summary.grants);
    count_line(&mut text, "gaps", summary.gaps);
    let requests: u64 = report.requests.values().sum();
    count_line(&mut text, "requests", requests);
    for (route, count) in &report.requests {
        count_line(&mut text, &format!("  {route}"), *count);
    }
    for (route, waits) in &report.waits {
        let (calls, seconds) = (waits.calls, waits.time.as_secs_f64());
        let waited = format!("{calls} calls waited {seconds:.1} s for {route}");
        let _ = writeln!(text, "\nnote: {}", safe_line(&waited));
        for limit in report.limits.iter().filter(|it| it.route == *route) {
            let (rate, source) = (limit.rate, limit.source.name());
            let _ = writeln!(text, "      its limit is {rate}, {source}");
        }
    }
    for finding in &summary.integrity {
        let examples = finding.examples.join(", ");
        let finding = format!("{} {}, such as {examples}", finding.count, finding.rule);
        let _ = writeln!(text, "\nwarning: {}", safe_line(&finding));
    }
    for note in &report.notes {
        let _ = writeln!(text, "\nnote: {}", safe_line(note));
    }
    if !options.asked.is_everything() {
        let asked = safe_line(&options.asked.to_string());
        let _ = writeln!(
            text,
            "\nasked only for {asked}: all else is unknown, not absent"
        );
    }
    let db = options.database.display();
    text.push_str(&match summary.gaps {
        0 => format!("\ncomplete, in {db}; `harness list accounts --db {db}` shows people\n"),
        _ => format!(
            "\nNOT complete, in {db}; `harness list gaps --db {db}` shows what is unknown\n"
        ),
    });
    text
}

/// When a resumed sync was begun, and how many pages were there.
fn resumed(report: &Report) -> Option<(String, u64)> {
    match report.beginning {
        Beginning::Resumed { begun_at, pages } => Some((moments::show(begun_at), pages)),
        _ => None,
    }
}

/// Requests a second that routes let through, as far as is known.
fn limits_per_second(connection: &Connection) -> estimate::Limits {
    let known = connection.limits_of_routes().into_iter();
    known.map(|it| (it.route, it.rate.per_second())).collect()
}
