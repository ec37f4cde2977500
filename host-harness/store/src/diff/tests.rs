//! What is told as different, case by case.

use governance_contract::model::{Gap, Grant, Resource, Scope, Status, Subject};
use governance_contract::samples::{entitlement, gap, grant, id, resource, user};

use super::*;
use crate::fixtures::{Place, all_told, finish, types};
use crate::{Asked, Batch, Ending, NewSync};

/// What a sync is asked for and tells.
#[derive(Default)]
struct Told {
    asked: Asked,
    resources: Vec<Resource>,
    grants: Vec<Grant>,
    gaps: Vec<Gap>,
}

fn sync(store: &mut Store, told: &Told) -> SyncId {
    let resource_types = types();
    let new = NewSync {
        asked: &told.asked,
        connection: "default",
        connector: "example",
        version: "1",
        component_sha256: "",
        started_at: 0,
        resource_types: &resource_types,
    };
    let sync = store.begin_sync(&new).unwrap();
    let batch = Batch {
        resources: &told.resources,
        entitlements: &[],
        grants: &told.grants,
        gaps: &told.gaps,
    };
    store.write(sync, &[batch]).unwrap();
    finish(store, sync, Ending::Read);
    sync
}

fn name(of: &NamedResource) -> String {
    format!("{}:{}", of.resource_type, of.id)
}

fn shown(difference: Difference) -> String {
    let fact = match &difference.fact {
        Fact::Resource(of) => name(of),
        Fact::Entitlement(of) => format!("{}:{}", name(&of.resource), of.slug),
        Fact::Grant {
            entitlement,
            principal,
            ..
        } => {
            let Entitlement { resource, slug } = entitlement;
            format!("{} {}:{slug}", name(principal), name(resource))
        }
    };
    let change = match &difference.change {
        Change::Accepted { by } => format!("accepted by {}", name(by)),
        Change::Ended { with } => format!("ended with {}", name(with)),
        Change::Changed(fields) => fields
            .iter()
            .map(|it| format!("{} {:?} {:?}", it.field, it.before, it.after))
            .collect::<Vec<_>>()
            .join(", "),
        plain => format!("{plain:?}"),
    };
    format!("{fact} {change}")
}

/// What differs between two syncs.
fn differences(before: &Told, after: &Told) -> Vec<String> {
    let place = Place::new();
    let mut store = place.writer();
    let (before, after) = (sync(&mut store, before), sync(&mut store, after));
    drop(store);
    let mut all = Vec::new();
    let each = |difference| {
        all.push(shown(difference));
        Ok::<_, StoreError>(())
    };
    let count = place.reader().diff(before, after, each).unwrap();
    assert_eq!(count, all.len() as u64);
    all
}

fn of_resources(resources: Vec<Resource>) -> Told {
    Told {
        resources,
        ..Told::default()
    }
}

fn of_grants(lines: &[&str]) -> Told {
    Told {
        grants: all_told(lines),
        ..Told::default()
    }
}

fn archived(name: &str) -> Resource {
    Resource {
        status: Status::Archived,
        ..resource("project", name)
    }
}

#[test]
fn what_is_the_same_is_no_difference() {
    let told = || Told {
        resources: vec![user("ada", &["ada@example.org"]), resource("group", "g")],
        ..of_grants(&["user:ada group:g:member"])
    };
    assert!(differences(&told(), &told()).is_empty());
}

#[test]
fn what_is_gone_come_and_changed_is_told() {
    let before = Told {
        resources: vec![user("ada", &["ada@example.org"]), resource("user", "bob")],
        ..of_grants(&["user:ada group:g:member", "user:bob group:g:member"])
    };
    let renamed = Resource {
        name: "Ada L".into(),
        ..user("ada", &["ada@example.org", "al@example.org"])
    };
    let after = Told {
        resources: vec![renamed, resource("user", "eve")],
        ..of_grants(&["user:ada group:g:member pending", "user:eve group:g:member"])
    };
    let expected = [
        "user:bob Removed",
        "user:eve Added",
        r#"user:ada name Some("ADA") Some("Ada L"), emails Some("[\"ada@example.org\"]") Some("[\"ada@example.org\",\"al@example.org\"]")"#,
        "user:bob group:g:member Removed",
        "user:eve group:g:member Added",
        r#"user:ada group:g:member pending Some("0") Some("1")"#,
    ];
    assert_eq!(differences(&before, &after), expected);
}

