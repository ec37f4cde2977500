//! Each entitlement, for each kind of principal, in each state: the outcome, what
//! is so in truth, what a second time does, and what a sync reads afterwards.
//!
//! The rows are what reference table 5.7 lists, one after the other. All of them
//! are one batch; those that are refused are also tried alone.

use openai_simulator::{Options, OrganizationRole, Quirks, Ruling, StatusCode, Template, Writing};
use serde_json::{Value, json};

use crate::scenes::{Scene, Who, join, words};
use crate::support::{Bench, Organization, side_by_side, text};

use self::Change::{Grant, Revoke};
use Who::{Crew, Invited, Person, Robot};

/// All that is allowed, and no waiting for what was lost.
const ALLOWED: &str = "--provisioning=create,remove --settle-wait 0";
/// How the rows end that succeed.
const ENDS: [&str; 2] = ["complete", "no-op"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Grant,
    Revoke,
}

/// A change, its entitlement and principal, what is held before, how it ends or
/// part of why it is refused, and what is held after. See [`crate::scenes`] for
/// the words.
type Row = (
    Change,
    &'static str,
    Who,
    &'static str,
    &'static str,
    &'static str,
);

/// `org_role`, for all who can hold it.
const IN_THE_ORGANIZATION: &[Row] = &[
    (
        Grant,
        "org-owner",
        Person,
        "",
        "complete",
        "org-owner !owner",
    ),
    (
        Grant,
        "org-owner",
        Person,
        "org-owner",
        "no-op",
        "org-owner !owner",
    ),
    (
        Grant,
        "org-owner",
        Person,
        "auditor",
        "complete",
        "auditor org-owner !owner",
    ),
    (
        Grant,
        "org-owner",
        Person,
        "member",
        "complete",
        "member org-owner !owner",
    ),
    (
        Grant,
        "org-owner",
        Invited,
        "",
        "an invited person holds nothing yet",
        "",
    ),
    (Revoke, "org-owner", Person, "", "no-op", ""),
    (Revoke, "org-owner", Person, "org-owner", "complete", ""),
    (
        Revoke,
        "org-owner",
        Person,
        "org-owner auditor",
        "complete",
        "auditor",
    ),
    (Grant, "org-reader", Person, "", "no-op", ""),
    (Grant, "org-reader", Person, "org-owner", "complete", ""),
    (
        Revoke,
        "org-reader",
        Person,
        "",
        "reader is the least that a member of the organization has",
        "",
    ),
    (Grant, "auditor", Person, "", "complete", "auditor"),
    (Grant, "auditor", Person, "auditor", "no-op", "auditor"),
    (
        Grant,
        "auditor",
        Person,
        "^auditor",
        "complete",
        "auditor ^auditor",
    ),
    (
        Grant,
        "auditor",
        Person,
        "org-owner",
        "complete",
        "auditor org-owner !owner",
    ),
    (
        Grant,
        "auditor",
        Invited,
        "",
        "an invited person holds nothing yet",
        "",
    ),
    (Revoke, "auditor", Person, "", "no-op", ""),
    (Revoke, "auditor", Person, "auditor", "complete", ""),
    (Revoke, "auditor", Person, "^auditor", "Crew", "^auditor"),
    (
        Revoke,
        "auditor",
        Person,
        "auditor ^auditor",
        "complete",
        "^auditor",
    ),
    (Grant, "auditor", Crew, "", "complete", "auditor"),
    (Grant, "auditor", Crew, "auditor", "no-op", "auditor"),
    (Revoke, "auditor", Crew, "", "no-op", ""),
    (Revoke, "auditor", Crew, "auditor", "complete", ""),
    (Grant, "auditor", Robot, "", "complete", "auditor"),
    (Revoke, "auditor", Robot, "auditor", "complete", ""),
    (Revoke, "auditor", Robot, "", "no-op", ""),
    (
        Grant,
        "of-organization",
        Person,
        "",
        "nobody is made a member without an invitation",
        "",
    ),
    (
        Grant,
        "of-organization",
        Invited,
        "",
        "an invited person holds nothing yet",
        "",
    ),
    (
        Revoke,
        "of-organization",
        Person,
        "",
        "whoever has an account is a member",
        "",
    ),
];

