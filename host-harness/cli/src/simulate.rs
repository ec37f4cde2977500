//! `harness simulate`

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use openai_simulator::{
    Fault, Faults, Options, Quirks, RateLimit, RestrictedKey, Simulator, Template, WaitHint,
};
use serde_json::json;

use crate::exit::Exit;
use crate::signals::Signals;

/// Serve a simulated OpenAI organization on this machine
///
/// It behaves like the administration API as far as that is documented, and
/// keeps what is changed until it ends. Its control API, outside /v1, accepts
/// invitations and advances the clock.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  harness simulate --port 8080 --users 2000 --seed 7
  harness simulate --limit 'GET /v1/organization/users=10/second' --limit-told message")]
pub(crate) struct SimulateArguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(
        long,
        value_name = "NUMBER",
        env = "GOVERNANCE_SIMULATOR_PORT",
        default_value_t = 0
    )]
    port: u16,

    /// The organization: small, empty, hostile, lenient, generated or large
    #[arg(long, value_name = "NAME", default_value = "small")]
    organization: Template,

    /// How many people a generated organization has; implies one
    #[arg(long, value_name = "NUMBER")]
    users: Option<usize>,

    /// How many projects a generated organization has; implies one
    #[arg(long, value_name = "NUMBER")]
    projects: Option<usize>,

    /// About how many grants a large organization tells, nearly all by groups of
    /// 1,000 people; implies one
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["users", "projects"])]
    grants: Option<usize>,

    /// What a generated organization is made from; the same seed, the same
    /// organization
    #[arg(
        long,
        value_name = "NUMBER",
        env = "GOVERNANCE_SIMULATOR_SEED",
        default_value_t = 0
    )]
    seed: u64,

    /// Time added to each answer, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency_ms: u64,

    /// Behave like a plan without groups
    #[arg(long)]
    free_plan: bool,

    /// A second key that may do only this, such as api.management.read; may be
    /// repeated. It is the one that is printed
    #[arg(long, value_name = "SCOPE")]
    restrict: Vec<String>,

    /// Requests a minute on each route; more are answered 429
    #[arg(long, value_name = "NUMBER")]
    rate_limit: Option<usize>,

    /// A limit on one route by METHOD and path template, such as
    /// "GET /v1/organization/users=10/second"; or `*=600/minute` on each other
    /// one. May be repeated, and comes before --rate-limit
    #[arg(long, value_name = "ROUTE=NUMBER/UNIT")]
    limit: Vec<RateLimit>,

    /// How a limit says when to come back: header (Retry-After), rate-headers
    /// (x-ratelimit-…, on every answer), message, nothing
    #[arg(long, value_name = "WAY", default_value = "header")]
    limit_told: WaitHint,

    /// Of a thousand requests so many fail, in all the ways that there are
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    faults: u16,

    /// Accept any bearer key, for hosts that cannot add one
    #[arg(long)]
    accept_any_key: bool,

    /// Print address and key as one line of JSON first
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(
    arguments: SimulateArguments,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let restricted = !arguments.restrict.is_empty();
    let json = arguments.json;
    let simulator = Simulator::start(options(arguments))
        .await
        .context("cannot serve the simulated organization")?;
    let base_url = simulator.base_url();
    let admin_key = match simulator.restricted_key().filter(|_| restricted) {
        Some(key) => key,
        None => simulator.admin_key(),
    };
    if json {
        let (base_url, admin_key) = (json!(base_url), json!(admin_key));
        writeln!(
            stdout,
            "{{\"base_url\": {base_url}, \"admin_key\": {admin_key}}}"
        )?;
    } else {
        writeln!(stdout, "export OPENAI_BASE_URL={base_url}")?;
        writeln!(stdout, "export OPENAI_ADMIN_KEY={admin_key}")?;
        eprintln!(
            "serving organization {}; Ctrl-C ends it",
            simulator.organization_id()
        );
        eprintln!("control API: {}", simulator.control_url());
    }
    stdout.flush()?;
    let mut signals = Signals::new()?;
    simulator
        .serve_until(async move { signals.next().await })
        .await;
    Ok(Exit::Done)
}

fn options(arguments: SimulateArguments) -> Options {
    let defaults = Options::default();
    let generated = arguments.users.is_some() || arguments.projects.is_some();
    let mut quirks = Quirks::default();
    if arguments.free_plan {
        quirks.not_in_plan = Quirks::FREE_PLAN.into();
    }
    let restricted_key = (!arguments.restrict.is_empty()).then_some(RestrictedKey {
        key: None,
        scopes: arguments.restrict,
    });
    let each = arguments.rate_limit.map(|requests| RateLimit {
        route: None,
        requests,
        window: Duration::from_secs(60),
        hint: WaitHint::Header,
    });
    let rate_limits = arguments.limit.into_iter().chain(each);
    let rate_limits = rate_limits.map(|limit| RateLimit {
        hint: arguments.limit_told,
        ..limit
    });
    Options {
        organization: match (generated, arguments.grants) {
            (true, _) => Template::Generated,
            (false, Some(_)) => Template::Large,
            (false, None) => arguments.organization,
        },
        users: arguments.users.unwrap_or(defaults.users),
        projects: arguments.projects.unwrap_or(defaults.projects),
        grants: arguments.grants.unwrap_or(defaults.grants),
        seed: arguments.seed,
        latency: Duration::from_millis(arguments.latency_ms),
        accept_any_key: arguments.accept_any_key,
        port: arguments.port,
        restricted_key,
        rate_limits: rate_limits.collect(),
        faults: Faults {
            per_thousand: arguments.faults,
            kinds: Fault::ALL.into(),
        },
        quirks,
        ..defaults
    }
}
