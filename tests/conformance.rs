//! The conformance kit passes connectors that keep the contract, and names the
//! rule that is broken.

use openai_simulator::Template;
use serde_json::Value;

use crate::rota::{Flaw, Rota};
use crate::support::{Bench, Organization, Ran, seed, text};

const EXAMPLE: &str = "conformance --component example.wasm";
/// What changes are tried on: p1 is not in the day shift.
const CHANGING: &str = "--provisioning=create,remove --settle-wait 0 --change team:t2:member p1";
/// The same in OpenAI's organization `small`, for each kind of entitlement.
const OPENAI_TRIALS: [(&str, &str); 3] = [
    ("project:Search:member", "annie.easley@example.com"),
    ("group:Researchers:member", "annie.easley@example.com"),
    ("org_role:Auditor", "annie.easley@example.com"),
];
/// The rules of changes.
const OF_CHANGES: [&str; 10] = [
    "change-again-is-no-op",
    "change-keeps-to-plan",
    "change-request-ids",
    "changes-are-told",
    "changes-put-back",
    "effects-as-sent",
    "grant-is-held",
    "plan-changes-nothing",
    "revoke-takes",
    "senseless-change-is-refused",
];

/// The rules that ended so.
fn rules(ran: &Ran, verdict: &str) -> Vec<String> {
    let rows = ran.rows();
    let ended = rows.iter().filter(|row| row["verdict"] == verdict);
    ended.map(|row| text(row, "rule").to_owned()).collect()
}

/// The connector conforms; what was found is shown if not.
fn conforms(bench: &Bench, arguments: &str) -> Ran {
    let ran = bench.run(&format!("{arguments} --json"));
    let broken: Vec<Value> = match ran.code {
        0 => Vec::new(),
        9 => ran
            .rows()
            .into_iter()
            .filter(|row| row["verdict"] == "failed")
            .collect(),
        code => panic!("exit code {code}: {}", ran.stderr),
    };
    assert!(broken.is_empty(), "{broken:#?}");
    ran
}

#[test]
fn the_built_in_connector_conforms_on_every_organization() {
    for organization in [
        Organization::named(Template::Small),
        Organization::named(Template::Hostile),
        Organization::generated(20, seed()),
    ] {
        let ran = conforms(&organization.bench(), "conformance");
        assert!(rules(&ran, "passed").len() > 25, "{}", ran.stdout);
    }
}

#[test]
fn the_example_connector_conforms() {
    let rota = Rota::start(Flaw::None);
    let ran = conforms(&rota.bench(), EXAMPLE);
    let mut skipped = rules(&ran, "skipped");
    skipped.sort_unstable();
    skipped.retain(|it| !OF_CHANGES.contains(&it.as_str()));
    let expected = [
        "carried-by-is-true",
        "children-below-parents",
        "entitlements-resource-exists",
        "exclusion-groups-hold",
        "exclusion-one-default",
        "expansions-resolve",
        "gap-surfaces-declared",
        "secret-owners-exist",
    ];
    assert_eq!(skipped, expected, "what Rota does not have");
    assert!(rules(&ran, "warned").is_empty(), "{}", ran.stdout);
}

#[test]
fn a_broken_rule_is_named() {
    for (flaw, expected) in [
        (Flaw::Circle, "tokens-do-not-repeat"),
        (Flaw::Endless, "listings-end"),
        (Flaw::Ghost, "grants-principal-exists"),
        (Flaw::Moody, "same-twice"),
        (Flaw::Twins, "told-in-one-way"),
    ] {
        let rota = Rota::start(flaw);
        let arguments = format!("{EXAMPLE} --longest-listing 20 --json");
        let ran = rota.bench().run(&arguments);
        assert_eq!(ran.code, 9, "{flaw:?}: {}", ran.stderr);
        let failed = rules(&ran, "failed");
        assert!(
            failed.contains(&expected.to_owned()),
            "{flaw:?}: {failed:?}"
        );
    }
}

/// Every rule of changes was judged, and none is broken.
fn conforms_in_changes(bench: &Bench, arguments: &str) -> Ran {
    let ran = conforms(bench, arguments);
    let judged = [rules(&ran, "passed"), rules(&ran, "warned")].concat();
    for rule in OF_CHANGES {
        assert!(judged.contains(&rule.to_owned()), "{rule}: {}", ran.stdout);
    }
    assert!(!ran.stderr.contains("WARNING"), "{}", ran.stderr);
    ran
}

#[test]
fn changes_are_tried_on_what_is_named_and_put_back() {
    let rota = Rota::start(Flaw::None);
    conforms_in_changes(&rota.bench(), &format!("{EXAMPLE} {CHANGING}"));
    // What was given is taken, so that it can be tried again.
    conforms_in_changes(&rota.bench(), &format!("{EXAMPLE} {CHANGING}"));
}

