//! A synced organization for tests, and what rules say of it.
//!
//! The sync ended at [`NOW`]; times of resources are days before that.

use std::collections::BTreeMap;

use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::{
    Account, AccountKind, Entitlement, Expansion, Gap, Grant, LastUse, Purpose, Resource, Scope,
    Secret, Status, Subject,
};
use governance_contract::samples::{entitlement, gap, grant, id, resource, resource_type, user};
use governance_store::{Asked, Batch, Ending, Finish, NewSync, Store};

use crate::{Findings, Rules, evaluate};

pub(crate) const DAY: i64 = 86_400;

/// When the sync ended.
pub(crate) const NOW: i64 = 20_000 * DAY;

/// What a sync tells.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) asked: Asked,
    pub(crate) resources: Vec<Resource>,
    pub(crate) entitlements: Vec<Entitlement>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) gaps: Vec<Gap>,
}

impl Told {
    /// What all rules say of it.
    pub(crate) fn findings(&self, rules: &Rules) -> Findings {
        self.answer(|store| evaluate(store, "default", rules, None).unwrap())
    }

    /// What is asked of it. The sync is of a database of its own.
    pub(crate) fn answer<T>(&self, ask: impl FnOnce(&Store) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("governance.db");
        let mut store = Store::open_to_write(&path).unwrap();
        let new = NewSync {
            asked: &self.asked,
            connection: "default",
            connector: "example",
            version: "1",
            component_sha256: "",
            started_at: NOW - 60,
            resource_types: &types(),
        };
        let sync = store.begin_sync(&new).unwrap();
        let batch = Batch {
            resources: &self.resources,
            entitlements: &self.entitlements,
            grants: &self.grants,
            gaps: &self.gaps,
        };
        store.write(sync, &[batch]).unwrap();
        let finish = Finish {
            ending: Ending::Read,
            finished_at: NOW,
            requests: &BTreeMap::new(),
        };
        store.finish_sync(sync, &finish).unwrap();
        drop(store);
        ask(&Store::open_to_read(&path).unwrap())
    }

    /// What one rule of the harness says: the ids of what it finds, and of what
    /// nobody can tell, with a question mark.
    pub(crate) fn said(&self, rule: &str) -> Vec<String> {
        let mut rules = Rules::built_in().unwrap();
        rules.keep(|it| it.id == rule);
        for rule in &mut rules.rules {
            rule.enabled = true;
        }
        shown(&self.findings(&rules))
    }
}

/// What the first rule came to.
pub(crate) fn shown(findings: &Findings) -> Vec<String> {
    let rule = &findings.rules[0];
    let counted = rule.findings.iter().filter(|it| it.exception.is_none());
    let found = counted.map(|it| it.subject.id.clone());
    let unknown = rule.summary.unknown.examples.iter();
    found
        .chain(unknown.map(|it| format!("{}?", it.id)))
        .collect()
}

fn types() -> Vec<ResourceType> {
    [
        ("app", ResourceTrait::App),
        ("user", ResourceTrait::User),
        ("group", ResourceTrait::Group),
        ("role", ResourceTrait::Role),
        ("project", ResourceTrait::Scope),
        ("key", ResourceTrait::Secret),
    ]
    .map(|(id, one)| ResourceType {
        traits: vec![one],
        ..resource_type(id)
    })
    .into()
}

/// A person, in use for years, with an address of its own.
pub(crate) fn person(name: &str) -> Resource {
    made(user(name, &[&format!("{name}@example.org")]), 1_000)
}

pub(crate) fn robot(name: &str) -> Resource {
    let account = Account {
        kind: AccountKind::Service,
        emails: Vec::new(),
        login: None,
    };
    Resource {
        account: Some(account),
        ..made(resource("user", name), 1_000)
    }
}

/// A key of an account, made a hundred days ago.
pub(crate) fn key(name: &str, owner: &str) -> Resource {
    let secret = Secret {
        owner: Some(id("user", owner)),
        redacted_value: None,
    };
    Resource {
        secret: Some(secret),
        ..made(resource("key", name), 100)
    }
}

pub(crate) fn made(resource: Resource, days_ago: i64) -> Resource {
    Resource {
        created_at: Some(NOW - days_ago * DAY),
        ..resource
    }
}

pub(crate) fn used(resource: Resource, days_ago: i64) -> Resource {
    let last_use = LastUse {
        at: NOW - days_ago * DAY,
        using: "api-key".into(),
    };
    Resource {
        last_use: Some(last_use),
        ..resource
    }
}

pub(crate) fn ends(resource: Resource, in_days: i64) -> Resource {
    Resource {
        expires_at: Some(NOW + in_days * DAY),
        ..resource
    }
}

pub(crate) fn is(resource: Resource, status: Status) -> Resource {
    Resource { status, ..resource }
}

/// An entitlement in words: `project:p:owner`, where an owner owns.
pub(crate) fn can_be_held(words: &str) -> Entitlement {
    let (on, slug) = words.rsplit_once(':').unwrap();
    let (kind, name) = on.split_once(':').unwrap();
    let purpose = match slug {
        "owner" => Purpose::Ownership,
        _ => Purpose::Assignment,
    };
    Entitlement {
        purpose,
        ..entitlement(id(kind, name), slug)
    }
}

/// A grant in words: `ada project:p:owner`, who holds what. A holder that is no
/// user has its type. Then `pending`, `fixed`, or `> member` for an expansion.
pub(crate) fn held(words: &str) -> Grant {
    let mut words = words.split_whitespace();
    let holder = words.next().unwrap();
    let (kind, name) = holder.split_once(':').unwrap_or(("user", holder));
    let on = can_be_held(words.next().unwrap());
    let mut grant = grant(on.resource, &on.slug, id(kind, name));
    while let Some(word) = words.next() {
        match word {
            "pending" => grant.pending = true,
            "fixed" => grant.immutable = Some("it comes from above".into()),
            _ => {
                grant.expands = Some(Expansion {
                    slugs: vec![words.next().unwrap().into()],
                    deep: true,
                });
            }
        }
    }
    grant
}

pub(crate) fn all_held(lines: &[&str]) -> Vec<Grant> {
    lines.iter().map(|line| held(line)).collect()
}

/// What could not be read of a type.
pub(crate) fn unread(subject: Subject, kind: &str) -> Gap {
    gap(Scope {
        subject: Some(subject),
        resource_type: Some(kind.into()),
        ..Scope::default()
    })
}
