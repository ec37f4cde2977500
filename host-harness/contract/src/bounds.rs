//! What the contract demands of an answer beyond its types: bounds on sizes,
//! well-formed ids, declared resource types, attributes that are JSON objects.
//!
//! A connector is not trusted to keep them. An answer that breaks one is
//! refused whole, since a part of it would look complete.

mod outcome;

use crate::connector::Page;
use crate::manifest::Description;
use crate::model::{Entitlement, Gap, Grant, Resource, ResourceId, Scope};

pub use outcome::check_outcome;

/// Bytes of an id, a name or a hint.
pub const ID_BYTES: usize = 1_024;
/// Bytes of a description, a detail or a message.
pub const TEXT_BYTES: usize = 2_048;
/// Bytes of the `attributes` of a resource.
pub const ATTRIBUTES_BYTES: usize = 65_536;
/// Bytes of a page token.
pub const TOKEN_BYTES: usize = 8_192;
/// Bytes of a slug.
pub const SLUG_BYTES: usize = 256;
/// Bytes of a resource type's id.
pub const TYPE_BYTES: usize = 64;
/// Continuations in one page.
pub const TOKENS: usize = 1_024;
/// Items of one kind in one page.
pub const ITEMS: usize = 10_000;

/// A rule of the contract that an answer breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {rule}")]
pub struct Violation {
    /// Where in the answer, such as `grants[3].principal.id`.
    pub place: String,
    /// The rule that does not hold there.
    pub rule: String,
}

type Checked = Result<(), Violation>;

/// Checks what a connector says of itself.
pub fn check_description(description: &Description) -> Checked {
    id("name", &description.name)?;
    each("resource-types", &description.resource_types, |kind| {
        text("id", &kind.id, TYPE_BYTES)?;
        word("id", &kind.id)?;
        each("static-entitlements", &kind.static_entitlements, |it| {
            slug(&it.slug)
        })?;
        let check = Check { description };
        each("children", &kind.children, |it| check.declared("", it))?;
        each("tells", &kind.tells, |it| check.scope(it))?;
        optional("carried-by", kind.carried_by.as_deref(), |place, it| {
            check.declared(place, it)
        })
    })?;
    each("surfaces", &description.surfaces, |it| id("id", &it.id))?;
    each("fields", &description.fields, |it| word("key", &it.key))?;
    each("routes", &description.routes, |it| id("id", &it.id))?;
    each("credentials", &description.credentials, |it| {
        id("id", &it.id)
    })?;
    let types = description.resource_types.iter().map(|it| it.id.as_str());
    unique("resource-types", types)?;
    unique("routes", description.routes.iter().map(|it| it.id.as_str()))?;
    unique(
        "credentials",
        description.credentials.iter().map(|it| it.id.as_str()),
    )
}

/// Checks a page of a listing against the contract and the connector's own
/// description.
pub fn check_page(page: &Page, description: &Description) -> Checked {
    let check = Check { description };
    each("resources", &page.resources, |r| check.resource(r))?;
    each("entitlements", &page.entitlements, |e| check.entitlement(e))?;
    each("grants", &page.grants, |g| check.grant(g))?;
    each("gaps", &page.gaps, |g| check.gap(g))?;
    count("next", page.next.len(), TOKENS)?;
    each("next", &page.next, |next| {
        text("token", &next.token, TOKEN_BYTES)?;
        each("covers", &next.covers, |scope| check.scope(scope))
    })?;
    optional("tenant", page.tenant.as_deref(), id)?;
    each("notes", &page.notes, |note| text("", note, TEXT_BYTES))
}

struct Check<'a> {
    description: &'a Description,
}

