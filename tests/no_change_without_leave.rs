//! No change is ever sent without `--provisioning`, with `--plan`, to an origin
//! that is not allowed, or to what is protected: counted by the service itself.

use builtin_connectors::find;
use openai_simulator::{Options, Template};

use crate::catalogue::{Change, catalogue, email};
use crate::support::{Bench, Organization, Ran, side_by_side, text};

/// An organization, changes of it, and where they are made from.
struct Stage {
    organization: Organization,
    changes: Vec<Change>,
    bench: Bench,
    /// Changing requests that arranged it.
    arranged: u64,
}

impl Stage {
    fn new() -> Self {
        let organization = Organization::start(Options {
            organization: Template::Empty,
            ..Options::default()
        });
        let changes = catalogue(&organization);
        let bench = organization.bench();
        let lines = changes.iter().map(|change| format!("{}\n", change.desired));
        bench.write("all.jsonl", lines.collect::<String>());
        Self {
            arranged: organization.changing_requests(),
            organization,
            changes,
            bench,
        }
    }

    fn make(&self, change: &Change, options: &[&str]) -> Ran {
        let command = change.command();
        let command = command.iter().map(String::as_str);
        self.bench.ask(command.chain(options.iter().copied()))
    }

    /// Changing requests since it was arranged.
    fn sent(&self) -> u64 {
        self.organization.changing_requests() - self.arranged
    }

    /// One change of each kind.
    fn one_of_each(&self) -> Vec<&Change> {
        let mut kinds: Vec<&Change> = Vec::new();
        for change in &self.changes {
            if kinds.iter().all(|it| it.kind() != change.kind()) {
                kinds.push(change);
            }
        }
        kinds
    }
}

#[test]
fn without_leave_every_command_is_refused_before_it_changes_anything() {
    let stage = Stage::new();
    side_by_side(&stage.changes, |change| {
        let ran = stage.make(change, &[]);
        assert_eq!(ran.code, 3, "{}: {}", change.desired, ran.stderr);
        let hint = format!("--provisioning={}", change.needs());
        assert!(
            ran.stderr.contains(&hint),
            "{}: {}",
            change.desired,
            ran.stderr
        );
    });
    for command in [
        "apply all.jsonl",
        "apply all.jsonl --max-removals 999 --json",
    ] {
        assert_eq!(stage.bench.run(command).code, 3, "{command}");
    }
    assert_eq!(stage.sent(), 0);
}

#[test]
fn creating_and_removing_are_enabled_apart() {
    let stage = Stage::new();
    let kinds = stage.one_of_each();
    for (enabled, other) in [("create", "remove"), ("remove", "create")] {
        for change in &kinds {
            if change.needs() == enabled {
                continue;
            }
            let ran = stage.make(change, &["--provisioning", enabled]);
            assert_eq!(ran.code, 3, "{}: {}", change.desired, ran.stderr);
            let told = ran.stderr.contains(&format!("needs `{other}`"));
            assert!(told, "{}: {}", change.desired, ran.stderr);
        }
        let ran = stage
            .bench
            .run(&format!("apply all.jsonl --provisioning={enabled}"));
        assert_eq!(ran.code, 3, "{}", ran.stderr);
    }
    assert_eq!(stage.sent(), 0);
}

#[test]
fn a_plan_sends_nothing_that_changes_whatever_is_enabled() {
    let stage = Stage::new();
    side_by_side(&stage.changes, |change| {
        let ran = stage.make(
            change,
            &["--plan", "--json", "--provisioning=create,remove"],
        );
        assert_eq!(ran.code, 0, "{}: {}", change.desired, ran.stderr);
        let plan = &ran.rows()[0]["plans"][0]["plan"];
        assert!(!plan["steps"].as_array().unwrap().is_empty(), "{plan}");
        assert_eq!(change.times(&stage.organization), 0);
    });
    stage
        .bench
        .succeed("apply all.jsonl --plan --provisioning=create,remove");
    assert_eq!(stage.sent(), 0);
    assert!(
        !stage.bench.path("governance.db").exists(),
        "a plan leaves nothing"
    );
}

#[test]
fn what_only_reads_changes_nothing_though_all_is_enabled() {
    let stage = Stage::new();
    stage.bench.write(
        "harness.toml",
        "[provisioning]\nenabled = [\"create\", \"remove\"]\n",
    );
    for command in ["inspect", "check", "sync", "list grants", "conformance"] {
        stage.bench.succeed(command);
    }
    assert_eq!(stage.sent(), 0);
}

