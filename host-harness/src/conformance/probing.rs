//! The calls beside the listings: lookups, single resources, nonsense, checks.

use std::collections::{BTreeMap, BTreeSet};

use governance_contract::connector::{ListingTarget, Lookup};
use governance_contract::manifest::{EntitlementListing, GrantListing, ResourceType};
use governance_contract::model::{Reference, Resource, ResourceId};
use governance_store::Asked;

use super::asking::{Asker, name, shown};
use super::finding::{Got, LookedUp, MadeUp, made_up, value};
use super::refusals::{Nonsense, Wrong};
use super::structure::Alone;
use super::surfaces::Checked;
use super::told::Told;
use super::walk::walk;
use crate::clock::now;
use crate::connection::Connection;
use crate::error::CallError;
use crate::sync::task::Call;

/// What no service has.
const NOBODY: &str = "nobody-1f6c2a90@conformance.invalid";
const GARBAGE: &str = "not a token of this connector";

/// Some resources of each type, spread over all that were listed. A child whose
/// parent was not told cannot be asked for.
pub(super) fn sample<'a>(told: &Told<'a>, size: usize) -> Vec<&'a Resource> {
    let mut by_type: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    let types = &told.description.resource_types;
    let is_child = |of: &str| types.iter().any(|it| it.children.iter().any(|id| id == of));
    let complete = |it: &&Resource| it.parent.is_some() || !is_child(&it.id.resource_type);
    for resource in told.resources().filter(complete) {
        let of_type = by_type.entry(&resource.id.resource_type).or_default();
        of_type.push(resource);
    }
    let spread = |of_type: Vec<&'a Resource>| {
        let step = of_type.len().div_ceil(size.max(1)).max(1);
        of_type.into_iter().step_by(step).take(size)
    };
    by_type.into_values().flat_map(spread).collect()
}

fn reference(resource: &Resource) -> Reference {
    Reference {
        id: resource.id.clone(),
        parent: resource.parent.clone(),
        hint: resource.hint.clone(),
    }
}

/// Looks up sampled accounts, and somebody who does not exist.
pub(super) async fn look_up(
    asker: &mut Asker<'_>,
    told: &Told<'_>,
    sample: &[&Resource],
) -> Result<Vec<LookedUp>, CallError> {
    let mut wanted = Vec::new();
    for kind in &told.description.resource_types {
        for key in &kind.lookups {
            let of_type = sample.iter().filter(|it| it.id.resource_type == kind.id);
            let known = of_type.filter_map(|it| {
                let value = value(it.account.as_ref()?, key)?;
                Some((kind, key, value, Some(it.id.clone())))
            });
            wanted.extend(known);
            if matches!(key.as_str(), "email" | "login") {
                wanted.push((kind, key, NOBODY.to_owned(), None));
            }
        }
    }
    let mut looked_up = Vec::new();
    for (kind, key, value, expected) in wanted {
        let lookup = Lookup {
            key: key.clone(),
            value,
        };
        let call = async |it: &Connection| {
            let listed = it.list_resources(now(), &kind.id, None, Some(&lookup), None);
            listed.await
        };
        let what = format!("the {} with the {key} {}", kind.id, lookup.value);
        let answer = asker.ask(what, true, call).await?;
        looked_up.push(LookedUp {
            resource_type: kind.id.clone(),
            lookup,
            expected,
            result: answer.result,
        });
    }
    Ok(looked_up)
}

/// Reads sampled resources one by one.
pub(super) async fn get(
    asker: &mut Asker<'_>,
    sample: &[&Resource],
) -> Result<Vec<Got>, CallError> {
    let mut got = Vec::new();
    for resource in sample {
        let of = reference(resource);
        let call = async |it: &Connection| it.get_resource(now(), &of).await;
        let answer = asker.ask(shown(&of.id), false, call).await?;
        got.push(Got {
            listed: (*resource).clone(),
            result: answer.result,
        });
    }
    Ok(got)
}

