//! Whatever goes wrong on the way, a sync ends: with an error of its kind and
//! nothing stored, complete, or with gaps that cover all that is missing.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openai_simulator::{Fault, Faults, Options, RateLimit, Template, WaitHint};

use crate::coverage::{KINDS, assert_covered, facts};
use crate::support::{Bench, Organization, Ran, seed, side_by_side};

/// What everything is compared at, so that times are the same in each.
static NOW: LazyLock<u64> = LazyLock::new(|| {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
});

/// Ways in which an answer does not arrive as one.
const BROKEN: [Fault; 7] = [
    Fault::ServerError(500),
    Fault::ServerError(503),
    Fault::ProxyPage,
    Fault::Reset,
    Fault::LostAnswer,
    Fault::Truncated,
    Fault::Garbage,
];

/// Long enough that the body comes in pieces, and short for a test.
const SLOW: Fault = Fault::SlowBody(Duration::from_millis(40));

const PROJECT_USERS: &str = "GET /v1/organization/projects/{project_id}/users";

/// The organization that all tests here read.
fn options() -> Options {
    Options {
        organization: Template::Small,
        clock_stands_at: Some(*NOW),
        ..Options::default()
    }
}

fn faulty(per_thousand: u16, kinds: &[Fault]) -> Options {
    let faults = Faults {
        per_thousand,
        kinds: kinds.to_vec(),
    };
    Options {
        faults,
        ..options()
    }
}

/// A good sync of it, and the organization that it is of.
fn undisturbed() -> (Organization, Bench) {
    let organization = Organization::start(options());
    let bench = organization.bench();
    bench.succeed("sync");
    (organization, bench)
}

/// Reads the organization with these options into a database of its own.
fn read(options: Options) -> (Organization, Bench, Ran) {
    let organization = Organization::start(options);
    let bench = organization.bench();
    let ran = bench.run("sync");
    (organization, bench, ran)
}

fn listed(bench: &Bench) -> [String; 3] {
    KINDS.map(|kind| bench.succeed(&format!("list {kind} --json")).stdout)
}

fn assert_complete(bench: &Bench, undisturbed: &Bench) {
    assert_eq!(listed(bench), listed(undisturbed));
    assert!(bench.succeed("list gaps --json").rows().is_empty());
}

/// Complete and the same, or with gaps that say what is missing.
fn assert_complete_or_covered(bench: &Bench, ran: &Ran, undisturbed: &Bench) {
    match ran.code {
        0 => assert_complete(bench, undisturbed),
        6 => assert_covered(&facts(undisturbed), bench),
        code => panic!("{code}: {}", ran.stderr),
    }
}

#[test]
fn what_breaks_every_answer_is_one_error_and_nothing_is_stored() {
    side_by_side(BROKEN, |fault| {
        let (_organization, bench, ran) = read(faulty(1_000, &[fault]));
        assert_eq!(ran.code, 5, "{fault:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{fault:?}");
        let errors = ran.stderr.lines().filter(|it| it.starts_with("error: "));
        assert_eq!(errors.count(), 1, "{fault:?}: {}", ran.stderr);
        assert!(!bench.path("governance.db").exists(), "{fault:?}");
    });
}

#[test]
fn what_breaks_every_answer_leaves_an_earlier_sync_as_it_was() {
    side_by_side(BROKEN, |fault| {
        let (_organization, mut bench) = undisturbed();
        let before = std::fs::read(bench.path("governance.db")).unwrap();
        let broken = Organization::start(faulty(1_000, &[fault]));
        bench.set("OPENAI_BASE_URL", &broken.simulator.base_url());
        assert_eq!(bench.run("sync").code, 5, "{fault:?}");
        let after = std::fs::read(bench.path("governance.db")).unwrap();
        assert!(before == after, "{fault:?}");
    });
}

