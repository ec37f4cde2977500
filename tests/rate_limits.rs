//! A limit on one route slows that route and no other, is found out where nobody
//! tells it, and loses nothing.

use std::sync::Arc;
use std::time::Duration;

use builtin_connectors::find;
use governance_host::connection::{Connection, Given};
use governance_host::engine::Engine;
use governance_host::limits::Limits;
use governance_host::pace::HeldBack;
use governance_host::policy::Operator;
use governance_host::store::Asked;
use governance_host::sync::progress::{Observer, Progress};
use governance_host::sync::retry::Patience;
use governance_host::sync::{self, Report};
use openai_simulator::{Options, RateLimit, Template, WaitHint};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::coverage::{assert_covered, facts};
use crate::support::{Bench, Organization, component_cache, side_by_side, text};

const PROJECT_USERS: &str = "GET /v1/organization/projects/{project_id}/users";
/// The same route, as the connector calls it.
const ROUTE: &str = "list-project-users";

/// Time stands still, so that two organizations are the same.
const STANDS_AT: u64 = 1_800_000_000;

fn options() -> Options {
    Options {
        organization: Template::Generated,
        users: 8,
        projects: 12,
        clock_stands_at: Some(STANDS_AT),
        ..Options::default()
    }
}

fn limited(requests: usize, hint: WaitHint) -> Organization {
    let limit = RateLimit {
        route: Some(PROJECT_USERS.to_owned()),
        requests,
        window: Duration::from_secs(1),
        hint,
    };
    Organization::start(Options {
        rate_limits: vec![limit],
        // The window is by this clock.
        clock_stands_at: None,
        ..options()
    })
}

/// A sync that nothing disturbs.
fn undisturbed() -> Bench {
    let bench = Organization::start(options());
    let whole = bench.bench();
    whole.succeed("sync");
    whole
}

/// What a sync of it tells, and all that it asked in order.
fn synced(organization: &Organization, bench: &Bench) -> (Value, Vec<String>) {
    let told = bench
        .succeed("sync --json --concurrency 4")
        .rows()
        .remove(0);
    (told, organization.simulator.requests_in_order())
}

fn limits(told: &Value, source: &str) -> Vec<Value> {
    let limits = told["limits"].as_array().unwrap().iter();
    let of_source = limits.filter(|it| it["source"] == source);
    of_source.cloned().collect()
}

#[test]
fn a_limit_is_found_out_however_it_is_told_and_nothing_is_lost() {
    let whole = facts(&undisturbed());
    let hints = [
        WaitHint::Header,
        WaitHint::RateHeaders,
        WaitHint::Message,
        WaitHint::Nothing,
    ];
    side_by_side(hints, |hint| {
        let organization = limited(4, hint);
        let bench = organization.bench();
        let (told, asked) = synced(&organization, &bench);
        assert_eq!(facts(&bench), whole, "{hint:?}");
        assert!(told["waits"][ROUTE]["calls"].as_u64() > Some(0), "{told}");
        assert_eq!(told["waits"].as_object().unwrap().len(), 1, "{told}");
        let source = match hint {
            WaitHint::RateHeaders => "advertised",
            _ => "learnt",
        };
        assert_eq!(limits(&told, source).len(), 1, "{hint:?}: {told}");
        let sent = asked.iter().filter(|route| *route == PROJECT_USERS).count();
        assert_eq!(
            told["requests"][ROUTE], sent,
            "what is held back is not sent"
        );
    });
}

/// With one call at a time everything else would have to wait as well, if the
/// paused route held it.
#[test]
fn other_routes_go_on_while_one_is_paused() {
    let organization = limited(1, WaitHint::Header);
    let bench = organization.bench();
    let ran = bench.succeed("sync --concurrency 1 --json");
    let asked = organization.simulator.requests_in_order();
    let limited = asked
        .iter()
        .enumerate()
        .filter(|(_, it)| *it == PROJECT_USERS);
    let places: Vec<_> = limited.map(|(place, _)| place).collect();
    // The second one is refused.
    let meanwhile = places[2] - places[1] - 1;
    assert!(meanwhile > 0, "{asked:#?}\n{}", ran.stderr);
}

