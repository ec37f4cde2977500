//! What a description and a page lead to, as tables of cases.

use governance_contract::manifest::StaticExclusion;
use governance_contract::model::Purpose;
use governance_contract::samples::{description, resource, resource_type};
use governance_store::Asked;

use super::*;

/// `project` is a type of its own with `key` below it; `user` comes with
/// `tenant`.
fn example() -> Description {
    description(vec![
        resource_type("tenant"),
        ResourceType {
            carried_by: Some("tenant".into()),
            ..resource_type("user")
        },
        ResourceType {
            children: vec!["key".into()],
            grants: GrantListing::PerResource,
            ..resource_type("project")
        },
        resource_type("key"),
        ResourceType {
            grants: GrantListing::PerType,
            ..resource_type("group")
        },
    ])
}

/// A sync of these types, or of all.
fn asked(types: &[&str]) -> Asked {
    Asked {
        types: types.iter().map(|it| (*it).into()).collect(),
        within: Vec::new(),
    }
}

fn begun(description: &Description, types: &[&str]) -> Vec<Task> {
    first(&Narrowing::new(description, &asked(types)).unwrap())
}

/// What a page of the listing of projects leads to.
fn followed(page: &Page, description: &Description, types: &[&str]) -> Vec<Task> {
    let asked = asked(types);
    following(
        &projects(),
        page,
        &Narrowing::new(description, &asked).unwrap(),
    )
}

/// The listing of projects.
fn projects() -> Task {
    begun(&example(), &[]).remove(1)
}

fn shown(task: &Task) -> String {
    let target = |of: &ListingTarget| match of {
        ListingTarget::ResourceType(id) => id.clone(),
        ListingTarget::Resource(of) => format!("{}/{}", of.id.resource_type, of.id.id),
    };
    let call = match &task.call {
        Call::Resources {
            resource_type,
            parent,
        } => match parent {
            Some(parent) => format!("resources {resource_type} under {}", parent.id.id),
            None => format!("resources {resource_type}"),
        },
        Call::Entitlements(of) => format!("entitlements {}", target(of)),
        Call::Grants(of) => format!("grants {}", target(of)),
    };
    match &task.token {
        Some(token) => format!("{call} from {token}"),
        None => call,
    }
}

fn types(covers: &[Scope]) -> Vec<&str> {
    covers
        .iter()
        .filter_map(|it| it.resource_type.as_deref())
        .collect()
}

#[test]
fn a_sync_begins_with_what_nothing_else_leads_to() {
    let tasks = begun(&example(), &[]);
    let calls: Vec<_> = tasks.iter().map(shown).collect();
    assert_eq!(
        calls,
        [
            "resources tenant",
            "resources project",
            "resources group",
            "grants group"
        ]
    );
}

#[test]
fn a_listing_that_is_lost_takes_with_it_what_it_carries_and_what_is_below() {
    let tasks = begun(&example(), &[]);
    assert_eq!(types(&tasks[0].covers), ["tenant", "user"]);
    assert_eq!(types(&tasks[1].covers), ["project", "key"]);
    assert_eq!(types(&tasks[3].covers), ["group"]);
    assert_eq!(tasks[3].covers[0].subject, Some(Subject::Grants));
}

#[test]
fn a_page_leads_to_its_continuations_and_to_what_its_resources_hold() {
    let covers = vec![Scope {
        resource_id: Some("p2".into()),
        ..Scope::default()
    }];
    let next = |token: &str, covers: &[Scope]| Continuation {
        token: token.into(),
        covers: covers.to_vec(),
    };
    let page = Page {
        resources: vec![resource("project", "p1")],
        next: vec![next("more", &covers), next("silent", &[])],
        ..Page::default()
    };
    let tasks = followed(&page, &example(), &[]);
    let calls: Vec<_> = tasks.iter().map(shown).collect();
    assert_eq!(
        calls,
        [
            "resources project from more",
            "resources project from silent",
            "grants project/p1",
            "resources key under p1",
        ]
    );
    assert_eq!(tasks[0].covers, covers);
    assert_eq!(tasks[1].covers, projects().covers);
    assert_eq!(tasks[2].covers[0].resource_id.as_deref(), Some("p1"));
    assert_eq!(tasks[3].covers[0].parent.as_ref().unwrap().id, "p1");
}

#[test]
fn a_reference_carries_what_the_page_said() {
    let project = Resource {
        hint: Some("hint".into()),
        ..resource("project", "p1")
    };
    let page = Page {
        resources: vec![project],
        ..Page::default()
    };
    let tasks = followed(&page, &example(), &[]);
    let Call::Grants(ListingTarget::Resource(reference)) = &tasks[0].call else {
        panic!("{:?}", tasks[0]);
    };
    assert_eq!(reference.hint.as_deref(), Some("hint"));
}

