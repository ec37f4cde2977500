use governance_contract::model::{
    Directness, Expansion, Gap, GapReason, Grant, Resource, Scope, Status,
};
use governance_contract::samples::{entitlement, gap, grant, id, resource, user};
use governance_store::{Asked, Batch};

use super::*;
use crate::fixtures::Place;

fn member(of: (&str, &str), who: (&str, &str)) -> Grant {
    grant(id(of.0, of.1), "member", id(who.0, who.1))
}

/// What a group holds is held by its members.
fn to_crew(grant: Grant) -> Grant {
    let slugs = vec!["member".to_owned()];
    Grant {
        expands: Some(Expansion { slugs, deep: false }),
        ..grant
    }
}

fn inherited(grant: Grant) -> Grant {
    Grant {
        directness: Directness::Inherited(vec![id("group", "crew")]),
        ..grant
    }
}

const ADA: (&str, &str) = ("user", "ada");
const BOB: (&str, &str) = ("user", "bob");
const CREW: (&str, &str) = ("group", "crew");
const ALPHA: (&str, &str) = ("project", "alpha");
const BETA: (&str, &str) = ("project", "beta");

fn resources() -> Vec<Resource> {
    let mut bob = user("bob", &["bob@example.org"]);
    bob.status = Status::Disabled;
    vec![
        user("ada", &["ada@example.org"]),
        bob,
        resource("group", "crew"),
        resource("project", "alpha"),
        resource("project", "beta"),
    ]
}

fn gathered(
    grants: &[Grant],
    gaps: &[Gap],
    asked: &Asked,
    filter: &ReviewFilter,
) -> Result<Export, ReviewError> {
    let place = Place::new();
    let entitlements = [CREW, ALPHA, BETA].map(|it| entitlement(id(it.0, it.1), "member"));
    let batch = Batch {
        resources: &resources(),
        entitlements: &entitlements,
        grants,
        gaps,
    };
    place.sync("default", asked, batch);
    gather(&place.reader(), filter, |gap| {
        format!("something of {}", gap.surface)
    })
}

fn all(grants: &[Grant]) -> Export {
    gathered(grants, &[], &Asked::default(), &ReviewFilter::default()).unwrap()
}

/// Grant, how, pending, consequences.
fn told(export: &Export) -> Vec<[String; 3]> {
    let rows = export.rows.iter();
    rows.map(|it| [it.grant(), it.how.clone(), it.consequences.clone()])
        .collect()
}

#[test]
fn inherited_access_is_told_once_with_the_grants_that_it_comes_from() {
    let export = all(&[
        member(CREW, ADA),
        member(CREW, BOB),
        to_crew(member(ALPHA, CREW)),
        inherited(member(ALPHA, ADA)),
        member(ALPHA, BOB),
    ]);
    assert_eq!(
        told(&export),
        [
            [
                "group:crew:member:user:ada",
                "direct",
                "also gives MEMBER on ALPHA (project:alpha)",
            ],
            [
                "group:crew:member:user:bob",
                "direct",
                "also gives MEMBER on ALPHA (project:alpha) (may be held otherwise too)",
            ],
            [
                "project:alpha:member:group:crew",
                "direct",
                "gives it to ADA (user:ada); gives it to BOB (user:bob) (may be held otherwise too)",
            ],
            ["project:alpha:member:user:bob", "direct", ""],
        ]
    );
}

#[test]
fn inherited_access_that_nothing_explains_is_not_left_out() {
    let export = all(&[inherited(member(ALPHA, ADA))]);
    assert_eq!(
        told(&export),
        [[
            "project:alpha:member:user:ada",
            "through CREW (group:crew)",
            ""
        ]]
    );
}

#[test]
fn a_rule_of_the_service_is_no_row_but_what_it_gives_is_told() {
    let rule = Grant {
        immutable: Some("members of the crew are members".into()),
        ..to_crew(member(ALPHA, CREW))
    };
    let export = all(&[member(CREW, ADA), rule]);
    assert_eq!(export.rules, 1);
    assert_eq!(
        told(&export),
        [[
            "group:crew:member:user:ada",
            "direct",
            "also gives MEMBER on ALPHA (project:alpha)"
        ]]
    );
}

