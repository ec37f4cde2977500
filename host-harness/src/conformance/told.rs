//! What a full reading told, put together for the rules to look things up in.

use std::collections::HashMap;

use governance_contract::changes::GrantChange;
use governance_contract::ids;
use governance_contract::manifest::{Description, ResourceType};
use governance_contract::model::{Entitlement, Gap, Grant, Resource, ResourceId, Scope, Subject};

use super::walk::Walk;
use crate::sync::task::static_entitlements;

/// All that was told.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) description: &'a Description,
    /// Every time that a resource was told.
    pub(super) tellings: Vec<&'a Resource>,
    resources: HashMap<&'a ResourceId, &'a Resource>,
    aliases: HashMap<&'a ResourceId, &'a ResourceId>,
    /// Every time that an entitlement was listed.
    pub(super) listed: Vec<&'a Entitlement>,
    /// Listed and static ones, by id.
    entitlements: HashMap<String, Entitlement>,
    pub(super) grants: Vec<&'a Grant>,
    pub(super) gaps: Vec<&'a Gap>,
    /// The scopes of gaps and of calls that failed.
    unknown: Vec<&'a Scope>,
}

impl<'a> Told<'a> {
    pub(super) fn new(description: &'a Description, walk: &'a Walk) -> Self {
        let mut told = Self {
            description,
            tellings: Vec::new(),
            resources: HashMap::new(),
            aliases: HashMap::new(),
            listed: Vec::new(),
            entitlements: HashMap::new(),
            grants: Vec::new(),
            gaps: Vec::new(),
            unknown: Vec::new(),
        };
        for visit in &walk.visits {
            let Ok(page) = &visit.result else {
                told.unknown.extend(&visit.task.covers);
                continue;
            };
            for resource in &page.resources {
                told.resource(resource);
            }
            told.listed.extend(&page.entitlements);
            told.grants.extend(&page.grants);
            told.gaps.extend(&page.gaps);
            told.unknown.extend(page.gaps.iter().map(|gap| &gap.scope));
            let fixed = static_entitlements(page, description);
            for entitlement in fixed.into_iter().chain(page.entitlements.iter().cloned()) {
                let id = ids::entitlement(&entitlement.resource, &entitlement.slug);
                told.entitlements.insert(id, entitlement);
            }
        }
        told
    }

    /// The telling with a parent stands, else the later one.
    fn resource(&mut self, resource: &'a Resource) {
        self.tellings.push(resource);
        let known = self.resources.get(&resource.id);
        if resource.parent.is_some() || known.is_none_or(|it| it.parent.is_none()) {
            self.resources.insert(&resource.id, resource);
        }
        for alias in &resource.aliases {
            self.aliases.insert(alias, &resource.id);
        }
    }

    /// Every resource, once.
    pub(super) fn resources(&self) -> impl Iterator<Item = &'a Resource> {
        self.tellings.iter().copied().filter(|it| {
            self.find(&it.id)
                .is_some_and(|stands| std::ptr::eq(stands, *it))
        })
    }

    /// The resource with this id or alias.
    pub(super) fn find(&self, id: &ResourceId) -> Option<&'a Resource> {
        let by_alias = || self.resources.get(self.aliases.get(id)?);
        self.resources.get(id).or_else(by_alias).copied()
    }

    /// The entitlement, listed or static, of the resource with this id or alias.
    pub(super) fn entitlement(&self, resource: &ResourceId, slug: &str) -> Option<&Entitlement> {
        let of = |id: &ResourceId| self.entitlements.get(&ids::entitlement(id, slug));
        of(resource).or_else(|| of(&self.find(resource)?.id))
    }

    /// Every entitlement, listed or static.
    pub(super) fn entitlements(&self) -> impl Iterator<Item = &Entitlement> {
        self.entitlements.values()
    }

    /// What is declared of a type.
    pub(super) fn kind(&self, resource_type: &str) -> Option<&'a ResourceType> {
        let mut types = self.description.resource_types.iter();
        types.find(|kind| kind.id == resource_type)
    }

    /// Whether it is left open that there is such a resource.
    pub(super) fn may_exist(&self, id: &ResourceId) -> bool {
        self.is_open(&fact_of(Subject::Resources, id))
    }

    /// Whether it is left open that there is such an entitlement.
    pub(super) fn may_be_held(&self, resource: &ResourceId, slug: &str) -> bool {
        self.is_open(&Scope {
            parent: self.find(resource).and_then(|it| it.parent.clone()),
            slug: Some(slug.to_owned()),
            ..fact_of(Subject::Entitlements, resource)
        })
    }

    /// Whether it is left open that somebody holds this.
    pub(super) fn may_be_granted(&self, grant: &GrantChange) -> bool {
        let resource = &grant.entitlement.resource.id;
        self.is_open(&Scope {
            parent: self.find(resource).and_then(|it| it.parent.clone()),
            slug: Some(grant.entitlement.slug.clone()),
            principal_type: Some(grant.principal.id.resource_type.clone()),
            principal_id: Some(grant.principal.id.id.clone()),
            ..fact_of(Subject::Grants, resource)
        })
    }

    fn is_open(&self, fact: &Scope) -> bool {
        self.unknown.iter().any(|scope| matches(scope, fact))
    }
}

