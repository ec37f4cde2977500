use std::sync::Mutex;

use governance_contract::changes::ChangeRequest;
use governance_contract::connector::{Continuation, Page};
use governance_contract::faults::{Delivery, Error, ErrorKind, Party};
use governance_contract::manifest::{
    ChangeKind, Description, OfferedChange, ResourceTrait, StaticEntitlement,
};
use governance_contract::model::{Purpose, ResourceId, Scope, Subject};
use governance_contract::samples::{
    description, entitlement, gap, id, resource, resource_type, user,
};

use super::*;
use crate::provision::desired::Desired;

/// Two projects with roles and robots, people, invitations, and groups.
struct Sample {
    description: Description,
    resources: Vec<Resource>,
    /// Types that cannot be listed.
    closed: Vec<&'static str>,
    calls: Mutex<Vec<String>>,
}

fn offering(of: &[ChangeKind]) -> Vec<OfferedChange> {
    let offered = of.iter().map(|kind| OfferedChange {
        kind: *kind,
        fields: Vec::new(),
        guard: None,
        permissions: Vec::new(),
    });
    offered.collect()
}

fn fixed(slug: &str, name: &str) -> StaticEntitlement {
    StaticEntitlement {
        slug: slug.into(),
        name: name.into(),
        description: None,
        purpose: Purpose::Assignment,
        grantable_to: holders(),
        exclusion: None,
    }
}

fn holders() -> Vec<String> {
    ["user", "group", "robot"].map(str::to_owned).to_vec()
}

fn types() -> Vec<ResourceType> {
    let account = vec![ResourceTrait::User];
    let tells = Scope {
        subject: Some(Subject::Entitlements),
        resource_type: Some("project".into()),
        ..Scope::default()
    };
    vec![
        resource_type("org_role"),
        ResourceType {
            traits: account.clone(),
            lookups: vec!["email".into()],
            changes: offering(&[ChangeKind::DeleteResource]),
            ..resource_type("user")
        },
        ResourceType {
            traits: account.clone(),
            changes: offering(&[ChangeKind::CreateAccount, ChangeKind::DeleteResource]),
            ..resource_type("invitation")
        },
        ResourceType {
            static_entitlements: vec![fixed("member", "Member")],
            ..resource_type("group")
        },
        ResourceType {
            children: vec!["project_role".into()],
            static_entitlements: vec![fixed("owner", "Owner"), fixed("member", "Member")],
            ..resource_type("project")
        },
        ResourceType {
            tells: vec![tells],
            ..resource_type("project_role")
        },
        ResourceType {
            traits: account,
            carried_by: Some("project_role".into()),
            ..resource_type("robot")
        },
    ]
}

fn named(kind: &str, own: &str, name: &str) -> Resource {
    Resource {
        name: name.into(),
        ..resource(kind, own)
    }
}

fn below(kind: &str, own: &str, name: &str, parent: &str) -> Resource {
    Resource {
        parent: Some(id("project", parent)),
        ..named(kind, own, name)
    }
}

fn sample() -> Sample {
    let invited = |own: &str, address: &str| Resource {
        id: id("invitation", own),
        ..user(own, &[address])
    };
    let owner = Resource {
        aliases: vec![id("org_role", "role-owner__org")],
        ..named("org_role", "role-owner", "owner")
    };
    Sample {
        description: description(types()),
        resources: vec![
            owner,
            named("org_role", "role-7", "Billing"),
            Resource {
                hint: Some("seen".into()),
                ..user("u1", &["Ada@example.com"])
            },
            user("u2", &["bob@example.com"]),
            invited("i1", "ada@example.com"),
            invited("i2", "cy@example.com"),
            named("group", "g1", "Engineers"),
            named("group", "g2", "Engineers:member"),
            named("group", "g3", "Twins"),
            named("group", "g4", "Twins"),
            named("project", "p1", "Alpha"),
            named("project", "p2", "Be/ta:x"),
            below("project_role", "r1", "Auditor", "p1"),
            below("project_role", "r2", "Auditor", "p2"),
            below("robot", "s1", "deployer", "p1"),
            below("robot", "s2", "deployer", "p2"),
            below("robot", "s3", "crawler", "p2"),
        ],
        closed: Vec::new(),
        calls: Mutex::default(),
    }
}

