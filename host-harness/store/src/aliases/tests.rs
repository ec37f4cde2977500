//! Aliases of every shape, and all that names something by one.

use governance_contract::model::{Directness, Grant, Resource, Scope, Secret};
use governance_contract::samples::{entitlement, gap, grant, id, resource};
use serde_json::{Value, json};

use crate::fixtures::{Place, aliased, column};
use crate::{Batch, Store};

fn synced(batch: Batch<'_>) -> (Place, Store) {
    let place = Place::new();
    place.sync("default", batch);
    let store = place.reader();
    (place, store)
}

/// Who holds one grant that names the given principal, in each world of
/// resources with their aliases.
#[test]
fn an_alias_is_read_as_the_resource_that_has_it() {
    type Claims<'a> = &'a [(&'a str, &'a [(&'a str, &'a str)])];
    let cases: [(Claims<'_>, &str, &str); 8] = [
        (&[("a", &[])], "b", "user:b"),
        (&[("a", &[("user", "b")])], "a", "user:a"),
        (&[("a", &[("user", "b")])], "b", "user:a"),
        (
            &[("a", &[("user", "b")]), ("b", &[("user", "c")])],
            "c",
            "user:a",
        ),
        (
            &[("a", &[("user", "b")]), ("b", &[("user", "a")])],
            "a",
            "user:a",
        ),
        (
            &[("a", &[("user", "b")]), ("b", &[("user", "a")])],
            "b",
            "user:a",
        ),
        (
            &[("a", &[("user", "x")]), ("b", &[("user", "x")])],
            "x",
            "user:x",
        ),
        (&[("a", &[("robot", "b")])], "b", "user:b"),
    ];
    for (claims, named, holder) in cases {
        let resources: Vec<Resource> = claims
            .iter()
            .map(|(name, aliases)| aliased(resource("user", name), aliases))
            .collect();
        let grants = [grant(id("project", "p"), "member", id("user", named))];
        let (_place, store) = synced(Batch {
            resources: &resources,
            grants: &grants,
            ..Batch::default()
        });
        let row = &store.all_grants()[0];
        assert_eq!(
            row["id"],
            format!("project:p:member:{holder}"),
            "{claims:?} {named}"
        );
    }
}

#[test]
fn a_resource_under_an_alias_of_another_type_becomes_its_own() {
    let resources = [
        aliased(resource("robot", "r"), &[("user", "u")]),
        Resource {
            name: "THE SAME".into(),
            ..resource("user", "u")
        },
        Resource {
            parent: Some(id("user", "u")),
            ..resource("project", "p")
        },
        Resource {
            secret: Some(Secret {
                owner: Some(id("user", "u")),
                redacted_value: None,
            }),
            ..resource("project", "key")
        },
    ];
    let (_place, store) = synced(Batch::of_resources(&resources));
    let rows = store.all_resources();
    assert_eq!(column(&rows, "id"), ["key", "p", "r"]);
    assert_eq!(
        rows[0]["secret"]["owner"],
        json!({"type": "robot", "id": "r"})
    );
    assert_eq!(rows[1]["parent"], json!({"type": "robot", "id": "r"}));
    assert_eq!(rows[2]["name"], "R");
    assert_eq!(rows[2]["aliases"], json!([{"type": "user", "id": "u"}]));
}

#[test]
fn ids_of_entitlements_and_grants_follow_and_duplicates_become_one() {
    let resources = [
        aliased(resource("group", "long"), &[("group", "short")]),
        resource("user", "ada"),
    ];
    let mut own = entitlement(id("group", "long"), "member");
    own.name = "Own".into();
    let entitlements = [
        own,
        entitlement(id("group", "short"), "member"),
        entitlement(id("group", "short"), "owner"),
    ];
    let inherited = Directness::Inherited(vec![id("group", "short"), id("group", "long")]);
    let grants = [
        grant(id("group", "short"), "member", id("user", "ada")),
        Grant {
            directness: inherited,
            ..grant(id("group", "long"), "member", id("user", "ada"))
        },
        grant(id("group", "short"), "member", id("group", "short")),
    ];
    let (_place, store) = synced(Batch {
        resources: &resources,
        entitlements: &entitlements,
        grants: &grants,
        ..Batch::default()
    });
    let rows = store.all_entitlements();
    assert_eq!(
        column(&rows, "id"),
        ["group:long:member", "group:long:owner"]
    );
    assert_eq!(column(&rows, "name"), ["Own", "OWNER"]);
    let rows = store.all_grants();
    assert_eq!(
        column(&rows, "id"),
        ["group:long:member:group:long", "group:long:member:user:ada"]
    );
    assert_eq!(rows[1]["directness"], "direct");
    assert_eq!(rows[1]["sources"], json!([{"type": "group", "id": "long"}]));
}

#[test]
fn what_a_gap_covers_follows_and_gaps_that_become_equal_are_one() {
    let on = |name: &str| Scope {
        resource_type: Some("group".into()),
        resource_id: Some(name.into()),
        parent: Some(id("group", "short")),
        principal_type: Some("group".into()),
        principal_id: Some("short".into()),
        ..Scope::default()
    };
    let resources = [aliased(resource("group", "long"), &[("group", "short")])];
    let gaps = [gap(on("short")), gap(on("long"))];
    let (_place, store) = synced(Batch {
        resources: &resources,
        gaps: &gaps,
        ..Batch::default()
    });
    let rows: Vec<Value> = store.all_gaps();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        rows[0]["scope"],
        json!({
            "resource_type": "group", "resource_id": "long", "parent": {"type": "group", "id": "long"},
            "principal_type": "group", "principal_id": "long",
        })
    );
}
