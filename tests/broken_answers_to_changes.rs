//! Whatever becomes of the answer to a changing request: no success is made up,
//! nothing that failed is said to be done or undone wrongly, and what happened
//! twice was said to be unknown.

use std::collections::BTreeSet;
use std::time::Duration;

use openai_simulator::{Fault, Options, RateLimit, Template, WaitHint};

use serde_json::json;

use crate::catalogue::{self, Change, catalogue};
use crate::support::{Bench, Organization, Ran, side_by_side, text};

const ALLOWED: [&str; 4] = [
    "--provisioning=create,remove",
    "--settle-wait",
    "0",
    "--json",
];

/// Ways in which an answer does not arrive; in the first three the change is not
/// carried out.
const BROKEN: [Fault; 6] = [
    Fault::ServerError(500),
    Fault::ProxyPage,
    Fault::Reset,
    Fault::LostAnswer,
    Fault::Truncated,
    Fault::Garbage,
];

fn organization(options: Options) -> (Organization, Vec<Change>, Bench) {
    let organization = Organization::start(Options {
        organization: Template::Empty,
        ..options
    });
    let changes = catalogue(&organization);
    let bench = organization.bench();
    (organization, changes, bench)
}

fn make(bench: &Bench, change: &Change) -> Ran {
    let command = change.command();
    bench.ask(command.iter().map(String::as_str).chain(ALLOWED))
}

/// How it ended, or `refused`.
fn ended(ran: &Ran) -> String {
    match ran.stdout.is_empty() {
        true => "refused".to_owned(),
        false => text(&ran.rows()[0]["outcome"]["completion"], "name").to_owned(),
    }
}

