//! What is told of roles and what they give.

use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::{Entitlement as Told, Resource, ResourceId};
use governance_contract::samples::{entitlement, id, resource, resource_type};

use super::*;
use crate::fixtures::{Place, finish};
use crate::{Asked, Batch, Ending, NewSync};

fn role(kind: &str, name: &str, called: &str, parent: Option<ResourceId>) -> Resource {
    Resource {
        name: called.into(),
        parent,
        permissions: vec![format!("may {name}")],
        ..resource(kind, name)
    }
}

fn called(on: ResourceId, slug: &str, name: &str) -> Told {
    Told {
        name: name.into(),
        ..entitlement(on, slug)
    }
}

fn place() -> (Place, SyncId) {
    let types = [
        ("role", ResourceTrait::Role),
        ("project", ResourceTrait::Scope),
        ("org", ResourceTrait::App),
    ];
    let types = types.map(|(id, one)| ResourceType {
        traits: vec![one],
        ..resource_type(id)
    });
    let asked = Asked::default();
    let place = Place::new();
    let mut store = place.writer();
    let new = NewSync {
        asked: &asked,
        connection: "default",
        connector: "example",
        version: "1",
        component_sha256: "",
        started_at: 0,
        resource_types: &types,
    };
    let sync = store.begin_sync(&new).unwrap();
    let alpha = || id("project", "alpha");
    let resources = [
        resource("project", "alpha"),
        resource("org", "o"),
        role("role", "auditor", "Auditor", None),
        role("role", "of-org", "Reader", Some(id("org", "o"))),
        role("role", "custom", "Member", Some(alpha())),
        role("role", "predefined", "Member", Some(alpha())),
        role("role", "one", "Guest", Some(alpha())),
        role("role", "two", "Guest", Some(alpha())),
    ];
    let entitlements = [
        called(id("role", "auditor"), "assigned", "Auditor"),
        called(alpha(), "custom", "Member"),
        called(alpha(), "member", "Member"),
        called(alpha(), "guest", "Guest"),
    ];
    let batch = Batch {
        resources: &resources,
        entitlements: &entitlements,
        ..Batch::default()
    };
    store.write(sync, &[batch]).unwrap();
    finish(&mut store, sync, Ending::Read);
    (place, sync)
}

fn named(resource_type: &str, id: &str) -> NamedResource {
    NamedResource {
        resource_type: resource_type.into(),
        id: id.into(),
    }
}

#[test]
fn a_role_tells_what_it_allows_and_two_of_one_name_tell_nothing() {
    let (place, sync) = place();
    let store = place.reader();
    let mut labels = Labels::new(&store, sync).unwrap();
    let alpha = || named("project", "alpha");
    for (resource, slug, is_only, permissions) in [
        (
            named("role", "auditor"),
            "assigned",
            true,
            &["may auditor"][..],
        ),
        (alpha(), "custom", false, &["may custom"]),
        (alpha(), "member", false, &["may predefined"]),
        (alpha(), "guest", false, &[]),
    ] {
        let slug = slug.to_owned();
        let label = labels.entitlement(&Entitlement { resource, slug }).unwrap();
        let label = label.unwrap();
        assert_eq!(label.permissions, permissions, "{}", label.name);
        assert_eq!(label.is_only, is_only);
    }
}

#[test]
fn a_role_of_no_scope_is_held_everywhere() {
    let (place, sync) = place();
    let store = place.reader();
    let mut labels = Labels::new(&store, sync).unwrap();
    for (kind, name, expected) in [
        ("role", "auditor", true),
        ("role", "of-org", true),
        ("role", "custom", false),
        // Nobody knows where it belongs.
        ("role", "unlisted", false),
        ("project", "alpha", false),
    ] {
        let everywhere = labels.is_role_everywhere(&named(kind, name)).unwrap();
        assert_eq!(everywhere, expected, "{name}");
    }
    assert_eq!(labels.types_with("scope"), ["project"]);
    assert_eq!(labels.resource(&named("role", "unlisted")).unwrap(), None);
}
