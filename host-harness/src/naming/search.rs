//! Looking for one resource: by e-mail address, by id, by name.

use std::sync::Arc;

use futures::{StreamExt, stream};
use governance_contract::bounds::ID_BYTES;
use governance_contract::connector::Lookup;
use governance_contract::faults::ErrorKind;
use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::{Reference, Resource, ResourceId};

use super::choice::{Fit, Search, fit};
use super::directory::{Call, Directory};
use super::error::NamingError;
use super::listing::Listed;
use super::{Among, Namer, Told, grammar, reference};
use crate::error::CallError;
use crate::policy::Refusal;

/// The natural key that accounts are looked up by.
const EMAIL: &str = "email";
/// Listings of different parents that are read side by side.
const SIDE_BY_SIDE: usize = 4;

/// A place where a text may name something.
#[derive(Clone)]
struct Place<'a, 't> {
    kind: &'a ResourceType,
    parent: Parent,
    text: &'t str,
}

#[derive(Clone)]
enum Parent {
    /// Resources of the type belong to none.
    None,
    /// They do, and to which one is known.
    Known(Reference),
    /// They do, and all parents have to be looked at.
    Any,
}

impl<D: Directory> Namer<D> {
    /// Finds the one resource that a text means.
    pub(super) async fn resource(
        &self,
        text: &str,
        among: &Among<'_>,
    ) -> Result<Resource, NamingError> {
        let within = among.within.as_ref();
        match grammar::typed(text, self.types()) {
            (Some(kind), rest) => self.of_type(kind, rest, text, within).await,
            (None, _) if grammar::is_email(text) => self.account(text, among).await,
            (None, _) => {
                let places = self.places(&among.types, text, within);
                match self.by_id(text, &places).await? {
                    Some(found) => Ok(found),
                    None => self.search(&places).await?.decide(text),
                }
            }
        }
    }

    /// Finds the one resource of a type that a text means.
    pub(super) async fn of_type(
        &self,
        kind: &ResourceType,
        text: &str,
        wanted: &str,
        within: Option<&Reference>,
    ) -> Result<Resource, NamingError> {
        let whole = Place {
            kind,
            parent: self.parent(kind, within),
            text,
        };
        if grammar::is_email(text)
            && let Some(found) = self.by_lookup(wanted, text, &[kind]).await?
        {
            return Ok(found);
        }
        let in_parents = self.in_named_parents(kind, text).await?;
        // Whoever names a parent does not mean all of them.
        let too_wide = !in_parents.is_empty() && matches!(whole.parent, Parent::Any);
        let by_name: Vec<_> = in_parents
            .iter()
            .chain((!too_wide).then_some(&whole))
            .cloned()
            .collect();
        let by_id: Vec<_> = in_parents.into_iter().chain([whole]).collect();
        match self.by_id(wanted, &by_id).await? {
            Some(found) => Ok(found),
            None => self.search(&by_name).await?.decide(wanted),
        }
    }

    /// Finds the account with an e-mail address.
    async fn account(&self, address: &str, among: &Among<'_>) -> Result<Resource, NamingError> {
        if let Some(found) = self.by_lookup(address, address, &among.types).await? {
            return Ok(found);
        }
        let within = among.within.as_ref();
        let places = self.places(&among.types, address, within);
        if let Some(found) = self.by_id(address, &places).await? {
            return Ok(found);
        }
        let others = self.places(&among.or_by_email, address, within);
        let listed: Vec<_> = places
            .into_iter()
            .chain(others)
            .filter(|it| is_account(it.kind) && !has_lookup(it.kind))
            .collect();
        let mut search = self.search(&listed).await?;
        let looked_up = among.types.iter().filter(|it| has_lookup(it));
        search.searched.extend(looked_up.map(|it| it.id.clone()));
        search.decide(address)
    }

