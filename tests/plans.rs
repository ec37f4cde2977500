//! Plans: exact for the state that was read, the same for the same state, and
//! kept to by `apply --plan` or refused.

use openai_simulator::Template;
use serde_json::Value;

use crate::support::{Bench, Organization, Ran, text};

const ALAN: &str = "alan.turing@example.com";
const ANNIE: &str = "annie.easley@example.com";
const ALLOWED: &str = "--provisioning=create,remove --settle-wait 0";

/// Runs with ids and digests as placeholders.
fn shown(ran: &Ran) -> String {
    format!("exit {}\n{}{}", ran.code, ran.stdout, ran.stderr)
}

fn filtered(check: impl FnOnce()) {
    let filters = vec![
        (r"\b(proj|role|group|key|req|sa)_[0-9A-Za-z]{16,}", "[$1]"),
        (r"\b(user|invite|org)-[0-9A-Za-z]{16,}", "[$1]"),
        (r"sk-[0-9A-Za-z_-]{20,}", "[secret]"),
        (r"\b[0-9a-f]{64}\b", "[digest]"),
        (r"\b[0-9a-f]{32}\b", "[id]"),
        (r"\d{4}-\d\d-\d\dT[0-9:]+Z", "[time]"),
    ];
    insta::with_settings!({filters => filters}, { check() });
}

fn ask(bench: &Bench, asked: &[&str], options: &str) -> Ran {
    bench.ask(asked.iter().copied().chain(options.split_whitespace()))
}

/// Each is planned, then made.
const CASES: &[(&str, &[&str])] = &[
    ("one_step", &["grant", "project:Search:owner", ALAN]),
    ("two_steps", &["grant", "project:Search:viewer", ALAN]),
    ("losing", &["revoke", "project:Search:member", ALAN]),
    (
        "nothing_to_do",
        &["grant", "group:Researchers:member", ALAN],
    ),
    (
        "tried_first",
        &["grant", "project:Search:Prompt engineer", ANNIE],
    ),
    ("refused", &["revoke", "group:Support:member", ANNIE]),
    ("deleting", &["account", "delete", ALAN]),
    ("archiving", &["resource", "delete", "project:Search"]),
    (
        "inviting",
        &[
            "account",
            "create",
            "new@example.com",
            "--role",
            "owner",
            "--project",
            "Search=member",
        ],
    ),
    (
        "inviting_anew",
        &[
            "account",
            "create",
            "Katherine.Johnson@example.com",
            "--role",
            "owner",
        ],
    ),
    (
        "a_secret",
        &[
            "resource",
            "create",
            "service_account",
            "bot",
            "--parent",
            "project:Sandbox",
            "--attribute",
            "with_key=true",
        ],
    ),
    (
        "two_resources",
        &[
            "resource",
            "create",
            "service_account",
            "boss",
            "--parent",
            "project:Sandbox",
            "--attribute",
            "role=owner",
        ],
    ),
];

#[test]
fn plans_and_outcomes_read_well() {
    for (name, asked) in CASES {
        let organization = Organization::named(Template::Small);
        let bench = organization.bench();
        let plan = ask(&bench, asked, "--plan");
        let outcome = ask(&bench, asked, ALLOWED);
        let both = format!("{}\n{}", shown(&plan), shown(&outcome));
        filtered(|| insta::assert_snapshot!(*name, both));
    }
}

fn plan(bench: &Bench, asked: &[&str]) -> Value {
    let ran = ask(bench, asked, "--plan --json");
    assert_eq!(ran.code, 0, "{asked:?}: {}", ran.stderr);
    bench.write("plan.json", &ran.stdout);
    ran.rows().remove(0)
}

#[test]
fn the_same_state_has_the_same_digest_and_another_one_another() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let asked = ["grant", "project:Sandbox:member", ALAN];
    let (first, second) = (plan(&bench, &asked), plan(&bench, &asked));
    assert_eq!(first, second);
    let of_another = plan(&bench, &["grant", "project:Sandbox:member", ANNIE]);
    assert_ne!(text(&first, "digest"), text(&of_another, "digest"));
    ask(&bench, &["grant", "project:Sandbox:owner", ALAN], ALLOWED);
    let moved_on = plan(&bench, &asked);
    assert_ne!(text(&first, "digest"), text(&moved_on, "digest"));
}

#[test]
fn a_saved_plan_is_made_as_it_says_and_only_once() {
    for (name, asked) in CASES {
        if ["refused", "tried_first"].contains(name) {
            continue;
        }
        let organization = Organization::named(Template::Small);
        let bench = organization.bench();
        let saved = plan(&bench, asked);
        let steps = saved["plans"][0]["plan"]["steps"].as_array().unwrap().len() as u64;
        let ran = bench.run(&format!("apply --plan plan.json {ALLOWED}"));
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(organization.changing_requests(), steps, "{name}");
        let again = bench.run(&format!("apply --plan plan.json {ALLOWED}"));
        let expected = if steps == 0 { 0 } else { 8 };
        assert_eq!(
            again.code, expected,
            "{name}: {}{}",
            again.stdout, again.stderr
        );
        assert_eq!(organization.changing_requests(), steps, "{name}");
    }
}

#[test]
fn a_plan_whose_state_has_moved_on_sends_nothing() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    plan(&bench, &["grant", "project:Search:owner", ALAN]);
    ask(&bench, &["grant", "project:Search:viewer", ALAN], ALLOWED);
    let before = organization.changing_requests();
    let ran = bench.run(&format!("apply --plan plan.json {ALLOWED}"));
    assert_eq!(ran.code, 8, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("moved on"), "{}", ran.stdout);
    assert_eq!(organization.changing_requests(), before);
}

#[test]
fn a_plan_that_was_edited_or_is_of_another_connection_is_refused() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let saved = plan(&bench, &["grant", "project:Sandbox:member", ALAN]).to_string();
    let refused = |options: &str| {
        let ran = bench.run(&format!("apply --plan plan.json {ALLOWED} {options}"));
        assert!([2, 3].contains(&ran.code), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(organization.changing_requests(), 0);
    };
    refused("--connection staging");
    bench.write("plan.json", saved.replace("\"member\"", "\"owner\""));
    refused("");
    bench.write(
        "plan.json",
        saved.replacen("\"digest\":\"", "\"digest\":\"0", 1),
    );
    refused("");
    bench.write("plan.json", &saved[..saved.len() / 2]);
    let ran = bench.run(&format!("apply --plan plan.json {ALLOWED}"));
    assert_ne!(ran.code, 0);
    assert_eq!(organization.changing_requests(), 0);
}
