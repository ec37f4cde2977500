//! What a sync consists of: calls to make, each page telling the next ones.
//! Pure.

use std::collections::BTreeMap;

use governance_contract::bounds::TEXT_BYTES;
use governance_contract::connector::{Continuation, ListingTarget, Page};
use governance_contract::manifest::{
    Description, EntitlementListing, GrantListing, ResourceType, StaticEntitlement,
};
use governance_contract::model::{
    Entitlement, Exclusion, Gap, GapReason, Reference, Resource, ResourceId, Scope, Subject,
};

use serde::{Deserialize, Serialize};

use super::narrowing::Narrowing;

/// One call to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What to call.
    pub call: Call,
    /// Where to go on; none at the beginning of a listing.
    pub token: Option<String>,
    /// What stays unknown if the call cannot be made.
    pub covers: Vec<Scope>,
    /// The surface that a gap is put down to.
    pub surface: String,
}

/// A listing function with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as in the contract")]
pub enum Call {
    Resources {
        resource_type: String,
        parent: Option<Reference>,
    },
    Entitlements(ListingTarget),
    Grants(ListingTarget),
}

impl Call {
    /// What it lists, and the type of what that is of.
    pub fn lists(&self) -> (Subject, &str) {
        fn of(target: &ListingTarget) -> &str {
            match target {
                ListingTarget::ResourceType(id) => id,
                ListingTarget::Resource(of) => &of.id.resource_type,
            }
        }
        match self {
            Self::Resources { resource_type, .. } => (Subject::Resources, resource_type),
            Self::Entitlements(target) => (Subject::Entitlements, of(target)),
            Self::Grants(target) => (Subject::Grants, of(target)),
        }
    }

    /// The resource that the listing is of.
    pub fn of(&self) -> Option<&Reference> {
        match self {
            Self::Resources { parent, .. } => parent.as_ref(),
            Self::Entitlements(target) | Self::Grants(target) => match target {
                ListingTarget::ResourceType(_) => None,
                ListingTarget::Resource(of) => Some(of),
            },
        }
    }
}

/// The first call of a listing, as it was when it was found. None if a sync of
/// this does not make it.
pub fn beginning(call: &Call, narrowing: &Narrowing<'_>) -> Option<Task> {
    let tasks = match call.of() {
        None => first(narrowing),
        Some(of) => {
            let mut types = narrowing.types().iter();
            let kind = types.find(|it| it.id == of.id.resource_type)?;
            of_resource(narrowing, kind, of)
        }
    };
    tasks.into_iter().find(|it| it.call == *call)
}

/// The calls that a sync begins with.
pub fn first(narrowing: &Narrowing<'_>) -> Vec<Task> {
    let types = narrowing.types();
    let is_child = |id: &str| {
        types
            .iter()
            .any(|it| it.children.iter().any(|child| child == id))
    };
    let mut tasks = Vec::new();
    for kind in types {
        if narrowing.lists(kind) && !is_child(&kind.id) {
            let call = Call::Resources {
                resource_type: kind.id.clone(),
                parent: None,
            };
            tasks.push(task(kind, call, lost_with(types, kind)));
        }
        if !narrowing.wants(kind) {
            continue;
        }
        let target = ListingTarget::ResourceType(kind.id.clone());
        if kind.entitlements == EntitlementListing::PerType {
            let covers = vec![of_type(Subject::Entitlements, kind)];
            tasks.push(task(kind, Call::Entitlements(target.clone()), covers));
        }
        if kind.grants == GrantListing::PerType {
            let covers = vec![of_type(Subject::Grants, kind)];
            tasks.push(task(kind, Call::Grants(target), covers));
        }
    }
    tasks
}

/// The calls that a page leads to: its continuations, and what its resources
/// have to be asked for.
pub fn following(task: &Task, page: &Page, narrowing: &Narrowing<'_>) -> Vec<Task> {
    let go_on = page.next.iter().map(|next| Task {
        call: task.call.clone(),
        token: Some(next.token.clone()),
        covers: covered_by(next, task),
        surface: task.surface.clone(),
    });
    let mut tasks: Vec<_> = go_on.collect();
    for resource in &page.resources {
        let mut types = narrowing.types().iter();
        let kind = types.find(|it| it.id == resource.id.resource_type);
        if let Some(kind) = kind.filter(|kind| narrowing.enters(kind, &resource.id)) {
            let reference = Reference {
                id: resource.id.clone(),
                parent: resource.parent.clone(),
                hint: resource.hint.clone(),
            };
            tasks.extend(of_resource(narrowing, kind, &reference));
        }
    }
    tasks
}

/// A connector that does not say what a token covers loses all of the listing
/// with it.
fn covered_by(next: &Continuation, task: &Task) -> Vec<Scope> {
    match next.covers.is_empty() {
        true => task.covers.clone(),
        false => next.covers.clone(),
    }
}

