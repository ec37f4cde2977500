//! `harness sync --estimate` says beforehand what a sync then takes.

use openai_simulator::{Options, Template};
use serde_json::Value;

use crate::support::{Organization, seed, side_by_side};

fn total(of: &Value) -> f64 {
    let requests = of["requests"].as_object().unwrap().values();
    requests.map(|it| it.as_f64().unwrap()).sum()
}

#[test]
fn a_first_estimate_is_near_what_the_sync_takes_and_the_next_one_is_that() {
    let first = seed();
    side_by_side(first..first + 3, |seed| {
        let organization = Organization::start(Options {
            organization: Template::Generated,
            users: 150,
            projects: 30,
            seed,
            ..Options::default()
        });
        let bench = organization.bench();
        let estimated = bench.succeed("sync --estimate --json").rows().remove(0);
        assert!(!bench.path("governance.db").exists());
        assert_eq!(estimated["basis"], "sample");
        assert_eq!(estimated["is_too_low"], false);
        let calls = estimated["calls_made"].as_f64().unwrap();

        let synced = bench.succeed("sync --json").rows().remove(0);
        let (expected, taken) = (total(&estimated), total(&synced));
        let off = (expected - taken).abs() / taken;
        assert!(
            off < 0.25,
            "seed {seed}: {expected} expected, {taken} taken"
        );
        assert!(
            calls < taken / 2.0,
            "seed {seed}: {calls} calls for {taken}"
        );

        let sent = organization.simulator.requests();
        let again = bench.succeed("sync --estimate --json").rows().remove(0);
        assert_eq!(again["basis"], "earlier-sync");
        assert_eq!(again["requests"], synced["requests"]);
        assert_eq!(organization.simulator.requests(), sent);
    });
}

#[test]
fn a_narrower_sync_is_estimated_by_itself() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    let narrow = bench
        .succeed("sync --type group --estimate --json")
        .rows()
        .remove(0);
    assert_eq!(narrow["basis"], "sample");
    let text = bench.succeed("sync --estimate").stdout;
    assert!(text.contains("nothing was asked now"), "{text}");
}

#[test]
fn an_estimate_with_a_useless_key_is_the_error_of_a_sync() {
    let organization = Organization::named(Template::Small);
    let mut bench = organization.bench();
    bench.set("OPENAI_ADMIN_KEY", "sk-admin-wrong");
    assert_eq!(bench.run("sync --estimate").code, 4);
}