/// Asks for one resource of each sampled type that does not exist.
pub(super) async fn get_made_up(
    asker: &mut Asker<'_>,
    told: &Told<'_>,
    sample: &[&Resource],
) -> Result<Vec<MadeUp>, CallError> {
    let mut types = BTreeSet::new();
    let mut asked = Vec::new();
    for resource in sample {
        let id = ResourceId {
            resource_type: resource.id.resource_type.clone(),
            id: made_up(&resource.id.id),
        };
        if told.find(&id).is_some() || !types.insert(&resource.id.resource_type) {
            continue;
        }
        let of = Reference {
            id,
            parent: resource.parent.clone(),
            hint: None,
        };
        let call = async |it: &Connection| it.get_resource(now(), &of).await;
        let answer = asker.ask(shown(&of.id), false, call).await?;
        asked.push(MadeUp {
            id: of.id,
            result: answer.result,
        });
    }
    Ok(asked)
}

/// Lists each type that another one carries by itself, below a few parents.
pub(super) async fn list_alone(
    asker: &mut Asker<'_>,
    told: &Told<'_>,
    size: usize,
) -> Result<Vec<Alone>, CallError> {
    let mut listed = Vec::new();
    let types = &told.description.resource_types;
    for kind in types.iter().filter(|it| it.carried_by.is_some()) {
        let of_type = told.resources().filter(|it| it.id.resource_type == kind.id);
        let parents: BTreeSet<_> = of_type
            .filter_map(|it| Some(&it.parent.as_ref()?.id))
            .collect();
        let within: Vec<_> = parents.into_iter().take(size).cloned().collect();
        let asked = Asked {
            types: vec![kind.id.clone()],
            within: within.clone(),
        };
        listed.push(Alone {
            resource_type: kind.id.clone(),
            within,
            walk: walk(asker, &asked).await?,
        });
    }
    Ok(listed)
}

/// Checks every surface.
pub(super) async fn check(asker: &mut Asker<'_>) -> Result<Vec<Checked>, CallError> {
    let mut checked = Vec::new();
    for surface in &asker.connection.description().surfaces {
        let id = &surface.id;
        let call = async |it: &Connection| it.check(now(), id).await;
        let answer = asker.ask(format!("the check of {id}"), false, call).await?;
        checked.push(Checked {
            surface: id.clone(),
            result: answer.result,
        });
    }
    Ok(checked)
}

/// Makes calls that make no sense.
pub(super) async fn nonsense(
    asker: &mut Asker<'_>,
    sample: &[&Resource],
) -> Result<Vec<Nonsense>, CallError> {
    let types = &asker.connection.description().resource_types;
    let mut calls = Vec::new();
    for (call, token) in listings(types, sample) {
        let wrong = match token {
            Some(_) => Wrong::Token,
            None => Wrong::Argument,
        };
        let what = match token {
            Some(_) => format!("{}, at a made-up token", name(&call)),
            None => format!("{}, which is none", name(&call)),
        };
        let answer = asker.list(&call, token).await?;
        calls.push(Nonsense {
            what,
            wrong,
            requests: answer.requests,
            error: answer.result.err(),
        });
    }
    calls.extend(unknown_names(asker, types).await?);
    Ok(calls)
}

/// Listings of unknown types and of children without a parent, and those that
/// can be made with a made-up token.
fn listings(types: &[ResourceType], sample: &[&Resource]) -> Vec<(Call, Option<&'static str>)> {
    let of = |resource_type: &str, parent| Call::Resources {
        resource_type: resource_type.to_owned(),
        parent,
    };
    let mut listings = vec![(of(&unknown_type(types), None), None)];
    for kind in types {
        let parent = types.iter().find(|it| it.children.contains(&kind.id));
        let Some(parent) = parent else {
            listings.push((of(&kind.id, None), Some(GARBAGE)));
            continue;
        };
        listings.push((of(&kind.id, None), None));
        let below = sample.iter().find(|it| it.id.resource_type == parent.id);
        if let Some(below) = below {
            listings.push((of(&kind.id, Some(reference(below))), Some(GARBAGE)));
        }
    }
    for kind in types {
        let Some(one) = sample.iter().find(|it| it.id.resource_type == kind.id) else {
            continue;
        };
        let of = ListingTarget::Resource(reference(one));
        if kind.grants == GrantListing::PerResource {
            listings.push((Call::Grants(of.clone()), Some(GARBAGE)));
        }
        if kind.entitlements == EntitlementListing::PerResource {
            listings.push((Call::Entitlements(of), Some(GARBAGE)));
        }
    }
    listings
}

