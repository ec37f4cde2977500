//! What somebody should look at is found in what was synced, and what a gap
//! hides is neither found nor fine.

use crate::support::{Bench, Organization, text};
use openai_simulator::{Options, RestrictedKey, Template};

/// The names of what a rule says in a state.
fn names(bench: &Bench, rule: &str, state: &str) -> Vec<String> {
    let rows = bench.run(&format!("findings --json --rule {rule}")).rows();
    let said = rows.iter().filter(|it| it["state"] == state);
    said.map(|it| text(&it["subject"], "name").to_owned())
        .collect()
}

#[test]
fn the_small_organization_has_its_findings() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    let shown = bench.succeed("findings");
    let both = format!("{}---\n{}", shown.stdout, shown.stderr);
    let filters = vec![
        (r"\d{4}-\d\d-\d\d(T[\d:]+Z)?", "[time]"),
        (r"(user-|key_|proj_)[A-Za-z0-9]+", "$1[id]"),
        (
            r" +(of|project:|last use|no use|ends|made|api_key:|admin_api_key:)",
            " $1",
        ),
    ];
    insta::with_settings!({filters => filters}, { insta::assert_snapshot!(both) });
    for (rule, expected) in [
        ("secret-of-gone-account", &["pipeline", "guidance"][..]),
        ("secret-of-disabled-account", &["left behind"]),
        ("owner-unused", &["Grace Hopper"]),
        ("only-owner", &[]),
    ] {
        assert_eq!(names(&bench, rule, "found"), expected, "{rule}");
    }
}

#[test]
fn what_a_key_does_not_open_is_neither_found_nor_fine() {
    let scopes = ["api.management.read", "api.roles.read"].map(str::to_owned);
    let organization = Organization::start(Options {
        restricted_key: Some(RestrictedKey {
            key: None,
            scopes: scopes.into(),
        }),
        ..Options::default()
    });
    let mut bench = organization.bench();
    let key = organization.simulator.restricted_key().unwrap();
    bench.set("OPENAI_ADMIN_KEY", key);
    assert_eq!(bench.run("sync").code, 6);
    for (rule, code, found) in [
        ("secret-of-gone-account", 1, &["pipeline"][..]),
        ("secret-of-disabled-account", 6, &[]),
        ("group-without-members", 6, &[]),
        ("service-account-unused", 6, &[]),
        ("invitation-waiting", 0, &[]),
    ] {
        assert_eq!(names(&bench, rule, "found"), found, "{rule}");
        let ran = bench.run(&format!("findings --json --exit-code --rule {rule}"));
        assert_eq!(ran.code, code, "{rule}: {}", ran.stdout);
        let rows = ran.rows();
        let unknown = rows.iter().find(|it| it["state"] == "unknown");
        assert_eq!(unknown.is_some(), code != 0, "{rule}");
        let gaps = unknown.map_or(0, |it| it["unknown"]["gap_count"].as_u64().unwrap());
        assert_eq!(gaps > 0, code != 0, "{rule}");
    }
    let shown = bench.succeed("findings").stdout;
    assert!(
        shown.contains("CANNOT BE TOLD whether there are more\n    gap: "),
        "{shown}"
    );
}

#[test]
fn an_exception_takes_a_finding_out_of_the_exit_code() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    let asked = "findings --rule owner-unused --exit-code";
    assert_eq!(bench.run(asked).code, 1);
    assert_eq!(
        bench
            .run("findings --rule secret-expired --exit-code=high")
            .code,
        0
    );
    let exception = |until: &str| {
        let lines = "rule = \"owner-unused\"\nsubject = \"grace.hopper@example.com\"\nreason = \"on leave\"";
        bench.write(
            "findings.toml",
            format!("[[exception]]\n{lines}\nuntil = {until}\n"),
        );
    };
    exception("2999-12-31");
    assert_eq!(bench.run(asked).code, 0);
    assert_eq!(names(&bench, "owner-unused", "excepted"), ["Grace Hopper"]);
    exception("2001-01-01");
    let ran = bench.run(asked);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("has expired, 2001-01-0"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("on leave"), "{}", ran.stderr);
}

#[test]
fn what_is_wrong_is_told_with_the_way_on() {
    let bench = Bench::alone();
    for (rules, arguments, code, expected) in [
        ("[rule.x]\nwhen.unsed = 1", "findings --list", 3, "line 2"),
        (
            "",
            "findings --list --rule nope",
            2,
            "no rule has the id `nope`",
        ),
        (
            "",
            "findings --list --rules none.toml",
            3,
            "cannot read none.toml",
        ),
        (
            "",
            "findings --severity grave",
            2,
            "[possible values: high, medium, low]",
        ),
        ("", "findings", 3, "hint: run `harness sync` first"),
    ] {
        bench.write("findings.toml", rules);
        let ran = bench.run(arguments);
        assert_eq!(ran.code, code, "{arguments}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{arguments}: {}", ran.stderr);
    }
    bench.write("findings.toml", "");
    let listed = bench.succeed("findings --list --json").rows();
    assert!(
        listed
            .iter()
            .any(|it| it["rule"] == "account-unused" && it["enabled"] == false)
    );
}

#[test]
fn nothing_in_a_name_acts_on_a_terminal() {
    let organization = Organization::named(Template::Hostile);
    let bench = organization.bench();
    bench.run("sync");
    for arguments in [
        "findings --examples 1000",
        "findings --json",
        "findings --rule account-unused",
    ] {
        let ran = bench.succeed(arguments);
        for output in [&ran.stdout, &ran.stderr] {
            let acts =
                |it: char| it.is_control() && it != '\n' || ('\u{202a}'..='\u{202e}').contains(&it);
            assert!(!output.contains(acts), "{arguments}: {output:?}");
        }
    }
}