impl Sample {
    fn told_of(&self, resources: Vec<Resource>) -> Page {
        let mut entitlements = Vec::new();
        for it in &resources {
            match it.id.resource_type.as_str() {
                "org_role" => entitlements.push(entitlement(it.id.clone(), "assigned")),
                "project_role" => entitlements.extend(it.parent.clone().map(|on| Entitlement {
                    name: it.name.clone(),
                    grantable_to: holders(),
                    ..entitlement(on, &it.id.id)
                })),
                _ => {}
            }
        }
        Page {
            resources,
            entitlements,
            ..Page::default()
        }
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }
}

fn not_found() -> CallError {
    CallError::Connector {
        error: Box::new(Error {
            party: Party::Caller,
            kind: ErrorKind::NotFound,
            message: "there is none".into(),
            hint: None,
            surface: None,
            http_status: Some(404),
            code: None,
            request_id: None,
            delivery: Delivery::Answered,
        }),
        trouble: None,
    }
}

/// Every listing has two pages, and a way that leads to no names.
impl Directory for &Sample {
    fn description(&self) -> &Description {
        &self.description
    }

    async fn get(&self, of: &Reference) -> Result<Page, CallError> {
        self.note(format!("get {}:{}", of.id.resource_type, of.id.id));
        let mut resources = self.resources.iter();
        let found = resources.find(|it| it.id == of.id && it.parent == of.parent);
        let found = found.cloned().ok_or_else(not_found)?;
        Ok(self.told_of(vec![found]))
    }

    async fn list(&self, call: &Call, token: Option<&str>) -> Result<Page, CallError> {
        let Call::Resources {
            resource_type,
            parent,
            lookup,
        } = call
        else {
            return Ok(Page::default());
        };
        let below = parent.as_ref().map(|it| &it.id);
        self.note(format!(
            "list {resource_type}{}",
            below.map(|it| format!(" in {}", it.id)).unwrap_or_default()
        ));
        assert_ne!(token, Some("grants"), "that way leads to no names");
        if self.closed.contains(&resource_type.as_str()) {
            let gaps = vec![gap(Scope {
                resource_type: Some(resource_type.clone()),
                ..Scope::default()
            })];
            return Ok(Page {
                gaps,
                ..Page::default()
            });
        }
        let fits = |it: &&Resource| {
            it.id.resource_type == *resource_type
                && it.parent.as_ref() == below
                && lookup
                    .as_ref()
                    .is_none_or(|key| choice::has_email(it, &key.value))
        };
        let found: Vec<_> = self.resources.iter().filter(fits).cloned().collect();
        let half = found.len().div_ceil(2);
        let way = |token: &str, subject| Continuation {
            token: token.into(),
            covers: vec![Scope {
                subject: Some(subject),
                resource_type: Some(resource_type.clone()),
                ..Scope::default()
            }],
        };
        Ok(match token {
            None => Page {
                next: vec![
                    way("rest", Subject::Resources),
                    way("grants", Subject::Grants),
                ],
                ..self.told_of(found[..half].to_vec())
            },
            Some(_) => self.told_of(found[half..].to_vec()),
        })
    }
}

fn shown(id: &ResourceId) -> String {
    format!("{}:{}", id.resource_type, id.id)
}

fn held(entitlement: &str, principal: &str) -> Desired {
    Desired::Grant {
        entitlement: entitlement.into(),
        principal: principal.into(),
    }
}