#[test]
fn nothing_is_changed_unless_it_is_named_and_enabled() {
    let rota = Rota::start(Flaw::None);
    let bench = rota.bench();
    let ran = conforms(&bench, EXAMPLE);
    let skipped = rules(&ran, "skipped");
    assert!(
        OF_CHANGES
            .iter()
            .all(|it| skipped.contains(&(*it).to_owned()))
    );
    let alone = "--change team:t2:member p1";
    for (arguments, code) in [
        (alone.to_owned(), 2),
        ("--provisioning=create,remove".to_owned(), 2),
        (format!("--provisioning=create {alone}"), 3),
    ] {
        let ran = bench.run(&format!("{EXAMPLE} {arguments}"));
        assert_eq!(ran.code, code, "{arguments}: {}", ran.stderr);
    }
    // Held already: there is nothing to give, and it must not be taken.
    let held = CHANGING.replace("p1", "p5");
    let ran = conforms(&bench, &format!("{EXAMPLE} {held}"));
    assert!(rules(&ran, "skipped").contains(&"grant-is-held".to_owned()));
    assert_eq!(rota.changes(), 0);
}

#[test]
fn whom_the_operator_protects_is_not_tried_on() {
    let rota = Rota::start(Flaw::None);
    let bench = rota.bench();
    let trust = std::fs::read_to_string(bench.path("harness.toml")).unwrap();
    let protect = "[provisioning]\nprotect = [\"P1@example.com\"]\n";
    bench.write("harness.toml", format!("{trust}\n{protect}"));
    let ran = bench.run(&format!("{EXAMPLE} {CHANGING}"));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("is protected"), "{}", ran.stderr);
    assert_eq!(rota.changes(), 0);
}

#[test]
fn a_broken_rule_of_changes_is_named_and_what_is_left_behind_is_said() {
    for (flaw, expected, left) in [
        (Flaw::Deaf, "grant-is-held", None),
        (
            Flaw::Clingy,
            "revoke-takes",
            Some("is held, and was not before"),
        ),
        (
            Flaw::Crowded,
            "changes-are-told",
            Some("was held before, and is not"),
        ),
    ] {
        let rota = Rota::start(flaw);
        let ran = rota.bench().run(&format!("{EXAMPLE} {CHANGING} --json"));
        assert_eq!(ran.code, 9, "{flaw:?}: {}", ran.stderr);
        let failed = rules(&ran, "failed");
        assert!(
            failed.contains(&expected.to_owned()),
            "{flaw:?}: {failed:?}"
        );
        let put_back = !failed.contains(&"changes-put-back".to_owned());
        assert_eq!(put_back, left.is_none(), "{flaw:?}: {failed:?}");
        let loud = left.is_none_or(|it| {
            let mut lines = ran.stderr.lines();
            lines.any(|line| line.starts_with("WARNING: ") && line.contains(it))
        });
        assert!(loud, "{flaw:?}: {}", ran.stderr);
    }
}

#[test]
fn the_built_in_connector_conforms_in_changes() {
    for (entitlement, principal) in OPENAI_TRIALS {
        let organization = Organization::named(Template::Small);
        let changing = "conformance --provisioning=create,remove --settle-wait 0";
        let change = format!("{changing} --change {entitlement} {principal}");
        conforms_in_changes(&organization.bench(), &change);
    }
}

#[test]
fn what_a_credential_does_not_open_breaks_no_rule() {
    let rota = Rota::start(Flaw::Denied);
    let ran = conforms(&rota.bench(), EXAMPLE);
    // The members of teams are then people of whom nothing is known.
    let passed = rules(&ran, "passed");
    for rule in [
        "grants-principal-exists",
        "gap-surfaces-declared",
        "gaps-not-errors",
    ] {
        assert!(passed.contains(&rule.to_owned()), "{rule}: {}", ran.stdout);
    }
}

#[test]
fn a_report_is_for_people_and_for_ci() {
    let rota = Rota::start(Flaw::Ghost);
    let bench = rota.bench();
    let ran = bench.run(&format!("{EXAMPLE} --junit report.xml"));
    assert_eq!(ran.code, 9, "{}", ran.stderr);
    for words in [
        "failed grants-principal-exists:\n",
        "  team:t1:member is granted to person:ghost, which is not there\n",
        "1 failed",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let xml = std::fs::read_to_string(bench.path("report.xml")).unwrap();
    assert!(xml.contains("failures=\"1\""), "{xml}");
    assert!(
        xml.contains("name=\"grants-principal-exists\"><failure"),
        "{xml}"
    );
}

#[test]
fn a_wrong_credential_is_no_broken_rule() {
    let rota = Rota::start(Flaw::None);
    let mut bench = rota.bench();
    bench.set("ROTA_TOKEN", "stolen");
    let ran = bench.run(EXAMPLE);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
}