#[test]
fn the_file_enables_what_the_command_does_not_say() {
    let stage = Stage::new();
    let find = |kind: &str| stage.changes.iter().find(|it| it.kind() == kind).unwrap();
    let enable = |words: &str| {
        let text = format!("[provisioning]\nenabled = [{words}]\n");
        stage.bench.write("harness.toml", text);
    };
    enable("\"remove\"");
    assert_eq!(stage.make(find("grant"), &[]).code, 3);
    assert_eq!(stage.sent(), 0);
    assert_eq!(
        stage.make(find("revoke"), &["--provisioning=create"]).code,
        3
    );
    assert_eq!(stage.sent(), 0);
    assert_eq!(stage.make(find("revoke"), &[]).code, 0);
    assert_eq!(stage.sent(), 1);
    enable("\"destroy\"");
    let ran = stage.make(find("grant"), &["--provisioning=create"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(stage.sent(), 1);
}

/// The same component with another hash: nothing of it is trusted by itself.
fn another_component() -> Vec<u8> {
    let mut component = find("openai").unwrap().component.to_vec();
    component.extend_from_slice(&[0, 3, 2, b'x', b'y']);
    component
}

#[test]
fn a_component_changes_nothing_at_an_origin_that_is_not_allowed() {
    let stage = Stage::new();
    let component = another_component();
    let path = stage.bench.write("other.wasm", &component);
    let path = path.to_str().unwrap();
    let inspected = stage
        .bench
        .succeed(&format!("inspect --json --component {path}"));
    let sha256 = text(&inspected.rows()[0], "sha256").to_owned();
    let options = ["--provisioning=create,remove", "--component", path];
    let config = stage.bench.path("harness.toml");
    let trust = |origin: &str| {
        let text = format!(
            "[[component]]\nsha256 = \"{sha256}\"\norigins = [\"{origin}\"]\n\
             credentials = [\"openai-admin\"]\n"
        );
        stage.bench.write("harness.toml", text);
    };
    let refused = |bench: &Bench, hint: &str| {
        for change in stage.one_of_each() {
            let command = change.command();
            let ran = bench.ask(command.iter().map(String::as_str).chain(options));
            assert_eq!(ran.code, 3, "{}: {}", change.desired, ran.stderr);
            assert!(
                ran.stderr.contains(hint),
                "{}: {}",
                change.desired,
                ran.stderr
            );
        }
    };
    let requests = stage.organization.requests();
    refused(&stage.bench, "harness.toml");
    // Its own origin is that of OpenAI, unless the operator names another.
    let mut without = Bench::alone();
    without.set("OPENAI_ADMIN_KEY", stage.organization.simulator.admin_key());
    without.set("GOVERNANCE_CONFIG", config.to_str().unwrap());
    trust("https://api.example.com");
    refused(&without, "https://api.openai.com");
    assert_eq!(stage.organization.requests(), requests, "not even a read");
    let change = stage.one_of_each()[0];
    let ran = stage.make(change, &options);
    assert_eq!(ran.code, 0, "the operator names it: {}", ran.stderr);
    assert_eq!(stage.sent(), 1);
}

/// Whatever is done to one of these people is refused, by any name of theirs.
#[test]
fn no_change_touches_who_is_protected() {
    let stage = Stage::new();
    let ids = stage.organization.simulator.people();
    let id = |name: &str| {
        let person = ids
            .iter()
            .find(|it| it.email.as_deref() == Some(&email(name)));
        person.unwrap().id.clone()
    };
    let of_person = [
        "ascends", "audits", "audited", "joins", "quits", "enters", "rises", "leaves", "falls",
        "goes",
    ];
    let entries = of_person.map(|name| match name.len() % 2 {
        0 => format!("user:{}", id(name)),
        _ => email(name).to_uppercase(),
    });
    let invited =
        ["comes", "withdrawn", "waits", "promoted"].map(|name| email(name).to_uppercase());
    // By the alias under which lists of people show them; a key's owner has none.
    let robots = [
        ("riser", "user"),
        ("scrapped", "user"),
        ("holder", "service_account"),
    ];
    let robots = robots.map(|(name, kind)| {
        let robot = ids.iter().find(|it| it.name.as_deref() == Some(name));
        format!("{kind}:{}", robot.unwrap().id)
    });
    let entries = [&entries[..], &invited, &robots].concat();
    stage.bench.write(
        "harness.toml",
        format!("[provisioning]\nprotect = {entries:?}\n"),
    );
    let names: Vec<_> = of_person.iter().map(|name| email(name)).collect();
    let others = [
        "comes@",
        "withdrawn@",
        "waits@",
        "promoted@",
        "Alpha/riser",
        "Alpha/scrapped",
        "Alpha/revoked",
        "Alpha/lasting",
        "\"fresh\"",
    ];
    let names = names.iter().map(String::as_str).chain(others);
    let names: Vec<_> = names.collect();
    let touched: Vec<_> = stage
        .changes
        .iter()
        .filter(|change| {
            names
                .iter()
                .any(|name| change.desired.to_string().contains(name))
        })
        .collect();
    assert_eq!(touched.len(), names.len());
    side_by_side(&touched, |change| {
        for options in [["--provisioning=create,remove"], ["--plan"]] {
            let ran = stage.make(change, &options);
            assert_eq!(
                ran.code, 3,
                "{}: {}{}",
                change.desired, ran.stdout, ran.stderr
            );
            assert!(
                ran.stderr.contains("protected"),
                "{}: {}",
                change.desired,
                ran.stderr
            );
        }
    });
    let ran = stage
        .bench
        .run("apply all.jsonl --provisioning=create,remove --max-removals 999");
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(stage.sent(), 0);
}
