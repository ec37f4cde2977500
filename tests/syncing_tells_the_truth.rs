//! What a sync stores about each person is what the simulator's own rules say.

use std::collections::{BTreeMap, BTreeSet};

use openai_simulator::{OrganizationRole, Person, Template};
use serde_json::Value;

use crate::support::{Bench, Organization, Ran, seed, text};

/// What is told of one person, in words that both sides can be put into.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    id: String,
    email: Option<String>,
    status: &'static str,
    member: bool,
    roles: BTreeSet<String>,
    pending_until: Option<i64>,
}

fn role_name(role: OrganizationRole) -> String {
    match role {
        OrganizationRole::Owner => "role-api-organization-owner".into(),
        OrganizationRole::Reader => "role-api-organization-reader".into(),
    }
}

fn by_the_rules(person: &Person) -> Told {
    let role = person.organization_role.or(person.pending_role);
    Told {
        id: person.id.clone(),
        // No address is longer; the contract's bound leaves such a text out.
        email: person.email.clone().filter(|it| it.len() <= 1_024),
        status: match (person.member, person.banned) {
            (false, _) => "pending",
            (true, true) => "disabled",
            (true, false) => "active",
        },
        member: person.member,
        roles: role.into_iter().map(role_name).collect(),
        pending_until: person
            .pending_until
            .filter(|_| !person.member)
            .map(|it| i64::try_from(it).unwrap()),
    }
}

fn as_synced(bench: &Bench) -> BTreeSet<Told> {
    let accounts = bench.succeed("list accounts --json").rows();
    let grants = bench.succeed("list grants --json").rows();
    let mut held: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for grant in &grants {
        held.entry(text(grant, "principal_id"))
            .or_default()
            .push(grant);
    }
    let none = Vec::new();
    let told = accounts.iter().map(|account| {
        let id = text(account, "id");
        told(account, held.get(id).unwrap_or(&none))
    });
    told.collect()
}

fn told(account: &Value, grants: &[&Value]) -> Told {
    let status = text(account, "status");
    let status = ["active", "disabled", "pending"]
        .into_iter()
        .find(|it| *it == status);
    // Custom roles, and what is held through groups, are another test's.
    let roles = grants.iter().filter(|it| {
        let predefined = text(it, "resource_id").starts_with("role-api-organization-");
        predefined && text(it, "directness") == "direct"
    });
    for grant in grants {
        assert_eq!(grant["pending"], status == Some("pending"), "{grant}");
    }
    Told {
        id: text(account, "id").into(),
        email: account["emails"][0]["address"].as_str().map(Into::into),
        status: status.unwrap(),
        member: grants
            .iter()
            .any(|it| text(it, "resource_type") == "organization"),
        roles: roles.map(|it| text(it, "resource_id").into()).collect(),
        pending_until: account["expires_at"].as_str().map(unix),
    }
}

/// Seconds of an RFC 3339 time in UTC.
fn unix(text: &str) -> i64 {
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(text, format)
        .unwrap()
        .unix_timestamp()
}

fn compare(organization: &Organization) -> Ran {
    let bench = organization.bench();
    let synced = bench.succeed("sync");
    let truth: BTreeSet<_> = organization
        .simulator
        .people()
        .iter()
        .map(by_the_rules)
        .collect();
    let synced_people = as_synced(&bench);
    for person in &truth {
        assert!(
            synced_people.contains(person),
            "missing or different: {person:?}"
        );
    }
    assert_eq!(synced_people.len(), truth.len());
    synced
}

#[test]
fn of_a_small_organization() {
    compare(&Organization::named(Template::Small));
}

#[test]
fn of_an_organization_with_one_owner() {
    compare(&Organization::named(Template::Empty));
}

#[test]
fn of_an_organization_with_hostile_names() {
    compare(&Organization::named(Template::Hostile));
}

#[test]
fn of_random_organizations() {
    for (index, users) in [1, 99, 100, 101, 357].into_iter().enumerate() {
        compare(&Organization::generated(users, seed() + index as u64));
    }
}

#[test]
fn of_people_who_accept_their_invitation_meanwhile() {
    let organization = Organization::generated(40, seed());
    let bench = organization.bench();
    bench.succeed("sync");
    let before = as_synced(&bench);
    let invited = organization
        .simulator
        .people()
        .into_iter()
        .find(|it| !it.member)
        .unwrap();
    organization.accept(&invited.id);
    bench.succeed("sync");
    let after = as_synced(&bench);
    let email = invited.email.as_deref();
    let state = |people: &BTreeSet<Told>| {
        let person = people
            .iter()
            .find(|it| it.email.as_deref() == email)
            .unwrap();
        (person.status, person.member)
    };
    assert_eq!(state(&before), ("pending", false));
    assert_eq!(state(&after), ("active", true));
}

