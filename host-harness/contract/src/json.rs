//! Changes and outcomes as JSON, for people, plan files and the journal: keys
//! and words as in the WIT, with `_` for `-` in keys; times as RFC 3339;
//! `attributes` as the object that it is. A fact that is not told is `null`.
//!
//! | what | keys are those of |
//! |---|---|
//! | [`change`], [`read_change`] | the case of `change-request`, which is the value of `change` |
//! | [`outcome`] | `outcome`, without the values of its secrets |
//! | [`outcome_with_secrets`] | the same, with them |
//! | [`grant`], [`resource`] | `harness list --json` |
//! | [`error`] | `error`, its kind with what the kind carries |

mod change;
mod reading;

use serde_json::{Value, json};

use crate::changes::{Completion, Effect, Outcome};
use crate::faults::{Error, ErrorKind};
use crate::model::{Directness, Grant, Resource, ResourceId, Timestamp};
use crate::{ids, moments};

pub use change::{change, read_change};

/// An outcome. Of secrets it says whose they are, and not the value.
pub fn outcome(outcome: &Outcome) -> Value {
    with_secrets(outcome, |_| None)
}

/// An outcome with the values of its secrets: for the one who asked for them,
/// and never to be kept.
pub fn outcome_with_secrets(outcome: &Outcome) -> Value {
    with_secrets(outcome, |value| Some(value))
}

fn with_secrets(outcome: &Outcome, shown: impl Fn(&str) -> Option<&str>) -> Value {
    let secrets = outcome.secrets.iter().map(|secret| {
        let mut object = json!({"of": resource_id(&secret.of)});
        if let Some(value) = shown(&secret.value) {
            object["value"] = value.into();
        }
        object
    });
    json!({
        "completion": completion(&outcome.completion),
        "effects": list(&outcome.effects, effect),
        "resources": list(&outcome.resources, resource),
        "held": list(&outcome.held, grant),
        "replaced": list(&outcome.replaced, grant),
        "remaining": list(&outcome.remaining, grant),
        "consequences": outcome.consequences,
        "secrets": secrets.collect::<Vec<_>>(),
        "request_ids": outcome.request_ids,
        "notes": outcome.notes,
    })
}

/// How a change ended: its `name`, and what the case carries.
pub fn completion(completion: &Completion) -> Value {
    let mut object = json!({"name": completion.name()});
    match completion {
        Completion::Complete => {}
        Completion::NoOp(reason) => object["reason"] = reason.as_str().into(),
        Completion::Pending(until) => object["until"] = moment(*until),
        Completion::Partial(failure) | Completion::Unknown(failure) => {
            object["error"] = error(failure);
        }
    }
    object
}

fn effect(effect: &Effect) -> Value {
    json!({"summary": effect.summary, "on": resource_id(&effect.on)})
}

/// Names a resource: its `type` and `id`.
pub fn resource_id(id: &ResourceId) -> Value {
    json!({"type": id.resource_type, "id": id.id})
}

/// A grant.
pub fn grant(grant: &Grant) -> Value {
    let sources: &[ResourceId] = match &grant.directness {
        Directness::Inherited(sources) => sources,
        Directness::Direct | Directness::NotTold => &[],
    };
    json!({
        "id": ids::grant(&grant.resource, &grant.slug, &grant.principal),
        "entitlement_id": ids::entitlement(&grant.resource, &grant.slug),
        "principal_type": grant.principal.resource_type,
        "principal_id": grant.principal.id,
        "directness": grant.directness.name(),
        "immutable": grant.immutable,
        "expands": ids::expansion(grant),
        "expands_deep": grant.expands.as_ref().map(|it| it.deep),
        "resource_type": grant.resource.resource_type,
        "resource_id": grant.resource.id,
        "slug": grant.slug,
        "pending": grant.pending,
        "sources": list(sources, resource_id),
        "expires_at": moment(grant.expires_at),
    })
}

/// A resource.
pub fn resource(resource: &Resource) -> Value {
    let account = resource.account.as_ref();
    let emails = account.iter().flat_map(|it| &it.emails);
    let emails = emails.map(|it| json!({"address": it.address, "primary": it.primary}));
    json!({
        "type": resource.id.resource_type,
        "id": resource.id.id,
        "name": resource.name,
        "parent": resource.parent.as_ref().map(resource_id),
        "created_at": moment(resource.created_at),
        "attributes": object(&resource.attributes),
        "description": resource.description,
        "status": resource.status.name(),
        "managed_by": resource.managed_by.name(),
        "expires_at": moment(resource.expires_at),
        "last_use": resource.last_use.as_ref().map(|it| json!({
            "at": moment(Some(it.at)), "using": it.using,
        })),
        "account_kind": account.map(|it| it.kind.name()),
        "login": account.and_then(|it| it.login.as_deref()),
        "emails": emails.collect::<Vec<_>>(),
        "aliases": list(&resource.aliases, resource_id),
        "permissions": resource.permissions,
        "secret": resource.secret.as_ref().map(|it| json!({
            "owner": it.owner.as_ref().map(resource_id), "redacted_value": it.redacted_value,
        })),
    })
}

/// An error.
pub fn error(error: &Error) -> Value {
    let mut object = json!({
        "party": error.party.name(),
        "kind": error.kind.name(),
        "message": error.message,
        "hint": error.hint,
        "surface": error.surface,
        "http_status": error.http_status,
        "code": error.code,
        "request_id": error.request_id,
        "delivery": error.delivery.name(),
    });
    match &error.kind {
        ErrorKind::PermissionDenied(missing) => object["missing"] = json!(missing),
        ErrorKind::InvalidInput(field) => object["field"] = json!(field),
        ErrorKind::RateLimited(wait) => object["wait_milliseconds"] = json!(wait),
        _ => {}
    }
    object
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(one).collect()
}

fn moment(at: Option<Timestamp>) -> Value {
    at.map(moments::show).into()
}

/// Attributes as the object that they are; text that is none stays visible.
fn object(attributes: &str) -> Value {
    serde_json::from_str(attributes).unwrap_or_else(|_| attributes.into())
}

#[cfg(test)]
mod tests;