#[test]
fn a_gap_never_becomes_a_removal_nor_an_addition() {
    let some = |text: &str| Some(text.to_owned());
    let all = |subject, kind: &str| Scope {
        subject: Some(subject),
        resource_type: some(kind),
        ..Scope::default()
    };
    let one = |subject, kind: &str, name: &str| Scope {
        resource_id: some(name),
        ..all(subject, kind)
    };
    let by = |kind: &str, name: &str| Scope {
        principal_type: some(kind),
        principal_id: some(name),
        ..all(Subject::Grants, "project")
    };
    let below = Scope {
        parent: Some(id("tenant", "t")),
        ..Scope::default()
    };
    // Whether it leaves open the project, and ada's grant on it.
    let cases = [
        (Scope::default(), true, true),
        (all(Subject::Resources, "project"), true, true),
        (all(Subject::Resources, "group"), false, false),
        (one(Subject::Resources, "project", "p"), true, true),
        (one(Subject::Resources, "project", "q"), false, false),
        (all(Subject::Entitlements, "project"), false, true),
        (all(Subject::Grants, "project"), false, true),
        (one(Subject::Grants, "project", "q"), false, false),
        (all(Subject::Events, "project"), false, false),
        (by("user", "ada"), false, true),
        (by("user", "bob"), false, false),
        (all(Subject::Resources, "user"), false, true),
        (below, true, true),
    ];
    for (scope, project, held) in cases {
        let what = format!("{scope:?}");
        let whole = || Told {
            resources: vec![Resource {
                parent: Some(id("tenant", "t")),
                ..resource("project", "p")
            }],
            ..of_grants(&["user:ada project:p:member"])
        };
        let without = || Told {
            gaps: vec![gap(scope.clone())],
            ..Told::default()
        };
        let expected = |sure: &str, open: &str| {
            let told = |is_open| if is_open { open } else { sure }.to_owned();
            [
                format!("project:p {}", told(project)),
                format!("user:ada project:p:member {}", told(held)),
            ]
        };
        let gone = differences(&whole(), &without());
        assert_eq!(gone, expected("Removed", "UnknownAfter"), "{what}");
        let come = differences(&without(), &whole());
        assert_eq!(come, expected("Added", "UnknownBefore"), "{what}");
    }
}

#[test]
fn what_a_narrowed_sync_was_not_asked_for_is_unknown() {
    let below = |kind: &str, name: &str, project: &str| Resource {
        parent: Some(id("project", project)),
        ..resource(kind, name)
    };
    let whole = || Told {
        resources: vec![
            resource("user", "ada"),
            below("robot", "r", "p"),
            below("robot", "s", "q"),
        ],
        ..of_grants(&[
            "user:ada group:g:member",
            "user:ada project:p:member",
            "robot:s project:q:member",
        ])
    };
    let asked = |types: &[&str], within: &[&str]| Asked {
        types: types.iter().map(|it| (*it).to_owned()).collect(),
        within: within.iter().map(|it| (*it).to_owned()).collect(),
    };
    // Of r, s and ada, and of the grants by their resources, which are removed.
    let cases = [
        (asked(&[], &[]), [true, true, true], [true, true, true]),
        (
            asked(&["user"], &[]),
            [false, false, true],
            [false, false, false],
        ),
        (
            asked(&["user", "project"], &[]),
            [false, false, true],
            [false, true, false],
        ),
        (asked(&[], &["p"]), [true, false, true], [true, true, false]),
        (
            asked(&["user", "robot"], &["q"]),
            [false, true, true],
            [false, false, false],
        ),
    ];
    for (asked, resources, grants) in cases {
        let what = asked.to_string();
        let narrowed = Told {
            asked,
            ..Told::default()
        };
        let told = differences(&whole(), &narrowed);
        let removed: Vec<_> = told.iter().map(|it| it.ends_with(" Removed")).collect();
        assert_eq!(removed, [resources, grants].concat(), "{what}: {told:?}");
    }
}