/// What a change turns out to mean, in short.
async fn meaning(sample: &Sample, desired: &Desired) -> Result<String, String> {
    let request = Namer::new(sample).change(desired).await;
    let request = request.map_err(|error| {
        let candidates = error.candidates().iter().map(|it| it.id.clone());
        format!("{error} {:?}", candidates.collect::<Vec<_>>())
    })?;
    Ok(match request {
        ChangeRequest::Grant(it) | ChangeRequest::Revoke(it) => {
            let on = shown(&it.entitlement.resource.id);
            format!("{on}:{} {}", it.entitlement.slug, shown(&it.principal.id))
        }
        ChangeRequest::DeleteResource(it) => shown(&it.of.id),
        other => panic!("{other:?}"),
    })
}

#[tokio::test]
async fn what_a_grant_names_is_found() {
    let cases = [
        (
            "project:Alpha:member",
            "ada@example.com",
            "project:p1:member user:u1",
        ),
        ("project:p1:member", "user:u1", "project:p1:member user:u1"),
        (
            "project:alpha:Owner",
            "BOB@example.com",
            "project:p1:owner user:u2",
        ),
        (
            "project:Alpha:Auditor",
            "Engineers",
            "project:p1:r1 group:g1",
        ),
        ("project:Alpha:r1", "g1", "project:p1:r1 group:g1"),
        ("project:Be/ta:x:auditor", "u1", "project:p2:r2 user:u1"),
        (
            "org_role:owner",
            "u1",
            "org_role:role-owner:assigned user:u1",
        ),
        (
            "org_role:Billing:assigned",
            "u1",
            "org_role:role-7:assigned user:u1",
        ),
        (
            "org_role:role-owner__org",
            "u1",
            "org_role:role-owner:assigned user:u1",
        ),
        ("group:g1:member", "u1", "group:g1:member user:u1"),
        (
            "group:Twins's",
            "u1",
            "ERR there is no `Twins's` among group [\"g3\", \"g4\"]",
        ),
        (
            "project:Alpha:member",
            "deployer",
            "project:p1:member robot:s1",
        ),
        ("project:Alpha:member", "s1", "project:p1:member robot:s1"),
        (
            "project:Alpha:member",
            "robot:Alpha/deployer",
            "project:p1:member robot:s1",
        ),
        (
            "project:Be/ta:x:member",
            "robot:Be/ta:x/deployer",
            "project:p2:member robot:s2",
        ),
        ("group:g1", "robot:crawler", "group:g1:member robot:s3"),
        (
            "group:g1",
            "cy@example.com",
            "group:g1:member invitation:i2",
        ),
        (
            "project:Alpha",
            "u1",
            "ERR `project:Alpha` names nothing: the thing is there, but has no such entitlement []",
        ),
        (
            "project:Alpha:pirate",
            "u1",
            "ERR `project:Alpha:pirate` names nothing: the thing is there, but has no such entitlement []",
        ),
        (
            "group:Engineers:member",
            "u1",
            "ERR `group:Engineers:member` may mean 2 things [\"g1\", \"g2\"]",
        ),
        (
            "group:Twins",
            "u1",
            "ERR `Twins` may mean 2 things [\"g3\", \"g4\"]",
        ),
        (
            "group:g1",
            "robot:deployer",
            "ERR `robot:deployer` may mean 2 things [\"s1\", \"s2\"]",
        ),
        (
            "group:g1",
            "crawler",
            "ERR there is no `crawler` among user, group []",
        ),
        (
            "group:g1",
            "eve@example.com",
            "ERR there is no `eve@example.com` among invitation, user []",
        ),
        (
            "pirate:Alpha:member",
            "u1",
            "ERR `pirate:Alpha:member` names nothing: an entitlement is named as `type:thing:slug` []",
        ),
    ];
    let sample = sample();
    for (entitlement, principal, expected) in cases {
        let meant = meaning(&sample, &held(entitlement, principal)).await;
        let meant = meant.unwrap_or_else(|error| format!("ERR {error}"));
        assert_eq!(meant, expected, "{entitlement} {principal}");
    }
}