/// A request as the simulator counts it, but for the names of parameters.
fn anonymous(route: &str) -> String {
    let parts = route.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn every_route_that_changes_something_is_tried_here_and_works() {
    let (organization, changes, bench) = organization(Options::default());
    let arranged = organization.simulator.requests();
    let mut tried = BTreeSet::new();
    let mut before = arranged;
    for change in &changes {
        assert_eq!(change.times(&organization), 0, "{}", change.desired);
        let ran = make(&bench, change);
        assert_eq!(
            ran.code, 0,
            "{}: {}{}",
            change.desired, ran.stdout, ran.stderr
        );
        assert_eq!(change.times(&organization), 1, "{}", change.desired);
        let now = organization.simulator.requests();
        let new = now
            .iter()
            .filter(|(key, count)| before.get(*key) != Some(count));
        tried.extend(
            new.map(|(key, _)| anonymous(key))
                .filter(|it| !it.starts_with("GET ")),
        );
        before = now;
    }
    let inspected = Bench::alone().succeed("inspect --json").rows().remove(0);
    let routes = inspected["routes"].as_array().unwrap().iter();
    let changing = routes.filter(|route| route["effect"] == "change");
    let declared: BTreeSet<_> = changing
        .map(|it| anonymous(&format!("{} /v1{}", text(it, "method"), text(it, "path"))))
        .collect();
    assert_eq!(tried, declared);
}

/// What a change whose answers were spoilt may have come to: how it ended, and how
/// often it was made.
fn is_honest(ended: &str, times: usize) -> bool {
    match ended {
        "complete" | "no-op" | "pending" => times == 1,
        "refused" => times == 0,
        // Once too often only where it is said that nobody knows.
        "unknown" => times <= 2,
        "partial" => times <= 1,
        _ => false,
    }
}

/// Makes every change of a new organization, each with its first answers spoilt,
/// and gives how each ended.
fn all_spoilt(faults: &[Option<Fault>], wanted: fn(&Change) -> bool) -> Vec<(String, String)> {
    let (organization, changes, bench) = organization(Options::default());
    let changes = changes.into_iter().filter(wanted);
    changes
        .map(|change| {
            organization.simulator.spoil_changes(faults.iter().copied());
            let before = organization.changing_requests();
            let ran = make(&bench, &change);
            let reached = organization.changing_requests() - before;
            assert!(
                reached >= faults.len() as u64,
                "{} sent {reached}",
                change.desired
            );
            let (ended, times) = (ended(&ran), change.times(&organization));
            let told = format!("{faults:?} {}: {ended}, {times}", change.desired);
            assert!(
                is_honest(&ended, times),
                "{told}\n{}{}",
                ran.stdout,
                ran.stderr
            );
            let code = match &*ended {
                "complete" | "no-op" | "pending" => 0,
                "partial" | "unknown" => 7,
                _ => 5,
            };
            assert_eq!(ran.code, code, "{told}\n{}", ran.stderr);
            (told, ended)
        })
        .collect()
}

/// Whether asking twice has the effect of asking once.
fn is_repeatable(change: &Change) -> bool {
    !["create-account", "create-resource", "resend-invitation"].contains(&change.kind())
}

/// Whether it takes two requests.
fn has_two_steps(change: &Change) -> bool {
    let desired = change.desired.to_string();
    let names = ["outside@", "falls@", "waits@", "promoted@", "leader"];
    names.iter().any(|name| desired.contains(name))
}

#[test]
fn each_request_with_each_broken_answer_is_never_told_wrongly() {
    side_by_side(BROKEN, |fault| {
        for (told, ended) in all_spoilt(&[Some(fault)], |_| true) {
            assert_ne!(ended, "partial", "{told}: nothing was answered before");
        }
    });
}

/// Only of what may be asked again: the rest is looked for, and left.
#[test]
fn broken_twice_it_is_unknown_unless_reads_show_it() {
    let pairs = [
        [Fault::ServerError(502), Fault::ServerError(502)],
        [Fault::Reset, Fault::LostAnswer],
    ];
    side_by_side(pairs, |pair| {
        let only = |change: &Change| is_repeatable(change) && !has_two_steps(change);
        for (told, ended) in all_spoilt(&pair.map(Some), only) {
            let expected = match pair[1] {
                Fault::LostAnswer => "complete",
                _ => "unknown",
            };
            assert_eq!(ended, expected, "{told}");
        }
    });
}

#[test]
fn a_second_step_that_breaks_leaves_what_was_done_told() {
    side_by_side(BROKEN, |fault| {
        all_spoilt(&[None, Some(fault)], has_two_steps);
    });
}

/// Refused for good after the first step: what was done is said, and the rest too.
#[test]
fn a_second_step_that_is_refused_is_partial_and_says_what_was_done() {
    let (organization, changes, bench) = organization(Options::default());
    let wanted = ["falls@", "leader"];
    let changes = changes.iter().filter(|change| {
        let desired = change.desired.to_string();
        wanted.iter().any(|name| desired.contains(name))
    });
    for change in changes {
        let refused = Fault::ServerError(409);
        organization.simulator.spoil_changes([None, Some(refused)]);
        let ran = make(&bench, change);
        assert_eq!(
            (ended(&ran).as_str(), ran.code),
            ("partial", 7),
            "{}",
            ran.stdout
        );
        let outcome = &ran.rows()[0]["outcome"];
        assert_eq!(outcome["effects"].as_array().unwrap().len(), 1, "{outcome}");
    }
}

#[test]
fn a_rate_limit_on_a_change_is_waited_out() {
    let limit = RateLimit {
        route: Some("POST /v1/organization/groups".to_owned()),
        requests: 1,
        window: Duration::from_secs(1),
        hint: WaitHint::Header,
    };
    let organization = Organization::start(Options {
        organization: Template::Empty,
        rate_limits: vec![limit],
        ..Options::default()
    });
    let bench = organization.bench();
    let lines = (0..3).map(|it| catalogue::create("group", &format!("g{it}"), None, json!({})));
    let lines: String = lines.map(|line| format!("{line}\n")).collect();
    bench.write("groups.jsonl", lines);
    let ran = bench.run("apply groups.jsonl --provisioning=create --json");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(organization.changing_requests() > 3, "nothing was limited");
    assert_eq!(
        catalogue::rows(&organization, "/organization/groups").len(),
        3
    );
}

/// Its value was in the answer, and comes no second time.
#[test]
fn a_key_whose_answer_is_lost_is_said_to_be_of_no_use() {
    let (organization, changes, bench) = organization(Options::default());
    let key = changes
        .iter()
        .find(|it| it.desired["name"] == "keyed")
        .unwrap();
    let command = key.command();
    let plan = bench.ask(command.iter().map(String::as_str).chain(["--plan"]));
    assert!(
        plan.stdout.contains("a secret would be shown, once"),
        "{}",
        plan.stdout
    );
    organization
        .simulator
        .spoil_changes([Some(Fault::LostAnswer)]);
    let ran = make(&bench, key);
    let told = "the value of the secret was in the answer that was lost";
    assert!(ran.stdout.contains(told), "{}{}", ran.stdout, ran.stderr);
}
