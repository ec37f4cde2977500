//! What is told again, or told twice.

use governance_contract::model::{Expansion, Scope};
use governance_contract::samples::{entitlement, gap, grant, id, resource, user};
use serde_json::{Value, json as value};

use super::*;
use crate::fixtures::{Place, begin, column};

#[test]
fn a_page_that_is_told_again_does_no_harm() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begin(&mut store, "default");
    let batch = Batch {
        resources: &[user("ada", &["ada@example.org"]), resource("group", "g")],
        entitlements: &[entitlement(id("group", "g"), "member")],
        grants: &[grant(id("group", "g"), "member", id("user", "ada"))],
        gaps: &[
            gap(Scope::default()),
            gap(Scope {
                slug: Some("owner".into()),
                ..Scope::default()
            }),
        ],
    };
    for batches in [vec![batch], vec![batch, batch]] {
        store.write(sync, &batches).unwrap();
    }
    let summary = crate::fixtures::finish(&mut store, sync, crate::Ending::Read);
    assert_eq!(
        (summary.entitlements, summary.grants, summary.gaps),
        (1, 1, 2)
    );
    let resources = store.all_resources();
    assert_eq!(column(&resources, "id"), ["g", "ada"]);
    assert_eq!(
        resources[1]["emails"],
        value!([{"address": "ada@example.org", "primary": true}])
    );
}

#[test]
fn what_is_told_last_of_a_resource_counts() {
    let place = Place::new();
    let before = user("ada", &["old@example.org", "older@example.org"]);
    let after = user("ada", &["new@example.org"]);
    place.sync("default", Batch::of_resources(&[before, after]));
    let emails = &place.reader().all_resources()[0]["emails"];
    assert_eq!(
        *emails,
        value!([{"address": "new@example.org", "primary": true}])
    );
}

#[test]
fn a_batch_is_written_whole_or_not_at_all() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begin(&mut store, "default");
    let broken = Resource {
        attributes: "{".into(),
        ..resource("user", "bob")
    };
    let resources = [resource("user", "ada"), broken];
    store
        .write(sync, &[Batch::of_resources(&resources)])
        .unwrap_err();
    crate::fixtures::finish(&mut store, sync, crate::Ending::Read);
    assert!(store.all_resources().is_empty());
}

#[test]
fn a_grant_told_twice_is_one_whatever_came_first() {
    use Directness::{Direct, Inherited, NotTold};
    let through = |name: &str| Inherited(vec![id("group", name)]);
    let cases = [
        (Direct, through("a"), "direct", value!(["a"])),
        (Direct, NotTold, "direct", value!([])),
        (through("a"), NotTold, "inherited", value!(["a"])),
        (through("a"), through("b"), "inherited", value!(["a", "b"])),
        (through("b"), through("b"), "inherited", value!(["b"])),
    ];
    for (one, two, directness, sources) in cases {
        for order in [[&one, &two], [&two, &one]] {
            let told = order.map(|directness| Grant {
                directness: directness.clone(),
                ..grant(id("project", "p"), "member", id("user", "ada"))
            });
            let row = the_grant(&told);
            let names: Vec<_> = row["sources"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| &it["id"])
                .collect();
            assert_eq!(row["directness"], directness, "{order:?}");
            assert_eq!(value!(names), sources, "{order:?}");
        }
    }
}

#[test]
fn access_that_holds_now_counts_before_access_to_come() {
    let now = Grant {
        directness: Directness::NotTold,
        immutable: Some("floor".into()),
        ..grant(id("project", "p"), "member", id("user", "ada"))
    };
    let to_come = Grant {
        pending: true,
        directness: Directness::Direct,
        immutable: None,
        ..now.clone()
    };
    for told in [[now.clone(), to_come.clone()], [to_come, now]] {
        let row = the_grant(&told);
        assert_eq!(
            (&row["pending"], &row["immutable"]),
            (&value!(false), &value!("floor"))
        );
    }
}

#[test]
fn everything_that_a_grant_tells_is_kept() {
    let told = Grant {
        expands: Some(Expansion {
            slugs: vec!["member".into(), "owner".into()],
            deep: true,
        }),
        expires_at: Some(0),
        hint: Some("row 7".into()),
        ..grant(id("project", "p"), "viewer", id("group", "g:1"))
    };
    let row = the_grant(&[told]);
    assert_eq!(
        row["expands"],
        value!(["group:g:1:member", "group:g:1:owner"])
    );
    assert_eq!(row["expands_deep"], value!(true));
    assert_eq!(row["expires_at"], value!("1970-01-01T00:00:00Z"));
    assert_eq!(row["id"], value!("project:p:viewer:group:g:1"));
}

fn the_grant(told: &[Grant]) -> Value {
    let place = Place::new();
    place.sync(
        "default",
        Batch {
            grants: told,
            ..Batch::default()
        },
    );
    let mut grants = place.reader().all_grants();
    assert_eq!(grants.len(), 1);
    grants.remove(0)
}

#[test]
fn a_resource_told_with_its_parent_stands_whichever_comes_first() {
    let full = || Resource {
        parent: Some(id("project", "p")),
        ..resource("robot", "r")
    };
    let poor = || Resource {
        name: "poor".into(),
        ..resource("robot", "r")
    };
    for resources in [[full(), poor()], [poor(), full()]] {
        let place = Place::new();
        place.sync("default", Batch::of_resources(&resources));
        let stored = place.reader().all_resources().remove(0);
        assert_eq!(
            (&stored["name"], &stored["parent"]["id"]),
            (&"R".into(), &"p".into())
        );
    }
}