const IN_GROUPS: &[Row] = &[
    (Grant, "team", Person, "", "complete", "team"),
    (Grant, "team", Person, "team", "no-op", "team"),
    (Grant, "team", Robot, "", "complete", "team"),
    (Grant, "team", Robot, "team", "no-op", "team"),
    (Grant, "team", Crew, "", "a group cannot be in a group", ""),
    (
        Grant,
        "team",
        Invited,
        "",
        "an invited person holds nothing yet",
        "",
    ),
    (Revoke, "team", Person, "", "no-op", ""),
    (Revoke, "team", Person, "team", "complete", ""),
    (Revoke, "team", Robot, "", "no-op", ""),
    (Revoke, "team", Robot, "team", "complete", ""),
];

const PEOPLE_IN_PROJECTS: &[Row] = &[
    (Grant, "owner", Person, "", "complete", "owner"),
    (Grant, "owner", Person, "owner", "no-op", "owner"),
    (Grant, "owner", Person, "^owner", "complete", "owner ^owner"),
    (Grant, "owner", Person, "member", "complete", "owner"),
    (
        Grant,
        "owner",
        Person,
        "member tester",
        "complete",
        "owner tester",
    ),
    (Grant, "owner", Person, "viewer", "complete", "owner"),
    (
        Grant,
        "owner",
        Person,
        "org-owner",
        "owns the organization",
        "org-owner !owner",
    ),
    (
        Grant,
        "owner",
        Invited,
        "",
        "an invited person holds nothing yet",
        "",
    ),
    (Revoke, "owner", Person, "", "no-op", ""),
    (Revoke, "owner", Person, "owner", "complete", ""),
    (
        Revoke,
        "owner",
        Person,
        "owner ^owner",
        "complete",
        "^owner",
    ),
    (Revoke, "owner", Person, "owner tester", "complete", ""),
    (Revoke, "owner", Person, "^owner", "Crew", "^owner"),
    (Revoke, "owner", Person, "member", "no-op", "member"),
    (
        Revoke,
        "owner",
        Person,
        "org-owner",
        "owns the organization",
        "org-owner !owner",
    ),
    (Grant, "member", Person, "", "complete", "member"),
    (Grant, "member", Person, "member", "no-op", "member"),
    (
        Grant,
        "member",
        Person,
        "^member",
        "complete",
        "member ^member",
    ),
    (Grant, "member", Person, "owner", "complete", "member"),
    (Grant, "member", Person, "viewer", "complete", "member"),
    (
        Grant,
        "member",
        Person,
        "org-owner",
        "owns the organization",
        "org-owner !owner",
    ),
    (
        Grant,
        "member",
        Invited,
        "",
        "an invited person holds nothing yet",
        "",
    ),
    (Revoke, "member", Person, "", "no-op", ""),
    (Revoke, "member", Person, "member", "complete", ""),
    (Revoke, "member", Person, "member tester", "complete", ""),
    (
        Revoke,
        "member",
        Person,
        "member tester ^viewer",
        "complete",
        "^viewer",
    ),
    (Revoke, "member", Person, "^member", "Crew", "^member"),
    (Revoke, "member", Person, "owner", "no-op", "owner"),
    (Grant, "viewer", Person, "", "complete", "viewer"),
    (Grant, "viewer", Person, "viewer", "no-op", "viewer"),
    (
        Grant,
        "viewer",
        Person,
        "^viewer",
        "complete",
        "viewer ^viewer",
    ),
    (Grant, "viewer", Person, "member", "complete", "viewer"),
    (Grant, "viewer", Person, "owner", "complete", "viewer"),
    (
        Grant,
        "viewer",
        Person,
        "org-owner",
        "owns the organization",
        "org-owner !owner",
    ),
    (Revoke, "viewer", Person, "", "no-op", ""),
    (Revoke, "viewer", Person, "viewer", "complete", ""),
    (Revoke, "viewer", Person, "^viewer", "Crew", "^viewer"),
    (Grant, "tester", Person, "", "complete", "member tester"),
    (
        Grant,
        "tester",
        Person,
        "member tester",
        "no-op",
        "member tester",
    ),
    (
        Grant,
        "tester",
        Person,
        "member",
        "complete",
        "member tester",
    ),
    (
        Grant,
        "tester",
        Person,
        "viewer",
        "complete",
        "tester viewer",
    ),
    (
        Grant,
        "tester",
        Person,
        "^tester",
        "needs a predefined role",
        "^tester",
    ),
    (
        Grant,
        "tester",
        Person,
        "^member",
        "needs a predefined role",
        "^member",
    ),
    (
        Grant,
        "tester",
        Person,
        "org-owner",
        "owns the organization",
        "org-owner !owner",
    ),
    (Revoke, "tester", Person, "", "no-op", ""),
    (Revoke, "tester", Person, "member", "no-op", "member"),
    (
        Revoke,
        "tester",
        Person,
        "member tester",
        "complete",
        "member",
    ),
    (Revoke, "tester", Person, "^tester", "Crew", "^tester"),
    (
        Revoke,
        "tester",
        Person,
        "member tester ^tester",
        "complete",
        "member ^tester",
    ),
];

