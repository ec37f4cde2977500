//! What each filter leaves, and by which plan.

use governance_contract::model::{Entitlement, Purpose, Resource, Scope, Status};
use governance_contract::samples::{entitlement, gap, grant, id, resource, user};

use super::*;
use crate::Batch;
use crate::fixtures::{Place, aliased, column, lines};

fn organization() -> Place {
    let place = Place::new();
    let resources = [
        user("ada", &["Ada@Example.org", "ÄDA@example.org"]),
        Resource {
            status: Status::Disabled,
            ..user("bob", &[])
        },
        Resource {
            parent: Some(id("project", "p")),
            ..resource("robot", "ci")
        },
        aliased(resource("project", "p"), &[("project", "short")]),
        resource("group", "g"),
    ];
    let entitlements = [
        Entitlement {
            purpose: Purpose::Ownership,
            ..entitlement(id("project", "p"), "owner")
        },
        entitlement(id("group", "g"), "member"),
    ];
    let grants = [
        grant(id("project", "p"), "owner", id("user", "ada")),
        grant(id("project", "p"), "owner", id("user", "bob")),
        grant(id("group", "g"), "member", id("user", "ada")),
    ];
    let gaps = [
        gap(Scope::default()),
        gap(Scope {
            resource_type: Some("group".into()),
            ..Scope::default()
        }),
    ];
    let batch = Batch {
        resources: &resources,
        entitlements: &entitlements,
        grants: &grants,
        gaps: &gaps,
    };
    place.sync("default", batch);
    place.sync("other", Batch::of_resources(&[resource("user", "eve")]));
    place
}

#[test]
fn resources_are_narrowed_by_what_is_given() {
    let store = organization().reader();
    let text = |text: &str| Some(text.to_owned());
    let all = ResourceFilter::default;
    let cases = [
        (all(), "g p ci ada bob eve"),
        (
            ResourceFilter {
                connection: text("other"),
                ..all()
            },
            "eve",
        ),
        (
            ResourceFilter {
                resource_type: text("user"),
                ..all()
            },
            "ada bob eve",
        ),
        (
            ResourceFilter {
                named: text("ci"),
                ..all()
            },
            "ci",
        ),
        (
            ResourceFilter {
                named: text("short"),
                ..all()
            },
            "p",
        ),
        (
            ResourceFilter {
                named: text("ADA@example.ORG"),
                ..all()
            },
            "ada",
        ),
        (
            ResourceFilter {
                named: text("äda@EXAMPLE.org"),
                ..all()
            },
            "ada",
        ),
        (
            ResourceFilter {
                parent: text("p"),
                ..all()
            },
            "ci",
        ),
        (
            ResourceFilter {
                status: Some(Status::Disabled),
                ..all()
            },
            "bob",
        ),
        (
            ResourceFilter {
                named: text("ada"),
                resource_type: text("group"),
                ..all()
            },
            "",
        ),
        (
            ResourceFilter {
                named: text("' OR 1=1 --"),
                ..all()
            },
            "",
        ),
    ];
    for (filter, expected) in cases {
        let rows = lines(|each| store.resources(&filter, each)).unwrap();
        assert_eq!(column(&rows, "id").join(" "), expected, "{filter:?}");
    }
}

#[test]
fn accounts_are_resources_of_types_with_the_trait_user() {
    let store = organization().reader();
    let text = |text: &str| Some(text.to_owned());
    let all = ResourceFilter::default;
    let cases = [
        (all(), "ci ada bob eve"),
        (
            ResourceFilter {
                resource_type: text("robot"),
                ..all()
            },
            "ci",
        ),
        (
            ResourceFilter {
                named: text("g"),
                ..all()
            },
            "",
        ),
    ];
    for (filter, expected) in cases {
        let rows = lines(|each| store.accounts(&filter, each)).unwrap();
        assert_eq!(column(&rows, "id").join(" "), expected, "{filter:?}");
    }
}