fn of_resource(narrowing: &Narrowing<'_>, kind: &ResourceType, resource: &Reference) -> Vec<Task> {
    let types = narrowing.types();
    let on_it = |subject| Scope {
        resource_id: Some(resource.id.id.clone()),
        ..of_type(subject, kind)
    };
    let mut tasks = Vec::new();
    let wanted = narrowing.wants(kind);
    if wanted && kind.entitlements == EntitlementListing::PerResource {
        let call = Call::Entitlements(ListingTarget::Resource(resource.clone()));
        tasks.push(task(kind, call, vec![on_it(Subject::Entitlements)]));
    }
    if wanted && kind.grants == GrantListing::PerResource {
        let call = Call::Grants(ListingTarget::Resource(resource.clone()));
        let held = kind.tells.iter().map(|told| Scope {
            principal_type: Some(kind.id.clone()),
            principal_id: Some(resource.id.id.clone()),
            ..told.clone()
        });
        let covers = std::iter::once(on_it(Subject::Grants)).chain(held);
        tasks.push(task(kind, call, covers.collect()));
    }
    let listed = |it: &&ResourceType| kind.children.contains(&it.id) && narrowing.lists(it);
    for child in types.iter().filter(listed) {
        let call = Call::Resources {
            resource_type: child.id.clone(),
            parent: Some(resource.clone()),
        };
        let below = |scope: Scope| match scope.resource_type == Some(kind.id.clone()) {
            true => Scope {
                resource_id: Some(resource.id.id.clone()),
                ..scope
            },
            false => Scope {
                parent: Some(resource.id.clone()),
                ..scope
            },
        };
        let covers = lost_with(types, child).into_iter().map(below);
        tasks.push(task(child, call, covers.collect()));
    }
    tasks
}

fn task(kind: &ResourceType, call: Call, covers: Vec<Scope>) -> Task {
    Task {
        call,
        token: None,
        covers,
        surface: kind.surface.clone(),
    }
}

fn of_type(subject: Subject, kind: &ResourceType) -> Scope {
    Scope {
        subject: Some(subject),
        resource_type: Some(kind.id.clone()),
        ..Scope::default()
    }
}

/// All that is unknown if resources of a type cannot be listed: they and what is
/// on them, what their listing carries, what is listed under any of these, and
/// what these tell of others.
fn lost_with(types: &[ResourceType], kind: &ResourceType) -> Vec<Scope> {
    let mut lost = vec![&kind.id];
    let mut next = 0;
    while let Some(id) = lost.get(next).copied() {
        next += 1;
        for other in types {
            let carried = other.carried_by.as_ref() == Some(id);
            let below = types
                .iter()
                .any(|it| it.id == *id && it.children.contains(&other.id));
            if (carried || below) && !lost.contains(&&other.id) {
                lost.push(&other.id);
            }
        }
    }
    let whole = lost.iter().map(|id| Scope {
        resource_type: Some((*id).clone()),
        ..Scope::default()
    });
    whole.chain(told_by(types, &lost)).collect()
}

/// What listings of these types tell of other types, each once.
fn told_by(types: &[ResourceType], listed: &[&String]) -> Vec<Scope> {
    let telling = types.iter().filter(|it| listed.contains(&&it.id));
    let is_listed = |scope: &Scope| {
        listed
            .iter()
            .any(|id| scope.resource_type.as_ref() == Some(id))
    };
    let mut told: Vec<Scope> = Vec::new();
    for scope in telling.flat_map(|it| &it.tells) {
        if !is_listed(scope) && !told.contains(scope) {
            told.push(scope.clone());
        }
    }
    told
}

/// What is unknown since a call was given up, each scope put down to the surface
/// of its type.
pub fn lost(task: &Task, types: &[ResourceType], reason: GapReason, detail: &str) -> Vec<Gap> {
    let surface = |scope: &Scope| {
        let mut types = types.iter();
        let kind = types.find(|it| Some(&it.id) == scope.resource_type.as_ref());
        kind.map_or(&task.surface, |kind| &kind.surface).clone()
    };
    let end = detail.floor_char_boundary(TEXT_BYTES);
    let gaps = task.covers.iter().map(|scope| Gap {
        surface: surface(scope),
        scope: scope.clone(),
        reason,
        detail: detail[..end].to_owned(),
    });
    gaps.collect()
}

/// The entitlements that each of these resources has by its type.
pub fn static_entitlements(page: &Page, description: &Description) -> Vec<Entitlement> {
    let types: BTreeMap<_, _> = description
        .resource_types
        .iter()
        .map(|kind| (kind.id.as_str(), kind.static_entitlements.as_slice()))
        .collect();
    let of = |resource: &Resource| {
        let declared = types.get(resource.id.resource_type.as_str());
        let id = resource.id.clone();
        declared
            .copied()
            .unwrap_or_default()
            .iter()
            .map(move |declared| static_entitlement(&id, declared))
            .collect::<Vec<_>>()
    };
    page.resources.iter().flat_map(of).collect()
}

/// The entitlement that a resource has by its type.
pub(crate) fn static_entitlement(
    resource: &ResourceId,
    declared: &StaticEntitlement,
) -> Entitlement {
    let exclusion = declared.exclusion.as_ref().map(|it| Exclusion {
        group: match it.per_resource {
            true => format!("{}:{}:{}", it.group, resource.resource_type, resource.id),
            false => it.group.clone(),
        },
        is_default: it.is_default,
    });
    Entitlement {
        resource: resource.clone(),
        slug: declared.slug.clone(),
        name: declared.name.clone(),
        description: declared.description.clone(),
        purpose: declared.purpose,
        grantable_to: declared.grantable_to.clone(),
        exclusion,
    }
}

#[cfg(test)]
mod tests;