#[tokio::test]
async fn a_grants_id_is_read_by_what_is_there() {
    let cases = [
        ("project:p1:member:user:u1", "project:p1:member user:u1"),
        ("project:p1:r1:group:g1", "project:p1:r1 group:g1"),
        ("project:p1:member:robot:s1", "project:p1:member robot:s1"),
        (
            "org_role:role-owner:assigned:user:u1",
            "org_role:role-owner:assigned user:u1",
        ),
        ("project:p1:member:user:u9", "ERR"),
        ("project:Alpha:member:user:u1", "ERR"),
        ("project:p1:pirate:user:u1", "ERR"),
        ("nonsense", "ERR"),
    ];
    let sample = sample();
    for (grant, expected) in cases {
        let desired = serde_json::json!({"change": "revoke", "grant": grant});
        let desired: Desired = serde_json::from_value(desired).unwrap();
        let meant = meaning(&sample, &desired).await;
        let meant = meant.unwrap_or_else(|_| "ERR".to_owned());
        assert_eq!(meant, expected, "{grant}");
    }
}

#[tokio::test]
async fn an_invitation_is_meant_only_if_no_account_has_the_address() {
    let sample = sample();
    for (text, expected) in [
        ("ada@example.com", "user:u1"),
        ("cy@example.com", "invitation:i2"),
        ("invitation:ada@example.com", "invitation:i1"),
    ] {
        let of = text.to_owned();
        let attributes = Default::default();
        let desired = Desired::DeleteResource { of, attributes };
        assert_eq!(meaning(&sample, &desired).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_name_is_refused_where_not_all_could_be_read_and_an_id_is_not() {
    let closed = Sample {
        closed: vec!["group"],
        ..sample()
    };
    let by_name = meaning(&closed, &held("project:Alpha:member", "U1")).await;
    let error = by_name.unwrap_err();
    assert!(
        error.contains("not all could be read: all: may not [\"u1\"]"),
        "{error}"
    );
    let by_id = meaning(&closed, &held("project:Alpha:member", "u1")).await;
    assert_eq!(by_id.unwrap(), "project:p1:member user:u1");
    let roles = Sample {
        closed: vec!["user"],
        ..sample()
    };
    let by_email = meaning(&roles, &held("project:Alpha:member", "ada@example.com")).await;
    assert!(by_email.unwrap_err().contains("not all could be read"));
}

#[tokio::test]
async fn a_reference_carries_what_was_read() {
    let sample = sample();
    let namer = Namer::new(&sample);
    let request = namer
        .change(&held("project:Alpha:member", "ada@example.com"))
        .await;
    let Ok(ChangeRequest::Grant(grant)) = request else {
        panic!("{request:?}");
    };
    assert_eq!(grant.principal.hint.as_deref(), Some("seen"));
    let request = namer.change(&held("group:g1", "robot:crawler")).await;
    let Ok(ChangeRequest::Grant(grant)) = request else {
        panic!("{request:?}");
    };
    assert_eq!(grant.principal.parent, Some(id("project", "p2")));
}

#[tokio::test]
async fn what_was_read_is_not_read_again() {
    let sample = sample();
    let namer = Namer::new(&sample);
    for _ in 0..3 {
        let desired = held("project:Alpha:Auditor", "Engineers");
        namer.change(&desired).await.unwrap();
    }
    let mut calls = sample.calls.lock().unwrap().clone();
    let all = calls.len();
    calls.sort_unstable();
    calls.dedup();
    // Listings have two pages each.
    let listings = calls.iter().filter(|it| it.starts_with("list")).count();
    assert_eq!(all, calls.len() + listings, "{calls:?}");
}

#[tokio::test]
async fn an_id_costs_one_call_and_no_listing() {
    let sample = sample();
    let desired = held("project:p1:member", "user:u1");
    Namer::new(&sample).change(&desired).await.unwrap();
    let calls = sample.calls.lock().unwrap().clone();
    assert_eq!(calls, ["get project:p1", "get user:u1"]);
}