const GROUPS_IN_PROJECTS: &[Row] = &[
    (Grant, "owner", Crew, "", "complete", "owner"),
    (Grant, "owner", Crew, "owner", "no-op", "owner"),
    (Grant, "owner", Crew, "member", "complete", "owner"),
    (
        Grant,
        "owner",
        Crew,
        "member tester",
        "complete",
        "owner tester",
    ),
    (Revoke, "owner", Crew, "", "no-op", ""),
    (Revoke, "owner", Crew, "owner", "complete", ""),
    (Revoke, "owner", Crew, "member", "no-op", "member"),
    (Grant, "member", Crew, "", "complete", "member"),
    (Grant, "member", Crew, "member", "no-op", "member"),
    (Grant, "member", Crew, "viewer", "complete", "member"),
    (Revoke, "member", Crew, "", "no-op", ""),
    (Revoke, "member", Crew, "member", "complete", ""),
    (
        Revoke,
        "member",
        Crew,
        "member tester",
        "complete",
        "tester",
    ),
    (Grant, "viewer", Crew, "", "complete", "viewer"),
    (Grant, "viewer", Crew, "viewer", "no-op", "viewer"),
    (Grant, "viewer", Crew, "owner", "complete", "viewer"),
    (Revoke, "viewer", Crew, "", "no-op", ""),
    (Revoke, "viewer", Crew, "viewer", "complete", ""),
    (Grant, "tester", Crew, "", "complete", "tester"),
    (Grant, "tester", Crew, "tester", "no-op", "tester"),
    (Grant, "tester", Crew, "member", "complete", "member tester"),
    (Revoke, "tester", Crew, "", "no-op", ""),
    (Revoke, "tester", Crew, "tester", "complete", ""),
    (
        Revoke,
        "tester",
        Crew,
        "member tester",
        "complete",
        "member",
    ),
];

const SERVICE_ACCOUNTS_IN_PROJECTS: &[Row] = &[
    (Grant, "owner", Robot, "", "complete", "owner"),
    (Grant, "owner", Robot, "owner", "no-op", "owner"),
    (Grant, "owner", Robot, "member", "complete", "owner"),
    (
        Grant,
        "owner",
        Robot,
        "member ^owner",
        "complete",
        "owner ^owner",
    ),
    (Revoke, "owner", Robot, "owner", "complete", "member"),
    (
        Revoke,
        "owner",
        Robot,
        "owner ^owner",
        "complete",
        "member ^owner",
    ),
    (Revoke, "owner", Robot, "member", "no-op", "member"),
    (
        Revoke,
        "owner",
        Robot,
        "^owner",
        "only through group Crew",
        "^owner",
    ),
    (Grant, "member", Robot, "", "complete", "member"),
    (Grant, "member", Robot, "member", "no-op", "member"),
    (Grant, "member", Robot, "owner", "complete", "member"),
    (
        Revoke,
        "member",
        Robot,
        "member",
        "with less than member",
        "member",
    ),
    (Revoke, "member", Robot, "", "no-op", ""),
    (
        Grant,
        "viewer",
        Robot,
        "",
        "can only be owner or member",
        "",
    ),
    (Revoke, "viewer", Robot, "", "no-op", ""),
    (
        Grant,
        "tester",
        Robot,
        "",
        "can only be owner or member",
        "",
    ),
    (
        Grant,
        "tester",
        Robot,
        "member",
        "can only be owner or member",
        "member",
    ),
    (Revoke, "tester", Robot, "", "no-op", ""),
];

