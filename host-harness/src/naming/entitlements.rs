//! Looking for one entitlement: on which thing, then which one of its.

use governance_contract::connector::ListingTarget;
use governance_contract::manifest::{EntitlementListing, ResourceType};
use governance_contract::model::{
    Entitlement, EntitlementReference, Resource, ResourceId, Scope, Subject,
};

use super::choice::{Fit, fit_name};
use super::directory::{Call, Directory};
use super::error::{Candidate, NamingError};
use super::grammar::EntitlementReading;
use super::{NamedEntitlement, Namer, grammar, reference};
use crate::sync::task::static_entitlement;

impl<D: Directory> Namer<D> {
    /// Finds the one entitlement that a text means.
    ///
    /// # Errors
    /// It means none, several, or nobody knows.
    pub async fn entitlement(&self, text: &str) -> Result<NamedEntitlement, NamingError> {
        let mut readings = grammar::entitlement(text, self.types());
        if readings.is_empty() {
            let problem = "an entitlement is named as `type:thing:slug`";
            return Err(self.unknown_type(text, problem));
        }
        if let Some(exact) = self.exact(text, &readings).await? {
            return Ok(exact);
        }
        // Without a slug it can only be the one of a type that has no others.
        let several = |it: &EntitlementReading<'_, '_>| it.kind.static_entitlements.len() > 1;
        let first = readings.len() == 1;
        readings.retain(|it| it.slug.is_some() || first || !several(it));
        let mut found = Vec::new();
        let mut failures = Vec::new();
        for reading in &readings {
            match self.read(text, reading).await {
                Ok(named) => found.push(named),
                Err(error) => failures.push(error),
            }
        }
        one_of(text, found, failures)
    }

    /// The entitlement that a text is the id of, as far as that needs no search.
    async fn exact(
        &self,
        wanted: &str,
        readings: &[EntitlementReading<'_, '_>],
    ) -> Result<Option<NamedEntitlement>, NamingError> {
        for reading in readings {
            let Some(slug) = reading.slug else { continue };
            let found = self.told_by_id(reading.kind, reading.thing, None).await;
            let found = found.map_err(|error| NamingError::call(wanted, error))?;
            let Some(resource) = found else { continue };
            let known = self
                .known_entitlements(wanted, reading.kind, &resource)
                .await?;
            if let Some(exact) = known.iter().find(|it| it.slug == slug) {
                return Ok(Some(named(&resource, exact)));
            }
        }
        Ok(None)
    }

    async fn read(
        &self,
        wanted: &str,
        reading: &EntitlementReading<'_, '_>,
    ) -> Result<NamedEntitlement, NamingError> {
        let thing = self.of_type(reading.kind, reading.thing, reading.thing, None);
        let resource = thing.await?;
        match reading.slug {
            Some(slug) => self.with_slug(wanted, reading.kind, &resource, slug).await,
            None => self.only(wanted, reading.kind, &resource).await,
        }
    }

    pub(super) async fn with_slug(
        &self,
        wanted: &str,
        kind: &ResourceType,
        resource: &Resource,
        slug: &str,
    ) -> Result<NamedEntitlement, NamingError> {
        let is_exact = |it: &&Entitlement| it.slug == slug;
        let declared = declared(kind, &resource.id);
        if let Some(exact) = declared.iter().find(is_exact) {
            return Ok(named(resource, exact));
        }
        let mut all = self.known_entitlements(wanted, kind, resource).await?;
        let mut missing = Vec::new();
        if !all.iter().any(|it| it.slug == slug) {
            missing = self
                .listed_entitlements(wanted, kind, resource, &mut all)
                .await?;
        }
        if let Some(exact) = all.iter().find(is_exact) {
            return Ok(named(resource, exact));
        }
        pick(wanted, resource, &all, slug, missing)
    }

    /// The entitlement of a resource that has only one.
    async fn only(
        &self,
        wanted: &str,
        kind: &ResourceType,
        resource: &Resource,
    ) -> Result<NamedEntitlement, NamingError> {
        let known = match kind.static_entitlements.as_slice() {
            [] => self.known_entitlements(wanted, kind, resource).await?,
            _ => declared(kind, &resource.id),
        };
        match known.as_slice() {
            [only] => Ok(named(resource, only)),
            several => Err(none_of(wanted, several)),
        }
    }

    /// What is known without a listing: what the type has, and what the
    /// resource's own answer tells.
    async fn known_entitlements(
        &self,
        wanted: &str,
        kind: &ResourceType,
        resource: &Resource,
    ) -> Result<Vec<Entitlement>, NamingError> {
        let mut known = declared(kind, &resource.id);
        let told = self.told(&reference(resource)).await;
        let told = told.map_err(|error| NamingError::call(wanted, error))?;
        let told = told.as_ref().iter().flat_map(|it| &it.entitlements);
        add(&mut known, told.cloned());
        Ok(known)
    }

    /// Adds what listings tell; and says what they could not tell.
    async fn listed_entitlements(
        &self,
        wanted: &str,
        kind: &ResourceType,
        resource: &Resource,
        known: &mut Vec<Entitlement>,
    ) -> Result<Vec<String>, NamingError> {
        let mut missing = Vec::new();
        for call in self.tellers(kind, resource) {
            let listed = self.listed(call).await;
            let listed = listed.map_err(|error| NamingError::call(wanted, error))?;
            let on_it = listed.entitlements.iter();
            add(
                known,
                on_it.filter(|it| it.resource == resource.id).cloned(),
            );
            missing.extend(listed.missing_entitlements(&resource.id));
        }
        Ok(missing)
    }