/// A fact about a resource whose parent is not known.
pub(super) fn fact_of(subject: Subject, id: &ResourceId) -> Scope {
    Scope {
        subject: Some(subject),
        resource_type: Some(id.resource_type.clone()),
        resource_id: Some(id.id.clone()),
        ..Scope::default()
    }
}

/// Whether a scope takes in a fact. A fact without a parent may have any.
pub(super) fn matches(scope: &Scope, fact: &Scope) -> bool {
    fn narrows<T: PartialEq>(scope: Option<&T>, fact: Option<&T>) -> bool {
        scope.is_none() || scope == fact
    }
    narrows(scope.subject.as_ref(), fact.subject.as_ref())
        && narrows(scope.resource_type.as_ref(), fact.resource_type.as_ref())
        && narrows(scope.resource_id.as_ref(), fact.resource_id.as_ref())
        && (fact.parent.is_none() || narrows(scope.parent.as_ref(), fact.parent.as_ref()))
        && narrows(scope.slug.as_ref(), fact.slug.as_ref())
        && narrows(scope.principal_type.as_ref(), fact.principal_type.as_ref())
        && narrows(scope.principal_id.as_ref(), fact.principal_id.as_ref())
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::{description, id, resource, resource_type};

    use super::super::fixtures::{page, walk};
    use super::*;

    #[test]
    fn a_scope_takes_in_what_it_does_not_exclude() {
        let fact = Scope {
            slug: Some("member".into()),
            parent: Some(id("org", "o")),
            ..fact_of(Subject::Grants, &id("team", "t"))
        };
        let all = Scope::default();
        let teams = Scope {
            resource_type: Some("team".into()),
            ..Scope::default()
        };
        let here = Scope {
            parent: Some(id("org", "o")),
            ..teams.clone()
        };
        let elsewhere = Scope {
            parent: Some(id("org", "p")),
            ..teams.clone()
        };
        let resources = Scope {
            subject: Some(Subject::Resources),
            ..teams.clone()
        };
        for (scope, expected) in [
            (&all, true),
            (&teams, true),
            (&here, true),
            (&elsewhere, false),
            (&resources, false),
        ] {
            assert_eq!(matches(scope, &fact), expected, "{scope:?}");
        }
        let orphan = Scope {
            parent: None,
            ..fact
        };
        assert!(matches(&elsewhere, &orphan), "its parent may be that one");
    }

    #[test]
    fn a_resource_is_found_by_its_alias_and_stands_with_its_parent() {
        let description = description(vec![resource_type("user")]);
        let below = Resource {
            parent: Some(id("user", "boss")),
            aliases: vec![id("user", "other")],
            ..resource("user", "ada")
        };
        let walk = walk(vec![page(vec![below.clone(), resource("user", "ada")])]);
        let told = Told::new(&description, &walk);
        assert_eq!(told.find(&id("user", "other")), Some(&below));
        assert_eq!(told.resources().count(), 1);
        assert_eq!(told.tellings.len(), 2);
    }
}