fn rows() -> Vec<Row> {
    [
        IN_THE_ORGANIZATION,
        IN_GROUPS,
        PEOPLE_IN_PROJECTS,
        GROUPS_IN_PROJECTS,
        SERVICE_ACCOUNTS_IN_PROJECTS,
    ]
    .concat()
}

fn organization(quirks: Quirks) -> Organization {
    Organization::start(Options {
        organization: Template::Empty,
        quirks,
        ..Options::default()
    })
}

/// The file of all rows, one a line.
fn file(bench: &Bench, rows: &[Row], scenes: &[Scene]) {
    let lines = rows.iter().zip(scenes).map(|((change, word, ..), scene)| {
        let change = match change {
            Grant => "grant",
            Revoke => "revoke",
        };
        let line = json!({
            "change": change,
            "entitlement": scene.entitlement(word),
            "principal": scene.called(),
        });
        format!("{line}\n")
    });
    bench.write("changes.jsonl", lines.collect::<String>());
}

/// The rows, the scene of each, and where they are applied from.
fn staged(organization: &Organization, wanted: fn(&Row) -> bool) -> (Vec<Row>, Vec<Scene>, Bench) {
    let rows: Vec<_> = rows().into_iter().filter(wanted).collect();
    let scenes: Vec<_> = (0..)
        .zip(&rows)
        .map(|(number, (_, _, who, before, ..))| Scene::arrange(organization, number, *who, before))
        .collect();
    let bench = organization.bench();
    file(&bench, &rows, &scenes);
    (rows, scenes, bench)
}

/// Whether the row begins with no custom role in a project that stands alone,
/// which not every service lets come about.
fn has_predefined(row: &Row) -> bool {
    row.3 != "tester" && !row.3.contains("^tester")
}

/// Runs the file; each line's outcome, or why there is none.
fn apply(bench: &Bench) -> Vec<Value> {
    let ran = bench.run(&format!(
        "apply changes.jsonl {ALLOWED} --max-removals 999 --jobs 8 --json"
    ));
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    ran.rows()
}

fn ended(line: &Value) -> &str {
    let completion = line["outcome"]["completion"]["name"].as_str();
    completion.unwrap_or_else(|| text(line, "error"))
}

fn agrees(ended: &str, expected: &str) -> bool {
    match ENDS.contains(&expected) {
        true => ended == expected,
        false => ended.contains(expected) && !ENDS.contains(&ended),
    }
}

/// Whether a list of grants has this one, not as an inherited one.
fn is_listed(grants: &[Value], id: &str) -> bool {
    let found = grants.iter().find(|row| row["id"] == id);
    found.is_some_and(|row| row["directness"] != "inherited")
}

