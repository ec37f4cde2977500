//! The conformance kit passes connectors that keep the contract, and names the
//! rule that is broken.

use openai_simulator::Template;
use serde_json::Value;

use crate::rota::{Flaw, Rota};
use crate::support::{Bench, Organization, Ran, seed, text};

const EXAMPLE: &str = "conformance --component example.wasm";

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