/// Asks by names that nobody declared.
async fn unknown_names(
    asker: &mut Asker<'_>,
    types: &[ResourceType],
) -> Result<Vec<Nonsense>, CallError> {
    let of = Reference {
        id: ResourceId {
            resource_type: unknown_type(types),
            id: "1".to_owned(),
        },
        parent: None,
        hint: None,
    };
    let get = async |it: &Connection| it.get_resource(now(), &of).await.map(drop);
    let what = "a resource of an unknown type".to_owned();
    let mut calls = vec![refused(asker, what, get).await?];
    let check = async |it: &Connection| it.check(now(), "no-such-surface").await.map(drop);
    let what = "the check of an unknown surface".to_owned();
    calls.push(refused(asker, what, check).await?);
    if let Some(kind) = types.iter().find(|it| !it.lookups.is_empty()) {
        let lookup = Lookup {
            key: "no-such-key".to_owned(),
            value: NOBODY.to_owned(),
        };
        let look_up = async |it: &Connection| {
            let listed = it.list_resources(now(), &kind.id, None, Some(&lookup), None);
            listed.await.map(drop)
        };
        let what = format!("the {} with an unknown key", kind.id);
        calls.push(refused(asker, what, look_up).await?);
    }
    Ok(calls)
}

async fn refused(
    asker: &mut Asker<'_>,
    what: String,
    call: impl AsyncFn(&Connection) -> Result<(), CallError>,
) -> Result<Nonsense, CallError> {
    let answer = asker.ask(what.clone(), false, call).await?;
    Ok(Nonsense {
        what,
        wrong: Wrong::Argument,
        requests: answer.requests,
        error: answer.result.err(),
    })
}

/// A type that there is not.
fn unknown_type(types: &[ResourceType]) -> String {
    let mut name = "no_such_type".to_owned();
    while types.iter().any(|it| it.id == name) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::{description, resource, resource_type};

    use super::super::fixtures::{page, walk};
    use super::*;

    #[test]
    fn a_sample_has_some_of_each_type_from_all_over() {
        let description = description(vec![resource_type("user"), resource_type("team")]);
        let users = (0..100).map(|number| resource("user", &format!("{number:03}")));
        let all = users.chain([resource("team", "t")]).collect();
        let walk = walk(vec![page(all)]);
        let told = Told::new(&description, &walk);
        let ids: Vec<_> = sample(&told, 3).iter().map(|it| &*it.id.id).collect();
        assert_eq!(ids, ["t", "000", "034", "068"]);
        assert!(sample(&told, 0).is_empty());
    }

    #[test]
    fn every_way_to_begin_a_listing_is_tried_with_a_made_up_token() {
        let types = [
            ResourceType {
                children: vec!["badge".into()],
                grants: GrantListing::PerResource,
                ..resource_type("team")
            },
            resource_type("badge"),
        ];
        let team = resource("team", "t");
        let tried: Vec<_> = listings(&types, &[&team])
            .into_iter()
            .map(|(call, token)| (name(&call), token.is_some()))
            .collect();
        let expected = [
            ("the list of no_such_type", false),
            ("the list of team", true),
            ("the list of badge", false),
            ("the list of badge below team:t", true),
            ("the grants of team:t", true),
        ];
        assert_eq!(
            tried,
            expected.map(|(name, token)| (name.to_owned(), token))
        );
    }
}