    /// The listings that tell entitlements of a resource: its own, and those of
    /// its children that say so.
    fn tellers(&self, kind: &ResourceType, resource: &Resource) -> Vec<Call> {
        let own = match kind.entitlements {
            EntitlementListing::WithResources => None,
            EntitlementListing::PerResource => Some(ListingTarget::Resource(reference(resource))),
            EntitlementListing::PerType => Some(ListingTarget::ResourceType(kind.id.clone())),
        };
        let tells = |scope: &Scope| scope.is_about(Subject::Entitlements, &kind.id);
        let children = kind.children.iter().filter_map(|id| self.kind(id));
        let telling = children.filter(|child| child.tells.iter().any(tells));
        let below = telling.map(|child| Call::Resources {
            resource_type: child.id.clone(),
            parent: Some(reference(resource)),
            lookup: None,
        });
        own.map(Call::Entitlements)
            .into_iter()
            .chain(below)
            .collect()
    }
}

/// What every resource of a type has.
fn declared(kind: &ResourceType, id: &ResourceId) -> Vec<Entitlement> {
    let declared = kind.static_entitlements.iter();
    declared.map(|it| static_entitlement(id, it)).collect()
}

fn add(known: &mut Vec<Entitlement>, more: impl Iterator<Item = Entitlement>) {
    for entitlement in more {
        if !known.iter().any(|it| it.slug == entitlement.slug) {
            known.push(entitlement);
        }
    }
}

fn named(resource: &Resource, entitlement: &Entitlement) -> NamedEntitlement {
    NamedEntitlement {
        entitlement: EntitlementReference {
            resource: reference(resource),
            slug: entitlement.slug.clone(),
        },
        grantable_to: entitlement.grantable_to.clone(),
    }
}

/// The one entitlement with this name, as it is written or else in other case.
fn pick(
    wanted: &str,
    resource: &Resource,
    all: &[Entitlement],
    name: &str,
    missing: Vec<String>,
) -> Result<NamedEntitlement, NamingError> {
    let fit = |it: &Entitlement| {
        let either = [&it.slug, &it.name].map(|told| fit_name(told, name));
        either.into_iter().flatten().min()
    };
    let fitting = |wanted| {
        let fits = |it: &&Entitlement| fit(it) == Some(wanted);
        all.iter().filter(fits).collect::<Vec<_>>()
    };
    let exact = fitting(Fit::Name);
    let found = match exact.is_empty() {
        true => fitting(Fit::Folded),
        false => exact,
    };
    let candidates = found.iter().map(|it| candidate(it)).collect();
    match found.as_slice() {
        _ if !missing.is_empty() => Err(NamingError::Incomplete {
            wanted: wanted.to_owned(),
            missing,
            candidates,
        }),
        [only] => Ok(named(resource, only)),
        [] => Err(none_of(wanted, all)),
        _ => Err(NamingError::Ambiguous {
            wanted: wanted.to_owned(),
            candidates,
        }),
    }
}

fn none_of(wanted: &str, all: &[Entitlement]) -> NamingError {
    let slugs: Vec<_> = all.iter().map(|it| it.slug.as_str()).collect();
    NamingError::Form {
        wanted: wanted.to_owned(),
        problem: match slugs.is_empty() {
            true => "nothing can be held there".to_owned(),
            false => "the thing is there, but has no such entitlement".to_owned(),
        },
        hint: format!("it has: {}", slugs.join(", ")),
    }
}

fn candidate(entitlement: &Entitlement) -> Candidate {
    Candidate {
        resource_type: "entitlement".to_owned(),
        id: entitlement.slug.clone(),
        name: entitlement.name.clone(),
        parent: Some(entitlement.resource.clone()),
    }
}

/// The one reading that leads to something. Another one of which nobody knows
/// may lead somewhere, too.
fn one_of(
    wanted: &str,
    mut found: Vec<NamedEntitlement>,
    failures: Vec<NamingError>,
) -> Result<NamedEntitlement, NamingError> {
    let (mut absent, unknown): (Vec<_>, Vec<_>) = failures.into_iter().partition(|error| {
        matches!(
            error,
            NamingError::NotFound { .. } | NamingError::Form { .. }
        )
    });
    if let Some(error) = unknown.into_iter().next() {
        return Err(error);
    }
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => Err(NamingError::Ambiguous {
            wanted: wanted.to_owned(),
            candidates: found.iter().chain([&last]).map(candidate_of).collect(),
        }),
        (None, _) => {
            // A thing that was found says more than one that was not.
            let found = absent
                .iter()
                .position(|error| matches!(error, NamingError::Form { .. }));
            Err(absent.swap_remove(found.unwrap_or(0)))
        }
    }
}

fn candidate_of(named: &NamedEntitlement) -> Candidate {
    let on = &named.entitlement.resource;
    Candidate {
        resource_type: on.id.resource_type.clone(),
        id: on.id.id.clone(),
        name: named.entitlement.slug.clone(),
        parent: on.parent.clone(),
    }
}