impl Check<'_> {
    fn resource(&self, resource: &Resource) -> Checked {
        self.resource_id("id", &resource.id)?;
        if let Some(parent) = &resource.parent {
            self.resource_id("parent", parent)?;
        }
        each("aliases", &resource.aliases, |alias| {
            self.resource_id("", alias)
        })?;
        text("name", &resource.name, ID_BYTES)?;
        optional("hint", resource.hint.as_deref(), |place, hint| {
            text(place, hint, ID_BYTES)
        })?;
        optional(
            "description",
            resource.description.as_deref(),
            |place, it| text(place, it, TEXT_BYTES),
        )?;
        if let Some(account) = &resource.account {
            each("account.emails", &account.emails, |email| {
                text("address", &email.address, ID_BYTES)
            })?;
            text(
                "account.login",
                account.login.as_deref().unwrap_or_default(),
                ID_BYTES,
            )?;
        }
        if let Some(owner) = resource.secret.as_ref().and_then(|it| it.owner.as_ref()) {
            self.resource_id("secret.owner", owner)?;
        }
        count("permissions", resource.permissions.len(), ITEMS)?;
        each("permissions", &resource.permissions, |it| {
            text("", it, ID_BYTES)
        })?;
        attributes(&resource.attributes)
    }

    fn entitlement(&self, entitlement: &Entitlement) -> Checked {
        self.resource_id("resource", &entitlement.resource)?;
        slug(&entitlement.slug)?;
        text("name", &entitlement.name, ID_BYTES)?;
        each("grantable-to", &entitlement.grantable_to, |it| {
            self.declared("", it)
        })?;
        optional(
            "exclusion.group",
            entitlement.exclusion.as_ref().map(|it| it.group.as_str()),
            id,
        )
    }

    fn grant(&self, grant: &Grant) -> Checked {
        self.resource_id("resource", &grant.resource)?;
        slug(&grant.slug)?;
        self.resource_id("principal", &grant.principal)?;
        optional("immutable", grant.immutable.as_deref(), |place, it| {
            text(place, it, TEXT_BYTES)
        })?;
        optional("hint", grant.hint.as_deref(), |place, it| {
            text(place, it, ID_BYTES)
        })?;
        if let Some(expands) = &grant.expands {
            each("expands.slugs", &expands.slugs, |it| slug(it))?;
        }
        Ok(())
    }

    fn gap(&self, gap: &Gap) -> Checked {
        if !self
            .description
            .surfaces
            .iter()
            .any(|it| it.id == gap.surface)
        {
            return broken("surface", format!("`{}` is not declared", gap.surface));
        }
        text("detail", &gap.detail, TEXT_BYTES)?;
        self.scope(&gap.scope)
    }

    fn scope(&self, scope: &Scope) -> Checked {
        optional(
            "resource-type",
            scope.resource_type.as_deref(),
            |place, it| self.declared(place, it),
        )?;
        optional(
            "principal-type",
            scope.principal_type.as_deref(),
            |place, it| self.declared(place, it),
        )?;
        optional("resource-id", scope.resource_id.as_deref(), id)?;
        optional("principal-id", scope.principal_id.as_deref(), id)
    }

    fn resource_id(&self, place: &str, resource: &ResourceId) -> Checked {
        self.declared(place, &resource.resource_type)?;
        id(place, &resource.id)
    }

    fn declared(&self, place: &str, resource_type: &str) -> Checked {
        let types = &self.description.resource_types;
        if types.iter().any(|it| it.id == resource_type) {
            return Ok(());
        }
        broken(
            place,
            format!("resource type `{resource_type}` is not declared"),
        )
    }
}

fn broken(place: &str, rule: impl Into<String>) -> Checked {
    Err(Violation {
        place: place.into(),
        rule: rule.into(),
    })
}

fn each<T>(place: &str, items: &[T], check: impl Fn(&T) -> Checked) -> Checked {
    count(place, items.len(), ITEMS)?;
    items.iter().enumerate().try_for_each(|(index, item)| {
        check(item).map_err(|violation| Violation {
            place: match violation.place.as_str() {
                "" => format!("{place}[{index}]"),
                inner => format!("{place}[{index}].{inner}"),
            },
            rule: violation.rule,
        })
    })
}

fn optional(place: &str, value: Option<&str>, check: impl Fn(&str, &str) -> Checked) -> Checked {
    value.map_or(Ok(()), |value| check(place, value))
}

fn count(place: &str, found: usize, limit: usize) -> Checked {
    if found <= limit {
        return Ok(());
    }
    broken(place, format!("{found} items, the contract allows {limit}"))
}

fn text(place: &str, value: &str, limit: usize) -> Checked {
    if value.len() <= limit {
        return Ok(());
    }
    broken(
        place,
        format!("{} bytes, the contract allows {limit}", value.len()),
    )
}

fn id(place: &str, value: &str) -> Checked {
    text(place, value, ID_BYTES)?;
    if value.is_empty() {
        return broken(place, "is empty");
    }
    if value.chars().any(char::is_control) {
        return broken(place, "holds a control character");
    }
    Ok(())
}

/// `a-z 0-9 _`, as in keys and resource types.
fn word(place: &str, value: &str) -> Checked {
    id(place, value)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match value.chars().all(plain) {
        true => Ok(()),
        false => broken(place, "holds another character than `a-z 0-9 _`"),
    }
}

fn unique<'a>(place: &str, ids: impl Iterator<Item = &'a str>) -> Checked {
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return broken(place, format!("`{id}` is declared twice"));
        }
    }
    Ok(())
}

fn slug(value: &str) -> Checked {
    text("slug", value, SLUG_BYTES)?;
    id("slug", value)
}

fn attributes(value: &str) -> Checked {
    text("attributes", value, ATTRIBUTES_BYTES)?;
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(value) {
        Ok(_) => Ok(()),
        Err(_) => broken("attributes", "is not one JSON object"),
    }
}

#[cfg(test)]
mod tests;