#[test]
fn every_entitlement_for_every_principal_in_every_state() {
    let organization = organization(Quirks::default());
    let (rows, scenes, bench) = staged(&organization, |_| true);
    let (first, second) = (apply(&bench), apply(&bench));
    bench.succeed("sync");
    let grants = bench.succeed("list grants --json").rows();
    let mut wrong = Vec::new();
    for (index, (row, scene)) in rows.iter().zip(&scenes).enumerate() {
        let (change, word, _, _, expected, after) = *row;
        let (told, again) = (ended(&first[index]), ended(&second[index]));
        let truth = scene.truth(&organization);
        let still_inherited = change == Revoke && words(after).contains(&format!("^{word}"));
        let expected_again = match expected {
            "complete" if still_inherited => "Crew",
            "complete" => "no-op",
            refusal => refusal,
        };
        let listed = is_listed(&grants, &scene.grant(word));
        let holds = words(after).contains(&word.to_owned());
        let right = agrees(told, expected)
            && agrees(again, expected_again)
            && truth == words(after)
            && (listed == holds || word == "org-reader");
        if !right {
            wrong.push(format!(
                "{row:?}: {told} / {again} / {truth:?} / listed: {listed}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is refused in the organization `small`, each alone: what is asked for, the
/// exit code, and parts of the error and of its hint.
type Refusal = (&'static [&'static str], i32, &'static str, &'static str);

const ALAN: &str = "alan.turing@example.com";
const ADA: &str = "ada.lovelace@example.com";
const INVITED: &str = "katherine.johnson@example.com";
const NIGHTLY: &str = "service_account:Search/nightly-evaluation";

const REFUSALS: &[Refusal] = &[
    (
        &["grant", "org_role:owner", INVITED],
        8,
        "holds nothing yet",
        "after acceptance",
    ),
    (
        &["grant", "organization:ORG:member", ALAN],
        2,
        "without an invitation",
        "account",
    ),
    (
        &["revoke", "organization:ORG:member", ALAN],
        2,
        "is a member",
        "delete the account",
    ),
    (
        &["revoke", "org_role:reader", ALAN],
        2,
        "is the least",
        "delete the account",
    ),
    (
        &["grant", "group:Support:member", "NAMELESS"],
        8,
        "identity provider manages",
        "there",
    ),
    (
        &["revoke", "group:Support:member", ALAN],
        8,
        "identity provider manages",
        "there",
    ),
    (
        &["grant", "group:Researchers:member", INVITED],
        8,
        "holds nothing yet",
        "after acceptance",
    ),
    (
        &["grant", "project:Sandbox:member", ADA],
        8,
        "owns the organization",
        "role owner first",
    ),
    (
        &[
            "revoke",
            "project:Support:member",
            "grace.hopper@example.com",
        ],
        8,
        "owns the organization",
        "role owner first",
    ),
    (
        &["grant", "project:Retired:member", ALAN],
        8,
        "archived",
        "",
    ),
    (
        &["revoke", "project:Retired:owner", ALAN],
        8,
        "archived",
        "",
    ),
    (
        &["grant", "project:Search:Prompt engineer", NIGHTLY],
        2,
        "can only be owner or member",
        "",
    ),
    (
        &["revoke", "project:Search:member", NIGHTLY],
        2,
        "less than member",
        "delete the service account",
    ),
    (
        &["revoke", "project:Support:owner", ALAN],
        8,
        "only through group Support",
        "group",
    ),
    (
        &["grant", "project:Sandbox:member", INVITED],
        8,
        "holds nothing yet",
        "after acceptance",
    ),
    (
        &["grant", "project:Sandbox:superuser", ALAN],
        2,
        "superuser",
        "",
    ),
    (&["grant", "project:Nowhere:member", ALAN], 2, "Nowhere", ""),
    (
        &["grant", "project:Sandbox:member", "nobody@example.com"],
        2,
        "nobody@example.com",
        "",
    ),
    (
        &["grant", "group:Researchers:member", "group:Support"],
        2,
        "",
        "",
    ),
];

#[test]
fn what_is_refused_is_refused_with_its_kind_and_a_hint_and_nothing_is_sent() {
    let organization = Organization::named(Template::Small);
    let people = organization.simulator.people();
    let nameless = people
        .iter()
        .find(|it| it.email.is_none() && !it.service_account);
    let nameless = nameless.unwrap().id.clone();
    let before = organization.simulator.access();
    side_by_side(REFUSALS, |(asked, code, message, hint)| {
        let bench = organization.bench();
        let id = organization.simulator.organization_id();
        let asked = asked
            .iter()
            .map(|it| it.replace("ORG", &id).replace("NAMELESS", &nameless));
        let asked: Vec<_> = asked.collect();
        for mode in [ALLOWED, "--plan"] {
            let ran = bench.ask(asked.iter().map(String::as_str).chain(mode.split(' ')));
            assert_eq!(ran.code, *code, "{asked:?}: {}", ran.stderr);
            let told = ran.stderr.split_once("hint: ").unwrap_or((&ran.stderr, ""));
            assert!(told.0.contains(message), "{asked:?}: {}", ran.stderr);
            assert!(told.1.contains(hint), "{asked:?}: {}", ran.stderr);
        }
    });
    assert_eq!(organization.changing_requests(), 0);
    assert_eq!(organization.simulator.access(), before);
}

#[test]
fn the_last_owner_stays() {
    let organization = Organization::named(Template::Empty);
    let owner = organization.simulator.people().remove(0).id;
    let bench = organization.bench();
    for asked in [
        format!("revoke org_role:owner {owner}"),
        format!("grant org_role:reader {owner}"),
        format!("account delete user:{owner}"),
        format!("resource delete user:{owner} --force"),
    ] {
        let ran = bench.run(&format!("{asked} {ALLOWED}"));
        assert_eq!(ran.code, 8, "{asked}: {}", ran.stderr);
        assert!(ran.stderr.contains("owner"), "{asked}: {}", ran.stderr);
    }
    assert_eq!(organization.changing_requests(), 0);
}

/// Owners who are taken at the same time: one of them stays.
#[test]
fn the_last_of_several_owners_stays_though_all_are_taken_at_once() {
    let organization = Organization::named(Template::Empty);
    let first = organization.simulator.people().remove(0).id;
    let others = (0..3).map(|number| {
        let id = join(&organization, &format!("owner-{number}@example.com"));
        let path = format!("/organization/users/{id}");
        organization.api("POST", &path, &json!({ "role": "owner" }));
        id
    });
    let owners: Vec<_> = others.chain([first]).collect();
    let bench = organization.bench();
    side_by_side(&owners, |owner| {
        let ran = bench.run(&format!("revoke org_role:owner {owner} {ALLOWED}"));
        assert!([0, 8].contains(&ran.code), "{}: {}", ran.code, ran.stderr);
    });
    let people = organization.simulator.people();
    let left = people
        .iter()
        .filter(|it| it.organization_role == Some(OrganizationRole::Owner));
    assert_eq!(left.count(), 1);
}

/// Its row does not say that it is the default one: only the service knows.
#[test]
fn the_default_project_is_left_to_the_service_which_refuses() {
    let organization = Organization::named(Template::Small);
    let before = organization.simulator.access();
    let bench = organization.bench();
    for (change, who) in [("grant", ALAN), ("revoke", "annie.easley@example.com")] {
        let asked = [change, "project:Default project:member", who];
        let ran = bench.ask(asked.into_iter().chain(ALLOWED.split(' ')));
        assert_eq!(ran.code, 8, "{}", ran.stderr);
        let hint = "people come to the default project and leave it with the organization";
        assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    }
    assert_eq!(organization.simulator.access(), before);
}

/// Whatever the service allows: an outcome is true, and what is refused changes
/// nothing.
#[test]
fn no_outcome_is_made_up_where_the_service_decides_otherwise() {
    let refused = Ruling::Refused(StatusCode::BAD_REQUEST);
    let allowed = Writing {
        default_project_membership: Ruling::Allowed,
        already_in_project: Ruling::Allowed,
        implicit_owner: Ruling::Allowed,
        viewer_by_name: Ruling::Allowed,
        custom_role_of_an_outsider: Ruling::Allowed,
        custom_role_of_a_service_account: Ruling::Allowed,
        reader_revoked: Ruling::Allowed,
        not_assigned: StatusCode::BAD_REQUEST,
        ..Writing::default()
    };
    let strict = Writing {
        custom_role_of_an_outside_group: refused,
        not_assigned: StatusCode::FORBIDDEN,
        ..Writing::default()
    };
    side_by_side([allowed, strict], |writing| {
        let quirks = Quirks {
            writing,
            ..Quirks::default()
        };
        let organization = organization(quirks);
        let (rows, scenes, bench) = staged(&organization, has_predefined);
        let truths = || {
            scenes
                .iter()
                .map(|it| it.truth(&organization))
                .collect::<Vec<_>>()
        };
        let before = truths();
        let lines = apply(&bench);
        let each = rows.iter().zip(before).zip(truths()).zip(&lines);
        for (((row, before), after), line) in each {
            let (change, word, ..) = *row;
            let holds = after.contains(&word.to_owned()) || word == "org-reader";
            match ENDS.contains(&ended(line)) {
                true => assert_eq!(holds, change == Grant, "{row:?}: {line}"),
                false => assert_eq!(after, before, "{row:?}: {line}"),
            }
        }
    });
}