#[test]
fn an_accepted_invitation_is_told_as_that() {
    let invitation = Resource {
        status: Status::Pending,
        id: id("robot", "invite"),
        ..user("invite", &["Ada@Example.org"])
    };
    let before = Told {
        resources: vec![invitation],
        ..of_grants(&[
            "robot:invite project:p:member pending",
            "robot:invite project:q:member pending",
        ])
    };
    let after = Told {
        resources: vec![user("ada", &["ada@example.org"])],
        ..of_grants(&["user:ada project:p:member", "user:ada project:r:member"])
    };
    let expected = [
        "robot:invite accepted by user:ada",
        "robot:invite project:p:member accepted by user:ada",
        "robot:invite project:q:member Removed",
        "user:ada project:r:member Added",
    ];
    assert_eq!(differences(&before, &after), expected);
    // Withdrawn, and not accepted.
    let withdrawn = of_resources(vec![user("eve", &["eve@example.org"])]);
    let told = differences(&before, &withdrawn);
    assert_eq!(told[..2], ["robot:invite Removed", "user:eve Added"]);
}

#[test]
fn what_ends_with_an_archived_project_is_not_removed_one_by_one() {
    let robot = || Resource {
        parent: Some(id("project", "p")),
        ..resource("robot", "r")
    };
    let before = Told {
        resources: vec![resource("project", "p"), robot()],
        ..of_grants(&["user:ada project:p:member", "robot:r group:g:member"])
    };
    let after = Told {
        resources: vec![Resource {
            name: "Old".into(),
            ..archived("p")
        }],
        ..Told::default()
    };
    let expected = [
        "robot:r ended with project:p",
        "project:p Archived",
        r#"project:p name Some("P") Some("Old")"#,
        "robot:r group:g:member ended with project:p",
        "user:ada project:p:member ended with project:p",
    ];
    assert_eq!(differences(&before, &after), expected);
}

#[test]
fn a_grant_that_expansions_explain_in_the_other_sync_is_no_difference() {
    let explained = [
        "user:ada group:g:member",
        "group:g project:p:member > member",
    ];
    let with = |more: &str| of_grants(&[&explained[..], &[more]].concat());
    let inherited = with("user:ada project:p:member inherited");
    assert!(differences(&of_grants(&explained), &inherited).is_empty());
    assert!(differences(&inherited, &of_grants(&explained)).is_empty());
    // A gap hides the membership, so that what was folded is told.
    let unfolded = Told {
        gaps: vec![gap(Scope {
            resource_type: Some("group".into()),
            ..Scope::default()
        })],
        ..of_grants(&[explained[1], "user:ada project:p:member not-told"])
    };
    let folded = with("user:ada project:p:member not-told");
    let told = differences(&unfolded, &folded);
    assert_eq!(told, ["user:ada group:g:member UnknownBefore"]);
    // A direct one is a grant of its own.
    let told = differences(&with("user:ada project:p:member"), &of_grants(&explained));
    assert_eq!(told, ["user:ada project:p:member Removed"]);
}

#[test]
fn entitlements_are_compared_too() {
    let place = Place::new();
    for slug in ["old", "new"] {
        let entitlements = [entitlement(id("group", "g"), slug)];
        let batch = Batch {
            entitlements: &entitlements,
            ..Batch::default()
        };
        place.sync("default", batch);
    }
    let mut told = Vec::new();
    let each = |it| {
        told.push(shown(it));
        Ok::<_, StoreError>(())
    };
    place.reader().diff(SyncId(1), SyncId(2), each).unwrap();
    assert_eq!(told, ["group:g:old Removed", "group:g:new Added"]);
}

#[test]
fn only_finished_syncs_of_one_connection_are_compared() {
    let place = Place::new();
    for connection in ["default", "other"] {
        let grants = [grant(id("group", "g"), "member", id("user", "ada"))];
        let batch = Batch {
            grants: &grants,
            ..Batch::default()
        };
        place.sync(connection, batch);
    }
    let diff = |before, after| {
        let each = |_| Ok::<_, StoreError>(());
        let error = place.reader().diff(SyncId(before), SyncId(after), each);
        error.unwrap_err().to_string()
    };
    assert_eq!(diff(1, 7), "there is no finished sync 7");
    let expected = "the syncs are of two connections, `default` and `other`";
    assert_eq!(diff(1, 2), expected);
}