    /// The places of types, but for those of which all parents would have to be
    /// looked at: they are only where their type is named.
    fn places<'a, 't>(
        &self,
        types: &[&'a ResourceType],
        text: &'t str,
        within: Option<&Reference>,
    ) -> Vec<Place<'a, 't>> {
        let places = types.iter().map(|kind| Place {
            kind,
            parent: self.parent(kind, within),
            text,
        });
        places
            .filter(|it| !matches!(it.parent, Parent::Any))
            .collect()
    }

    fn parent(&self, kind: &ResourceType, within: Option<&Reference>) -> Parent {
        let parents = self.parents_of(kind);
        let holds = |it: &&Reference| parents.iter().any(|kind| kind.id == it.id.resource_type);
        match within.filter(holds) {
            Some(within) => Parent::Known(within.clone()),
            None if parents.is_empty() => Parent::None,
            None => Parent::Any,
        }
    }

    /// The places that a text means as `parent/name`.
    async fn in_named_parents<'a, 't>(
        &self,
        kind: &'a ResourceType,
        text: &'t str,
    ) -> Result<Vec<Place<'a, 't>>, NamingError> {
        let mut places = Vec::new();
        for (parent, text) in grammar::in_parent(text) {
            for parent_kind in self.parents_of(kind) {
                match Box::pin(self.of_type(parent_kind, parent, parent, None)).await {
                    Ok(found) => places.push(Place {
                        kind,
                        parent: Parent::Known(reference(&found)),
                        text,
                    }),
                    Err(NamingError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(places)
    }

    async fn by_lookup(
        &self,
        wanted: &str,
        address: &str,
        types: &[&ResourceType],
    ) -> Result<Option<Resource>, NamingError> {
        let mut search = Search::default();
        for kind in types.iter().filter(|it| has_lookup(it)) {
            let call = Call::Resources {
                resource_type: kind.id.clone(),
                parent: None,
                lookup: Some(Lookup {
                    key: EMAIL.to_owned(),
                    value: address.to_owned(),
                }),
            };
            self.look(&mut search, kind, call, address)
                .await
                .map_err(|error| NamingError::call(wanted, error))?;
        }
        match search.fitting.is_empty() && search.missing.is_empty() {
            true => Ok(None),
            false => search.decide(wanted).map(Some),
        }
    }

    /// Finds a resource by its id alone. A call that failed matters only if no
    /// other one found it.
    async fn by_id(
        &self,
        wanted: &str,
        places: &[Place<'_, '_>],
    ) -> Result<Option<Resource>, NamingError> {
        let mut search = Search::default();
        let mut failure = None;
        for place in places.iter().filter(|it| is_id(it.text)) {
            let parent = match &place.parent {
                Parent::Known(parent) => Some(parent.id.clone()),
                Parent::None | Parent::Any => None,
            };
            match self.told_by_id(place.kind, place.text, parent).await {
                Ok(Some(found)) => search.fitting.push((Fit::Id, found)),
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        }
        match (search.fitting.is_empty(), failure) {
            (true, Some(error)) => Err(NamingError::call(wanted, error)),
            (true, None) => Ok(None),
            (false, _) => search.decide(wanted).map(Some),
        }
    }

    /// What a text names if it is the id of something that is gone; none if it
    /// does not say of which type it was, or in what.
    pub(super) async fn gone(
        &self,
        text: &str,
        among: &Among<'_>,
    ) -> Result<Option<Reference>, NamingError> {
        let (kind, id) = match grammar::typed(text, self.types()) {
            (Some(kind), id) => (Some(kind), id),
            (None, _) => {
                let looked_up = among.types.iter().find(|it| has_lookup(it));
                (looked_up.filter(|_| grammar::is_email(text)).copied(), text)
            }
        };
        let Some(kind) = kind else { return Ok(None) };
        let (parent, id) = match self.parent(kind, among.within.as_ref()) {
            Parent::None => (None, id),
            Parent::Known(parent) => (Some(parent.id), id),
            Parent::Any => match self.in_named_parents(kind, id).await?.pop() {
                Some(Place {
                    parent: Parent::Known(parent),
                    text,
                    ..
                }) => (Some(parent.id), text),
                _ => return Ok(None),
            },
        };
        // A `/` would make another path of it.
        let fits = is_id(id) && !id.contains('/');
        Ok(fits.then(|| Reference {
            id: ResourceId {
                resource_type: kind.id.clone(),
                id: id.to_owned(),
            },
            parent,
            hint: None,
        }))
    }

    pub(super) async fn told_by_id(
        &self,
        kind: &ResourceType,
        id: &str,
        parent: Option<ResourceId>,
    ) -> Result<Option<Resource>, CallError> {
        let of = Reference {
            id: ResourceId {
                resource_type: kind.id.clone(),
                id: id.to_owned(),
            },
            parent,
            hint: None,
        };
        let told = self.told(&of).await?;
        Ok(told.as_ref().as_ref().map(|it| it.resource.clone()))
    }

    /// What the service tells of one resource; none if there is no such one.
    pub(super) async fn told(&self, of: &Reference) -> Result<Arc<Option<Told>>, CallError> {
        // Whatever hint it is asked with, it is the same.
        let key = Reference {
            hint: None,
            ..of.clone()
        };
        self.told.get(key, self.ask(of)).await
    }

    async fn ask(&self, of: &Reference) -> Result<Option<Told>, CallError> {
        let page = match self.directory.get(of).await {
            Ok(page) => page,
            Err(error) if is_no_such_id(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_it = |it: &&Resource| {
            it.id.resource_type == of.id.resource_type && fit(it, &of.id.id) == Some(Fit::Id)
        };
        let Some(resource) = page.resources.iter().find(is_it) else {
            return Ok(None);
        };
        let on_it = page.entitlements.iter();
        let on_it = on_it.filter(|it| it.resource == resource.id);
        Ok(Some(Told {
            resource: Resource {
                parent: resource.parent.clone().or_else(|| of.parent.clone()),
                ..resource.clone()
            },
            entitlements: on_it.cloned().collect(),
        }))
    }

    /// Looks through the listings of all places.
    async fn search(&self, places: &[Place<'_, '_>]) -> Result<Search, NamingError> {
        let mut search = Search::default();
        for place in places {
            let failed = |error| NamingError::call(place.text, error);
            match &place.parent {
                Parent::None => {
                    let call = of_type(place.kind, None);
                    let looked = self.look(&mut search, place.kind, call, place.text);
                    looked.await.map_err(failed)?;
                    search.searched.push(place.kind.id.clone());
                }
                Parent::Known(parent) => {
                    let call = of_type(place.kind, Some(parent.clone()));
                    let looked = self.look(&mut search, place.kind, call, place.text);
                    looked.await.map_err(failed)?;
                    let within = format!("{} in {}", place.kind.id, parent.id.id);
                    search.searched.push(within);
                }
                Parent::Any => {
                    let looked = self.look_everywhere(&mut search, place);
                    looked.await.map_err(failed)?;
                    search.searched.push(place.kind.id.clone());
                }
            }
        }
        Ok(search)
    }

    async fn look_everywhere(
        &self,
        search: &mut Search,
        place: &Place<'_, '_>,
    ) -> Result<(), CallError> {
        for parent_kind in self.parents_of(place.kind) {
            // Parents that belong to something themselves are found by name only.
            let parents = self.listed(of_type(parent_kind, None)).await?;
            search
                .missing
                .extend(parents.missing_resources(&parent_kind.id, None));
            let parents = parents.resources.iter();
            let calls = parents
                .filter(|it| it.id.resource_type == parent_kind.id)
                .map(|it| of_type(place.kind, Some(reference(it))));
            let mut reading = stream::iter(calls)
                .map(|call| async move { (self.listed(call.clone()).await, call) })
                .buffer_unordered(SIDE_BY_SIDE);
            while let Some((listed, call)) = reading.next().await {
                let listed = listed?;
                take(search, place.kind, &listed, &call, place.text);
                if search.is_decided() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn look(
        &self,
        search: &mut Search,
        kind: &ResourceType,
        call: Call,
        text: &str,
    ) -> Result<(), CallError> {
        let listed = self.listed(call.clone()).await?;
        take(search, kind, &listed, &call, text);
        Ok(())
    }
}

fn take(search: &mut Search, kind: &ResourceType, listed: &Listed, call: &Call, text: &str) {
    let parent = match call {
        Call::Resources { parent, .. } => parent.as_ref().map(|it| &it.id),
        Call::Entitlements(_) => None,
    };
    let of_kind = listed.resources.iter();
    for resource in of_kind.filter(|it| it.id.resource_type == kind.id) {
        search.look(resource, text);
    }
    search
        .missing
        .extend(listed.missing_resources(&kind.id, parent));
}

fn of_type(kind: &ResourceType, parent: Option<Reference>) -> Call {
    Call::Resources {
        resource_type: kind.id.clone(),
        parent,
        lookup: None,
    }
}

fn is_account(kind: &ResourceType) -> bool {
    kind.traits.contains(&ResourceTrait::User)
}

fn has_lookup(kind: &ResourceType) -> bool {
    kind.lookups.iter().any(|key| key == EMAIL)
}

/// The contract's bounds of an id.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= ID_BYTES && !text.chars().any(char::is_control)
}

/// The service has no resource with this id, or cannot have one; or the id fits
/// no route, so that it can be found in a listing only.
fn is_no_such_id(error: &CallError) -> bool {
    match error.refusal() {
        Some(refusal) => matches!(refusal, Refusal::NoRoute { .. }),
        None => matches!(
            error.kind(),
            Some(ErrorKind::NotFound | ErrorKind::InvalidInput(_) | ErrorKind::Unsupported)
        ),
    }
}