#[test]
fn each_resource_has_the_static_entitlements_of_its_type() {
    let entitlement = StaticEntitlement {
        slug: "owner".into(),
        name: "Owner".into(),
        description: None,
        purpose: Purpose::Ownership,
        grantable_to: vec!["user".into()],
        exclusion: Some(StaticExclusion {
            group: "role".into(),
            per_resource: true,
            is_default: false,
        }),
    };
    let project = ResourceType {
        static_entitlements: vec![entitlement],
        ..resource_type("project")
    };
    let page = Page {
        resources: vec![resource("project", "p1"), resource("user", "u1")],
        ..Page::default()
    };
    let description = description(vec![project, resource_type("user")]);
    let made = static_entitlements(&page, &description);
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].resource.id, "p1");
    assert_eq!(made[0].exclusion.as_ref().unwrap().group, "role:project:p1");
}

#[test]
fn a_part_of_a_sync_lists_only_what_leads_to_it() {
    let calls = |types: &[&str]| {
        let begun = begun(&example(), types);
        begun.iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(calls(&["user"]), ["resources user"]);
    assert_eq!(calls(&["key"]), ["resources project"]);
    assert_eq!(calls(&["group"]), ["resources group", "grants group"]);
    let page = Page {
        resources: vec![resource("project", "p1")],
        ..Page::default()
    };
    let calls = |types: &[&str]| {
        let followed = followed(&page, &example(), types);
        followed.iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(calls(&["key"]), ["resources key under p1"]);
    assert_eq!(calls(&["project"]), ["grants project/p1"]);
}

#[test]
fn a_lost_listing_takes_with_it_what_it_would_have_told_of_others() {
    let told = |subject| Scope {
        subject: Some(subject),
        resource_type: Some("project".into()),
        ..Scope::default()
    };
    let description = description(vec![
        ResourceType {
            children: vec!["role".into()],
            ..resource_type("project")
        },
        ResourceType {
            tells: vec![told(Subject::Entitlements), told(Subject::Grants)],
            ..resource_type("role")
        },
        ResourceType {
            tells: vec![told(Subject::Grants)],
            grants: GrantListing::PerResource,
            ..resource_type("group")
        },
    ]);
    let page = |kind: &str, id: &str| Page {
        resources: vec![resource(kind, id)],
        ..Page::default()
    };
    let roles = followed(&page("project", "p1"), &description, &[])
        .remove(0)
        .covers;
    assert_eq!(types(&roles), ["role", "project", "project"]);
    assert_eq!(roles[0].parent.as_ref().unwrap().id, "p1");
    assert_eq!(roles[1].resource_id.as_deref(), Some("p1"));
    assert_eq!(roles[2].subject, Some(Subject::Grants));
    let grants = followed(&page("group", "g1"), &description, &[])
        .remove(0)
        .covers;
    assert_eq!(types(&grants), ["group", "project"]);
    assert_eq!(grants[1].principal_id.as_deref(), Some("g1"));
}

#[test]
fn a_listing_begins_again_as_it_began() {
    let description = example();
    let everything = asked(&[]);
    let narrowing = Narrowing::new(&description, &everything).unwrap();
    let page = Page {
        resources: vec![resource("project", "p1")],
        ..Page::default()
    };
    let tasks = [first(&narrowing), following(&projects(), &page, &narrowing)].concat();
    assert_eq!(tasks.len(), 6);
    for task in tasks {
        assert_eq!(beginning(&task.call, &narrowing), Some(task));
    }
    let unknown = Call::Grants(ListingTarget::ResourceType("pirate".into()));
    assert_eq!(beginning(&unknown, &narrowing), None);
}

#[test]
fn what_is_lost_with_a_call_is_put_down_to_the_surface_of_its_type() {
    let description = description(vec![ResourceType {
        surface: "keys".into(),
        ..resource_type("key")
    }]);
    let of = |kind: &str| Scope {
        resource_type: Some(kind.into()),
        ..Scope::default()
    };
    let task = Task {
        covers: vec![of("key"), of("pirate")],
        surface: "projects".into(),
        ..projects()
    };
    let long = "é".repeat(TEXT_BYTES);
    let gaps = lost(&task, &description.resource_types, GapReason::Plan, &long);
    let told: Vec<_> = gaps.iter().map(|it| it.surface.as_str()).collect();
    assert_eq!(told, ["keys", "projects"]);
    assert!(gaps.iter().all(|it| it.detail.len() <= TEXT_BYTES));
}