#[test]
fn what_a_row_does_not_tell_is_a_gap_and_not_an_absence() {
    let organization = Organization::named(Template::Lenient);
    let bench = organization.bench();
    let synced = bench.run("sync");
    assert_eq!(synced.code, 6, "{}", synced.stderr);
    assert!(synced.stdout.contains("NOT complete"), "{}", synced.stdout);
    let people = organization.simulator.people();
    let accounts = bench.succeed("list accounts --json").rows();
    assert_eq!(accounts.len(), people.len());
    let gaps = bench.succeed("list gaps --json").rows();
    let grants = bench.succeed("list grants --type org_role --json").rows();
    for person in people.iter().filter(|it| it.member) {
        let has_role = grants
            .iter()
            .any(|it| text(it, "principal_id") == person.id);
        let unknown = gaps
            .iter()
            .any(|gap| gap["scope"]["principal_id"] == person.id.as_str());
        assert!(has_role != unknown, "{}: one of both", person.id);
    }
}

#[test]
fn nothing_is_asked_twice_and_pages_are_the_largest() {
    let organization = Organization::generated(250, seed());
    organization.bench().succeed("sync");
    let asked = organization.simulator.requests();
    let asked = |route: &str| asked[&format!("GET /v1/{route}")];
    let people = organization.simulator.people();
    let members = people.iter().filter(|it| it.member).count();
    assert_eq!(asked("organization/roles"), 1);
    assert_eq!(asked("organization/groups"), 1);
    assert_eq!(asked("organization/projects"), 1);
    assert_eq!(asked("organization/users"), members.div_ceil(100) as u64);
    let projects = asked("projects/{project_id}/roles");
    assert_eq!(
        asked("organization/projects/{project_id}/service_accounts"),
        projects
    );
    assert_eq!(
        asked("organization/projects/{project_id}/api_keys"),
        projects
    );
}

#[test]
fn a_part_of_a_sync_says_that_it_is_one() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let synced = bench.succeed("sync --type invitation");
    assert_eq!(organization.requests(), 1);
    let said = "asked only for invitation: all else is unknown, not absent";
    assert!(synced.stdout.contains(said), "{}", synced.stdout);
    let listed = bench.succeed("list accounts");
    assert!(
        listed.stderr.contains("asked only for invitation"),
        "{}",
        listed.stderr
    );
    assert_eq!(bench.succeed("list accounts --json").rows().len(), 1);

    let ran = bench.run("sync --type pirate");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("pirate") && ran.stderr.contains("invitation"),
        "{}",
        ran.stderr
    );
    let ran = bench.run("sync --project nowhere");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

#[test]
fn one_project_is_read_without_the_others() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    let of_project = |kind: &str, id: &str| {
        let rows = bench.succeed(&format!("list {kind} --json")).rows();
        let of_it = |row: &serde_json::Value| {
            row["parent"]["id"] == id
                || (row["resource_type"] == "project" && row["resource_id"] == id)
        };
        rows.into_iter().filter(of_it).collect::<Vec<_>>()
    };
    let access = organization.simulator.access();
    let project = access.projects[0].project.as_str();
    let kinds = ["resources", "entitlements", "grants"];
    let whole = kinds.map(|kind| of_project(kind, project));
    assert!(whole.iter().all(|rows| !rows.is_empty()));
    let before = organization.simulator.requests()["GET /v1/projects/{project_id}/roles"];
    let synced = bench.succeed(&format!("sync --project {project}"));
    assert!(
        synced.stdout.contains("asked only for what belongs to"),
        "{}",
        synced.stdout
    );
    let after = organization.simulator.requests()["GET /v1/projects/{project_id}/roles"];
    assert_eq!(after - before, 1);
    assert_eq!(kinds.map(|kind| of_project(kind, project)), whole);
}

#[test]
fn the_summary_reads_well() {
    let synced = compare(&Organization::named(Template::Small));
    insta::with_settings!({filters => vec![(r"in \d+\.\d s", "in [time] s")]}, {
        insta::assert_snapshot!(synced.stdout);
    });
}

/// `script` gives a process a terminal of its own; it is part of Debian's base.
#[test]
fn on_a_terminal_progress_is_one_line_that_goes_away() {
    let organization = Organization::generated(200, seed());
    let bench = organization.bench();
    let harness = env!("CARGO_BIN_EXE_harness");
    let mut command = bench.command("script");
    let line = format!("'{harness}' sync 2>progress; test -t 1");
    let output = command.args(["-qec", &line, "/dev/null"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(std::fs::read_to_string(bench.path("progress")).unwrap(), "");

    let mut command = bench.command("script");
    let line = format!("'{harness}' sync >summary");
    let output = command.args(["-qec", &line, "/dev/null"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.contains("connecting") && shown.contains("pages"),
        "{shown:?}"
    );
    assert!(
        shown.ends_with("\u{1b}[2K"),
        "the line is cleared at the end: {shown:?}"
    );
}
