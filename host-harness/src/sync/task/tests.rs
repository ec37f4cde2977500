//! What a description and a page lead to, as tables of cases.

use super::*;

fn kind(id: &str, children: &[&str], carried_by: Option<&str>) -> ResourceType {
    ResourceType {
        id: id.into(),
        name: id.into(),
        description: String::new(),
        traits: Vec::new(),
        children: children.iter().map(|it| (*it).into()).collect(),
        carried_by: carried_by.map(Into::into),
        static_entitlements: Vec::new(),
        entitlements: EntitlementListing::WithResources,
        grants: GrantListing::WithResources,
        lookups: Vec::new(),
        changes: Vec::new(),
        surface: id.into(),
    }
}

fn description(resource_types: Vec<ResourceType>) -> Description {
    Description {
        name: "example".into(),
        service: "Example".into(),
        version: "1.0.0".into(),
        resource_types,
        surfaces: Vec::new(),
        fields: Vec::new(),
        routes: Vec::new(),
        credentials: Vec::new(),
        visibility_seconds: 0,
        events: false,
    }
}

fn example() -> Description {
    let project = ResourceType {
        grants: GrantListing::PerResource,
        ..kind("project", &["key"], None)
    };
    let group = ResourceType {
        grants: GrantListing::PerType,
        ..kind("group", &[], None)
    };
    description(vec![
        kind("tenant", &[], None),
        kind("user", &[], Some("tenant")),
        project,
        kind("key", &[], None),
        group,
    ])
}

fn resource(resource_type: &str, id: &str) -> Resource {
    Resource {
        id: ResourceId {
            resource_type: resource_type.into(),
            id: id.into(),
        },
        parent: None,
        aliases: Vec::new(),
        hint: Some("hint".into()),
        name: id.into(),
        description: None,
        status: governance_contract::model::Status::Active,
        managed_by: governance_contract::model::Management::NotTold,
        created_at: None,
        expires_at: None,
        last_use: None,
        account: None,
        secret: None,
        permissions: Vec::new(),
        attributes: "{}".into(),
    }
}

fn page(resources: Vec<Resource>, next: Vec<Continuation>) -> Page {
    Page {
        resources,
        entitlements: Vec::new(),
        grants: Vec::new(),
        gaps: Vec::new(),
        next,
        tenant: None,
        notes: Vec::new(),
    }
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
    let tasks = first(&example());
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
    let tasks = first(&example());
    assert_eq!(types(&tasks[0].covers), ["tenant", "user"]);
    assert_eq!(types(&tasks[1].covers), ["project", "key"]);
    assert_eq!(types(&tasks[3].covers), ["group"]);
    assert_eq!(tasks[3].covers[0].subject, Some(Subject::Grants));
}

#[test]
fn a_page_leads_to_its_continuations_and_to_what_its_resources_hold() {
    let description = example();
    let task = first(&description).remove(1);
    let covers = vec![Scope {
        resource_id: Some("p2".into()),
        ..anything()
    }];
    let next = vec![
        Continuation {
            token: "more".into(),
            covers: covers.clone(),
        },
        Continuation {
            token: "silent".into(),
            covers: Vec::new(),
        },
    ];
    let tasks = following(
        &task,
        &page(vec![resource("project", "p1")], next),
        &description,
    );
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
    assert_eq!(tasks[1].covers, task.covers);
    assert_eq!(tasks[0].depth, 1);
    assert_eq!(tasks[2].covers[0].resource_id.as_deref(), Some("p1"));
    assert_eq!(tasks[3].covers[0].parent.as_ref().unwrap().id, "p1");
}

#[test]
fn a_reference_carries_what_the_page_said() {
    let description = example();
    let task = first(&description).remove(1);
    let tasks = following(
        &task,
        &page(vec![resource("project", "p1")], Vec::new()),
        &description,
    );
    let Call::Grants(ListingTarget::Resource(reference)) = &tasks[0].call else {
        panic!("{:?}", tasks[0]);
    };
    assert_eq!(reference.hint.as_deref(), Some("hint"));
}

#[test]
fn each_resource_has_the_static_entitlements_of_its_type() {
    use governance_contract::manifest::StaticExclusion;
    use governance_contract::model::Purpose;
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
        ..kind("project", &[], None)
    };
    let page = page(
        vec![resource("project", "p1"), resource("user", "u1")],
        Vec::new(),
    );
    let made = static_entitlements(&page, &description(vec![project, kind("user", &[], None)]));
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].resource.id, "p1");
    assert_eq!(made[0].exclusion.as_ref().unwrap().group, "role:project:p1");
}
