//! A row of the organization's users, as a resource.
//!
//! Rows tell most things twice: at the top, and in a nested `user`. The top
//! counts first. All but `object` and `added_at` may be absent; even `id` was \[L].
//!
//! | field | from | if absent |
//! |---|---|---|
//! | id | `id`, else `user.id` | the row is left out, with a gap |
//! | name | `name`, `user.name`, an e-mail address, the id | |
//! | status | `user.enabled`, `user.banned` | active: who is listed is a member |
//! | managed by | `is_scim_managed` | not told |
//! | kind | `is_service_account` | not told |
//! | last use | `api_key_last_used_at`, of API keys only | none |

use governance_guest::attributes::Attributes;
use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::wit::model::{
    Account, AccountKind, EmailAddress, LastUse, Management, Resource, ResourceId, Status,
};
use serde_json::Value;

use crate::user::TYPE;

/// Members that no field of the contract holds.
const ATTRIBUTES: [&str; 5] = [
    "created",
    "developer_persona",
    "is_default",
    "is_scale_tier_authorized_purchaser",
    "technical_level",
];

/// The row's user, if it names one.
pub(crate) fn id(row: &Value) -> Option<ResourceId> {
    let ids = [row.text("id"), nested(row, "id")];
    let id = ids.into_iter().flatten().find(|id| text::is_id(id))?;
    Some(items::id(TYPE, id))
}

/// Whether the row is of a service account and not of a person.
pub(crate) fn is_service_account(row: &Value) -> bool {
    row.flag("is_service_account") == Some(true)
}

/// The row's user as a resource.
pub(crate) fn resource(id: ResourceId, row: &Value, organization: Option<&str>) -> Resource {
    let emails = emails(row);
    let name = [row.text("name"), nested(row, "name")];
    let name = name.into_iter().flatten().next();
    let address = emails.first().map(|email| email.address.as_str());
    let name = name.or(address).unwrap_or(&id.id).to_owned();
    Resource {
        aliases: alias(&id, row).into_iter().collect(),
        hint: organization.map(str::to_owned),
        status: status(row),
        managed_by: managed_by(row),
        created_at: row.moment("added_at"),
        last_use: last_use(row),
        account: Some(Account {
            kind: kind(row),
            emails,
            login: None,
        }),
        attributes: attributes(row),
        ..items::resource(id, &name)
    }
}

/// The row's e-mail addresses, each once without regard to case.
pub(crate) fn emails(row: &Value) -> Vec<EmailAddress> {
    let mut emails: Vec<EmailAddress> = Vec::new();
    let told = [row.text("email"), nested(row, "email")];
    for address in told.into_iter().flatten().map(str::trim) {
        if !emails.iter().any(|email| same(&email.address, address)) {
            emails.push(EmailAddress {
                address: address.to_owned(),
                primary: emails.is_empty(),
            });
        }
    }
    emails
}

/// Whether two e-mail addresses are the same but for case.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn nested<'a>(row: &'a Value, key: &str) -> Option<&'a str> {
    row.child("user")?.text(key)
}

fn alias(id: &ResourceId, row: &Value) -> Option<ResourceId> {
    let other = nested(row, "id").filter(|other| text::is_id(other) && *other != id.id)?;
    Some(items::id(TYPE, other))
}

/// The state that the row's user is in.
pub(crate) fn status(row: &Value) -> Status {
    let flag = |key| row.child("user").and_then(|user| user.flag(key));
    match (flag("enabled"), flag("banned")) {
        (Some(false), _) | (_, Some(true)) => Status::Disabled,
        _ => Status::Active,
    }
}

fn managed_by(row: &Value) -> Management {
    match row.flag("is_scim_managed") {
        Some(true) => Management::IdentityProvider,
        Some(false) => Management::Service,
        None => Management::NotTold,
    }
}

fn kind(row: &Value) -> AccountKind {
    match row.flag("is_service_account") {
        Some(true) => AccountKind::Service,
        Some(false) => AccountKind::Human,
        None => AccountKind::NotTold,
    }
}

fn last_use(row: &Value) -> Option<LastUse> {
    Some(LastUse {
        at: row.moment("api_key_last_used_at")?,
        using: "api-key".to_owned(),
    })
}

fn attributes(row: &Value) -> String {
    let banned_at = row.child("user").and_then(|user| user.get("banned_at"));
    let banned_at = banned_at.filter(|at| !at.is_null()).cloned();
    Attributes::of(row, &ATTRIBUTES)
        .with("banned_at", banned_at)
        .into_text()
}

#[cfg(test)]
#[path = "user_row_tests.rs"]
mod tests;
