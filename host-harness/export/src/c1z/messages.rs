//! Our rows as baton's messages, package `c1.connector.v2`. The numbers are those
//! of its `.proto` files, read at v0.25.0.
//!
//! | ours | baton's |
//! |---|---|
//! | resource type | `ResourceType`: id 1, display name 2, traits 3, description 5 |
//! | resource | `Resource`: id 1, parent 2, display name 3, annotations 4, description 5, profile 9, status 11, created at 12 |
//! | entitlement | `Entitlement`: resource 1, id 2, display name 3, description 4, grantable to 5, annotations 6, purpose 7, slug 8 |
//! | what somebody holds | `Grant`: entitlement 1, principal 2, id 3, annotations 4, sources 5 |
//! | a grant's expansion | `GrantExpandable`: entitlement ids 1, shallow 2; in a column of its own |
//!
//! The traits of a resource and its profile are in [`super::traits`].

use governance_contract::ids;
use governance_contract::model::ResourceId;
use governance_store::access::{Entitlement, OwnGrant, SourcedRow};
use governance_store::{EntitlementRow, NamedResource, ResourceRow, TypeRow};
use serde_json::{Map, Value, json};

use super::traits;
use super::values::{DESCRIPTION, NAME, any, shown, structure, timestamp};
use super::wire::Message;

/// `ResourceType`. Baton has no trait for what only contains.
pub(crate) fn resource_type(row: &TypeRow) -> Message {
    let traits: Vec<_> = row
        .traits
        .iter()
        .filter_map(|it| traits::number(it))
        .collect();
    Message::new()
        .text(1, &row.id)
        .text(2, &shown(&row.name, NAME))
        .packed(3, &traits)
        .text(5, &shown(&row.description, DESCRIPTION))
}

/// `ResourceId`.
pub(crate) fn resource_id(of: &NamedResource) -> Message {
    Message::new().text(1, &of.resource_type).text(2, &of.id)
}

/// `Resource`. A parent that the file has not is told in the profile.
pub(crate) fn resource(row: &ResourceRow, parent: Option<&NamedResource>) -> Message {
    let id = NamedResource {
        resource_type: row.resource_type.clone(),
        id: row.id.clone(),
    };
    let mut profile = traits::profile(row);
    if let (Some(unknown), None) = (&row.parent, parent) {
        let id = format!("{}:{}", unknown.resource_type, unknown.id);
        profile.insert("parent".to_owned(), json!(id));
    }
    let annotations = traits::annotations(row, &profile);
    Message::new()
        .message(1, resource_id(&id))
        .optional(2, parent.map(resource_id))
        .text(3, &shown(&row.name, NAME))
        .messages(4, annotations)
        .text(
            5,
            &shown(row.description.as_deref().unwrap_or_default(), DESCRIPTION),
        )
        .message(9, structure(&profile))
        .message(11, traits::status(row))
        .optional(12, row.created_at.map(|at| timestamp(at.0)))
}

/// `Entitlement`, with its resource's own message and the types that can hold it.
pub(crate) fn entitlement(row: &EntitlementRow, resource: &[u8], types: &[TypeRow]) -> Message {
    let grantable = types.iter().filter(|it| row.grantable_to.contains(&it.id));
    let name = if row.name.is_empty() {
        &row.slug
    } else {
        &row.name
    };
    Message::new()
        .bytes(1, resource)
        .text(2, &row.id)
        .text(3, &shown(name, NAME))
        .text(
            4,
            &shown(row.description.as_deref().unwrap_or_default(), DESCRIPTION),
        )
        .messages(5, grantable.map(resource_type))
        .messages(6, exclusion(row))
        .number(7, purpose(&row.purpose))
        .text(8, &row.slug)
}

fn purpose(word: &str) -> u64 {
    match word {
        "assignment" => 1,
        "permission" => 2,
        "ownership" => 3,
        _ => 0,
    }
}

/// `EntitlementExclusionGroup`: id 1, is default 3.
fn exclusion(row: &EntitlementRow) -> Option<Message> {
    let group = row.exclusion_group.as_ref()?;
    let annotation = Message::new()
        .text(1, &shown(group, NAME))
        .flag(3, row.exclusion_default == Some(true));
    Some(any("EntitlementExclusionGroup", annotation))
}

/// A `Grant` as the database inside a c1z keeps it.
pub(crate) struct Grant {
    /// `<entitlement id>:<principal type>:<principal id>`
    pub(crate) id: String,
    /// The id of what is held.
    pub(crate) entitlement_id: String,
    /// `Grant`.
    pub(crate) data: Vec<u8>,
    /// `GrantExpandable`.
    pub(crate) expansion: Option<Vec<u8>>,
}