#[test]
fn a_row_has_what_a_reviewer_needs() {
    let pending = Grant {
        pending: true,
        expires_at: Some(1_767_323_045),
        immutable: Some("it has to be accepted".into()),
        ..member(ALPHA, BOB)
    };
    let export = all(&[pending]);
    let [row] = export.rows.try_into().unwrap();
    assert_eq!(
        row,
        Facts {
            person: "BOB".into(),
            email: "bob@example.org".into(),
            principal_type: "user".into(),
            status: "disabled".into(),
            resource_type: "project".into(),
            resource: "ALPHA".into(),
            entitlement: "MEMBER".into(),
            how: "direct".into(),
            pending: "yes".into(),
            expires_at: "2026-01-02T03:04:05Z".into(),
            immutable: "it has to be accepted".into(),
            resource_id: "alpha".into(),
            slug: "member".into(),
            principal_id: "bob".into(),
            ..Facts::default()
        }
    );
    assert_eq!(export.head.tenant, "org-1");
    assert_eq!(export.head.rows, "1");
    assert_eq!(export.head.synced_at, "2026-01-02T03:04:05Z");
    assert_eq!(export.head.scope, "everything");
    assert_eq!(export.head.unknown, "");
    assert_eq!(export.head.sync_digest.len(), 64);
}

#[test]
fn what_may_be_held_besides_is_said() {
    let gaps: Vec<_> = (0..25)
        .map(|it| Gap {
            reason: GapReason::Permission,
            ..gap(Scope {
                slug: Some(format!("slug-{it}")),
                ..Scope::default()
            })
        })
        .collect();
    let asked = Asked {
        types: vec!["project".into()],
        within: Vec::new(),
    };
    let export = gathered(
        &[member(ALPHA, ADA)],
        &gaps,
        &asked,
        &ReviewFilter::default(),
    );
    let unknown = export.unwrap().head.unknown;
    let parts: Vec<_> = unknown.split("; ").collect();
    assert_eq!(parts.len(), 1 + GAPS_TOLD + 1);
    assert_eq!(parts[0], "the sync asked only for project");
    assert_eq!(parts[1], "something of all (permission)");
    assert_eq!(parts[21], "and 5 more");
}

#[test]
fn a_part_is_told_as_a_part() {
    let grants = [
        member(ALPHA, ADA),
        member(BETA, ADA),
        member(BETA, BOB),
        member(CREW, BOB),
    ];
    let text = |text: &str| Some(text.to_owned());
    for (filter, scope, count) in [
        (
            ReviewFilter {
                user: text("Ada@example.org"),
                ..ReviewFilter::default()
            },
            "held by Ada@example.org",
            2,
        ),
        (
            ReviewFilter {
                resource_type: text("project"),
                user: text("bob"),
                ..ReviewFilter::default()
            },
            "on resources of type project, held by bob",
            1,
        ),
        (
            ReviewFilter {
                entitlement: text("project:beta:member"),
                ..ReviewFilter::default()
            },
            "of the entitlement project:beta:member",
            2,
        ),
    ] {
        let export = gathered(&grants, &[], &Asked::default(), &filter).unwrap();
        assert_eq!(
            (export.head.scope.as_str(), export.rows.len()),
            (scope, count)
        );
    }
    let nobody = ReviewFilter {
        user: text("nobody"),
        ..ReviewFilter::default()
    };
    let none = gathered(&grants, &[], &Asked::default(), &nobody);
    assert!(matches!(none, Err(ReviewError::NoGrants(_))), "{none:?}");
}

#[test]
fn of_several_connections_one_has_to_be_named() {
    let place = Place::new();
    let resources = resources();
    for connection in ["default", "staging"] {
        let grants = [member(ALPHA, ADA)];
        let batch = Batch {
            resources: &resources,
            grants: &grants,
            ..Batch::default()
        };
        place.sync(connection, &Asked::default(), batch);
    }
    let store = place.reader();
    let words = |_: &GapRow| String::new();
    let several = gather(&store, &ReviewFilter::default(), words);
    let Err(ReviewError::Store(StoreError::SeveralConnections(names))) = several else {
        panic!("{several:?}")
    };
    assert_eq!(names, ["default", "staging"]);
    let filter = ReviewFilter {
        connection: Some("staging".into()),
        ..ReviewFilter::default()
    };
    assert_eq!(
        gather(&store, &filter, words).unwrap().head.connection,
        "staging"
    );
}