#[test]
fn one_pause_is_one_line_that_names_route_and_reason() {
    let organization = limited(2, WaitHint::Header);
    let ran = organization.bench().succeed("sync --concurrency 16");
    let lines: Vec<_> = ran.stderr.lines().filter(|it| it.contains(ROUTE)).collect();
    assert!(!lines.is_empty() && lines.len() <= 12, "{}", ran.stderr);
    assert!(lines[0].starts_with("waiting "), "{}", lines[0]);
    assert!(
        lines[0].ends_with("the service asks for it"),
        "{}",
        lines[0]
    );
    assert!(
        ran.stdout.contains(&format!("s for {ROUTE}")),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("its limit is "), "{}", ran.stdout);
}

#[test]
fn what_the_configuration_allows_is_all_that_goes_out_and_nothing_is_refused() {
    let organization = limited(4, WaitHint::Nothing);
    let bench = organization.bench();
    bench.write(
        "harness.toml",
        format!("[rate.openai]\n{ROUTE} = \"4 / second\"\n"),
    );
    let (told, asked) = synced(&organization, &bench);
    let projects = asked.iter().filter(|route| *route == PROJECT_USERS).count();
    assert_eq!(limits(&told, "configured")[0]["requests"], 4);
    assert!(limits(&told, "learnt").is_empty(), "{told}");
    assert_eq!(
        told["resources"]["project"], projects,
        "none was asked twice"
    );
}

#[test]
fn a_rate_for_a_route_that_there_is_not_is_an_error_that_names_those_that_there_are() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.write(
        "harness.toml",
        "[rate.openai]\nlist-pirates = \"1 / second\"\n",
    );
    let ran = bench.run("sync");
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    for words in ["list-pirates", ROUTE, "harness.toml"] {
        assert!(ran.stderr.contains(words), "no {words}: {}", ran.stderr);
    }
    bench.write(
        "harness.toml",
        "[rate.another]\nlist-pirates = \"1 / second\"\n",
    );
    bench.succeed("sync");
}

#[test]
fn a_header_that_means_nothing_is_survived() {
    let whole = facts(&undisturbed());
    let values = [
        "99999999999",
        "-1",
        "NaN",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "soon",
    ];
    side_by_side(values, |value| {
        let organization = limited(6, WaitHint::Saying(value));
        let bench = organization.bench();
        synced(&organization, &bench);
        assert_eq!(facts(&bench), whole, "{value}");
    });
}

/// Is told nothing.
struct Nobody;

impl Observer for Nobody {
    fn progress(&mut self, _: &Progress) {}
    fn waiting(&mut self, _: Duration, _: &str) {}
    fn held_back(&mut self, _: &HeldBack) {}
}

/// Syncs into the bench's database with this patience.
async fn sync_with(patience: Patience, organization: &Organization, bench: &Bench) -> Report {
    let engine = Engine::new(Limits::default(), Some(&component_cache())).unwrap();
    let component = find("openai").unwrap().component;
    let loaded = engine.load(component).await.unwrap();
    let given = Given {
        operator: Some(Operator {
            all_declared: true,
            ..Operator::default()
        }),
        settings: vec![("base_url".into(), organization.simulator.base_url())],
        ..Given::default()
    };
    let admin_key = organization.simulator.admin_key();
    let key = |name: &str| (name == "OPENAI_ADMIN_KEY").then(|| admin_key.to_owned());
    let connection = Connection::open(loaded, given, key).await.unwrap();
    let options = sync::Options {
        connection: "default".into(),
        database: bench.path("governance.db"),
        asked: Asked::default(),
        concurrency: 4,
        patience,
        resume: false,
        stop: sync::stop::Stop::default(),
    };
    let ended = sync::run(Arc::new(connection), &options, &mut Nobody).await;
    ended.unwrap()
}

#[test]
fn repeats_that_are_used_up_end_in_gaps_that_say_so() {
    let organization = limited(2, WaitHint::Header);
    let bench = organization.bench();
    let patience = Patience {
        repeats: 0,
        repeats_percent: 0,
        ..Patience::default()
    };
    let runtime = Runtime::new().unwrap();
    let report = runtime.block_on(sync_with(patience, &organization, &bench));
    assert!(report.summary.gaps > 0, "{report:?}");
    let gaps = bench.succeed("list gaps --json").rows();
    let say_so =
        |gap: &&Value| text(gap, "detail").contains("has repeated 0 calls, and repeats no more");
    assert!(gaps.iter().any(|gap| say_so(&gap)), "{gaps:?}");
    assert_covered(&facts(&undisturbed()), &bench);
}