/// What somebody holds, with its sources. Baton's own expansion makes the same
/// of the same grants.
pub(crate) fn grant(row: &SourcedRow) -> Grant {
    let entitlement_id = entitlement_id(&row.entitlement);
    let held_on = resource_id_of(&row.entitlement.resource);
    let id = ids::grant(
        &held_on,
        &row.entitlement.slug,
        &resource_id_of(&row.principal),
    );
    let resource = Message::new().message(1, resource_id(&row.entitlement.resource));
    let entitlement = Message::new().message(1, resource).text(2, &entitlement_id);
    let principal = Message::new().message(1, resource_id(&row.principal));
    let data = Message::new()
        .message(1, entitlement)
        .message(2, principal)
        .text(3, &id)
        .messages(4, annotations(row))
        .optional(5, sources(row, &entitlement_id));
    let expansion = row.own.as_ref().and_then(|own| expandable(row, own));
    Grant {
        id,
        entitlement_id,
        data: data.into_bytes(),
        expansion: expansion.map(Message::into_bytes),
    }
}

/// `GrantImmutable` (metadata 2) of what cannot be revoked here, and
/// `GrantMetadata` (metadata 1) of what baton has no field for.
fn annotations(row: &SourcedRow) -> impl Iterator<Item = Message> {
    let immutable = immutable(row).map(|metadata| {
        let metadata = (!metadata.is_empty()).then(|| structure(&metadata));
        any("GrantImmutable", Message::new().optional(2, metadata))
    });
    let metadata = metadata(row);
    let metadata = (!metadata.is_empty()).then(|| {
        any(
            "GrantMetadata",
            Message::new().message(1, structure(&metadata)),
        )
    });
    immutable.into_iter().chain(metadata)
}

/// What is held without a grant of its own is immutable, as is what is inherited.
fn immutable(row: &SourcedRow) -> Option<Map<String, Value>> {
    let Some(own) = &row.own else {
        return Some(Map::new());
    };
    let reason = match &own.immutable {
        Some(reason) => reason,
        None if own.directness == "inherited" => "inherited",
        None => return None,
    };
    Some(Map::from_iter([("reason".to_owned(), json!(reason))]))
}

fn metadata(row: &SourcedRow) -> Map<String, Value> {
    let mut metadata = Map::new();
    if !row.effective {
        metadata.insert("effective".to_owned(), json!(false));
    }
    let Some(own) = &row.own else {
        return metadata;
    };
    if own.directness != "direct" {
        metadata.insert("directness".to_owned(), json!(own.directness));
    }
    if !own.told_sources.is_empty() {
        metadata.insert("sources".to_owned(), json!(own.told_sources));
    }
    if let Some(at) = own.expires_at {
        metadata.insert("expires_at".to_owned(), json!(at));
    }
    metadata
}

/// `GrantSources`: a map 1 from entitlement ids to messages of `is_direct` 1. A
/// grant that also comes from elsewhere names itself.
fn sources(row: &SourcedRow, entitlement_id: &str) -> Option<Message> {
    if row.sources.is_empty() {
        return None;
    }
    let own = row.own.iter().map(|_| (entitlement_id.to_owned(), true));
    let others = row
        .sources
        .iter()
        .map(|it| (self::entitlement_id(&it.entitlement), it.direct));
    let mut sources: Vec<_> = own.chain(others).collect();
    sources.sort();
    let entries = sources.into_iter().map(|(id, direct)| {
        let source = Message::new().flag(1, direct);
        Message::new().set_text(1, &id).message(2, source)
    });
    Some(Message::new().messages(1, entries))
}

fn expandable(row: &SourcedRow, own: &OwnGrant) -> Option<Message> {
    if own.expands.is_empty() {
        return None;
    }
    let mut expandable = Message::new();
    for slug in &own.expands {
        let id = ids::entitlement(&resource_id_of(&row.principal), slug);
        expandable = expandable.text(1, &id);
    }
    Some(expandable.flag(2, own.expands_deep != Some(true)))
}

fn entitlement_id(of: &Entitlement) -> String {
    ids::entitlement(&resource_id_of(&of.resource), &of.slug)
}

fn resource_id_of(named: &NamedResource) -> ResourceId {
    ResourceId {
        resource_type: named.resource_type.clone(),
        id: named.id.clone(),
    }
}