#[test]
fn grants_are_narrowed_by_what_is_given() {
    let store = organization().reader();
    let text = |text: &str| Some(text.to_owned());
    let all = GrantFilter::default;
    let cases = [
        (
            all(),
            "group:g:member:user:ada project:p:owner:user:ada project:p:owner:user:bob",
        ),
        (
            GrantFilter {
                resource_type: text("group"),
                ..all()
            },
            "group:g:member:user:ada",
        ),
        (
            GrantFilter {
                entitlement: text("group:g:member"),
                ..all()
            },
            "group:g:member:user:ada",
        ),
        (
            GrantFilter {
                principal: text("bob"),
                ..all()
            },
            "project:p:owner:user:bob",
        ),
        (
            GrantFilter {
                principal: text("ada@example.org"),
                resource: text("short"),
                ..all()
            },
            "project:p:owner:user:ada",
        ),
        (
            GrantFilter {
                principal: text("nobody@example.org"),
                ..all()
            },
            "",
        ),
        (
            GrantFilter {
                connection: text("other"),
                ..all()
            },
            "",
        ),
    ];
    for (filter, expected) in cases {
        let rows = lines(|each| store.grants(&filter, each)).unwrap();
        assert_eq!(column(&rows, "id").join(" "), expected, "{filter:?}");
    }
}

#[test]
fn entitlements_and_gaps_are_narrowed_by_what_is_given() {
    let store = organization().reader();
    let resource_type = |name: &str| Some(name.to_owned());
    let entitlements = |filter| lines(|each| store.entitlements(&filter, each)).unwrap();
    let of_type = EntitlementFilter {
        resource_type: resource_type("group"),
        ..Default::default()
    };
    assert_eq!(column(&entitlements(of_type), "id"), ["group:g:member"]);
    let of_one = EntitlementFilter {
        resource: resource_type("short"),
        ..Default::default()
    };
    assert_eq!(column(&entitlements(of_one), "id"), ["project:p:owner"]);
    for (name, expected) in [("group", 2), ("user", 1)] {
        let filter = GapFilter {
            resource_type: resource_type(name),
            ..Default::default()
        };
        assert_eq!(
            lines(|each| store.gaps(&filter, each)).unwrap().len(),
            expected,
            "{name}"
        );
    }
}

#[test]
fn an_unknown_type_is_answered_with_the_known_ones() {
    let store = organization().reader();
    let wanted = |name: &str| ResourceFilter {
        resource_type: Some(name.to_owned()),
        ..ResourceFilter::default()
    };
    let error = lines(|each| store.resources(&wanted("users"), each)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no resource type is named `users`; there are `user`, `robot`, `group`, `project`"
    );
    let error = lines(|each| store.accounts(&wanted("group"), each)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no type of accounts is named `group`; there are `user`, `robot`"
    );
}

#[test]
fn the_callbacks_error_ends_the_listing() {
    let store = organization().reader();
    let mut seen = 0;
    let ended = store.resources(&ResourceFilter::default(), |_| {
        seen += 1;
        Err(StoreError::NotRunning(0))
    });
    assert!(matches!(ended, Err(StoreError::NotRunning(0))));
    assert_eq!(seen, 1);
}

fn plan<R: Listed>(store: &Store, conditions: &Conditions) -> String {
    let sql = format!("EXPLAIN QUERY PLAN {}", select::<R>(conditions));
    let mut statement = store.connection.prepare(&sql).unwrap();
    let parameters = conditions.parameters(&1);
    let steps = statement.query_map(parameters.as_slice(), |row| row.get::<_, String>("detail"));
    steps
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap()
        .join("\n")
}

#[test]
fn no_listing_gathers_rows_to_sort_them() {
    let place = organization();
    let store = place.reader();
    let all = Conditions::default();
    for plan in [
        plan::<ResourceRow>(&store, &all),
        plan::<EntitlementRow>(&store, &all),
        plan::<GrantRow>(&store, &all),
    ] {
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[test]
fn what_one_principal_holds_is_found_by_an_index() {
    let place = organization();
    let filter = GrantFilter {
        principal: Some("ada".into()),
        ..GrantFilter::default()
    };
    let plan = plan::<GrantRow>(&place.reader(), &grant_conditions(&filter));
    assert!(
        plan.contains("grants USING INDEX grants_by_principal (sync=? AND principal_id=? AND principal_type=?)"),
        "{plan}"
    );
}