#[test]
fn answers_that_come_slowly_are_waited_for() {
    let (_undisturbed, whole) = undisturbed();
    let (_organization, bench, ran) = read(faulty(1_000, &[SLOW]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_complete(&bench, &whole);
}

#[test]
fn now_and_then_each_fault_is_got_over_or_told_of() {
    let (_undisturbed, whole) = undisturbed();
    let kinds = BROKEN.into_iter().chain([SLOW]);
    side_by_side(kinds, |fault| {
        let options = faulty(50, &[fault]);
        let (_organization, bench, ran) = read(options);
        assert_complete_or_covered(&bench, &ran, &whole);
    });
}

/// How many storms there are: few in CI, as many as `GOVERNANCE_STORMS` says in a
/// long run.
fn storms() -> u64 {
    let variable = std::env::var("GOVERNANCE_STORMS");
    variable.map_or(5, |text| {
        text.parse().expect("GOVERNANCE_STORMS is a number")
    })
}

/// The faults of a simulator come from its seed, and so do the ids: each has an
/// undisturbed one of its own beside it.
#[test]
fn a_storm_of_faults_is_got_over_or_told_of() {
    let with = |seed, options: Options| Options {
        organization: Template::Generated,
        users: 20,
        projects: 4,
        seed,
        ..options
    };
    let refused = Fault::ServerError(429);
    let kinds: Vec<_> = BROKEN.into_iter().chain([SLOW, refused]).collect();
    let first = seed();
    let seeds: Vec<u64> = (first..first + storms()).collect();
    for few in seeds.chunks(5) {
        side_by_side(few, |seed| {
            let (_undisturbed, whole, _) = read(with(*seed, options()));
            let (_organization, bench, ran) = read(with(*seed, faulty(100, &kinds)));
            eprintln!("seed {seed}: exit code {}", ran.code);
            assert_complete_or_covered(&bench, &ran, &whole);
        });
    }
}

/// Nothing is tried again that was refused for good, so that there are gaps.
#[test]
fn refusals_for_good_are_gaps_that_cover_what_is_missing() {
    let first = seed();
    side_by_side(first..first + 6, |seed| {
        let with = |options: Options| Options { seed, ..options };
        let (_undisturbed, whole, _) = read(with(options()));
        let teapot = Fault::ServerError(418);
        let (_organization, bench, ran) = read(with(faulty(150, &[teapot])));
        assert_eq!(ran.code, 6, "{}", ran.stderr);
        assert_covered(&facts(&whole), &bench);
    });
}

/// A 401 without a reason ends the sync wherever it comes.
#[test]
fn a_key_that_is_refused_on_the_way_ends_the_sync_and_keeps_the_earlier_one() {
    let (_organization, mut bench) = undisturbed();
    let before = listed(&bench);
    let refusing = Organization::start(faulty(100, &[Fault::ServerError(401)]));
    bench.set("OPENAI_BASE_URL", &refusing.simulator.base_url());
    let ran = bench.run("sync");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("401"), "{}", ran.stderr);
    assert_eq!(listed(&bench), before);
}

fn limited(window: Duration, hint: WaitHint) -> Options {
    let limit = RateLimit {
        route: Some(PROJECT_USERS.to_owned()),
        requests: 2,
        window,
        hint,
    };
    Options {
        rate_limits: vec![limit],
        ..options()
    }
}

#[test]
fn a_rate_limit_is_waited_for_however_it_is_told() {
    let (_undisturbed, whole) = undisturbed();
    let hints = [WaitHint::Header, WaitHint::Message, WaitHint::Nothing];
    side_by_side(hints, |hint| {
        let options = Options {
            // The limit's window is by this clock.
            clock_stands_at: None,
            ..limited(Duration::from_secs(1), hint)
        };
        let (organization, bench, ran) = read(options);
        assert_eq!(ran.code, 0, "{hint:?}: {}", ran.stderr);
        let refused = organization.simulator.requests()[PROJECT_USERS] - 4;
        assert!(refused > 0, "{hint:?}: nothing was limited");
        assert_eq!(facts(&bench), facts(&whole), "{hint:?}");
    });
}

#[test]
fn a_wait_that_is_too_long_is_a_gap_of_what_was_to_be_read() {
    let (_undisturbed, whole) = undisturbed();
    let (_organization, bench, ran) = read(limited(Duration::from_secs(3_600), WaitHint::Header));
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    let gaps = bench.succeed("list gaps --json").rows();
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    for gap in &gaps {
        let expected = [
            (&gap["reason"], "failure"),
            (&gap["scope"]["subject"], "grants"),
            (&gap["scope"]["resource_type"], "project"),
            (&gap["scope"]["principal_type"], "user"),
        ];
        assert!(expected.iter().all(|(told, it)| *told == it), "{gap}");
        assert!(gap["scope"]["resource_id"].is_string(), "{gap}");
    }
    assert_covered(&facts(&whole), &bench);
}
