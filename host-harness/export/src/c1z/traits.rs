//! What a resource is beyond its name: baton's traits, which are annotations of
//! it, its profile and its status.
//!
//! | trait | annotation | what it tells |
//! |---|---|---|
//! | `user` | `UserTrait` | e-mails 1, status 2, profile 3, account type 5, log-in name 6, created at 8, last login 9 |
//! | `group` | `GroupTrait` | profile 2 |
//! | `role` | `RoleTrait` | profile 1 |
//! | `app` | `AppTrait` | profile 4 |
//! | `secret` | `SecretTrait` | profile 1, created at 2, expires at 3, last used at 4, whose it is 6 |
//! | `scope` | none | baton has no word for it |
//!
//! Status, profile and creation are fields of `Resource` since 2026; older
//! readers want them in the traits, and the released `baton` fails on a user
//! without a profile. So they are in both.

use governance_contract::model::Status;
use governance_store::{Moment, ResourceRow};
use serde_json::{Map, Value, json};

use super::messages::resource_id;
use super::values::{NAME, any, shown, structure, timestamp};
use super::wire::Message;

/// The value of the enum `ResourceType.Trait`.
pub(crate) fn number(word: &str) -> Option<u64> {
    match word {
        "user" => Some(1),
        "group" => Some(2),
        "role" => Some(3),
        "app" => Some(4),
        "secret" => Some(5),
        _ => None,
    }
}

/// The annotations of a `Resource`: a message for each trait of its type, other
/// names that the service has for it, and its id there.
pub(crate) fn annotations(
    row: &ResourceRow,
    profile: &Map<String, Value>,
) -> impl Iterator<Item = Message> {
    let profile = structure(profile);
    let traits = row.traits.iter().filter_map(move |word| {
        let only = |field| Message::new().message(field, profile.clone());
        Some(match word.as_str() {
            "user" => any("UserTrait", user(row, profile.clone())),
            "group" => any("GroupTrait", only(2)),
            "role" => any("RoleTrait", only(1)),
            "app" => any("AppTrait", only(4)),
            "secret" => any("SecretTrait", secret(row, profile.clone())),
            _ => return None,
        })
    });
    let raw_id = any("RawId", Message::new().text(1, &row.id));
    traits.chain(aliases(row)).chain([raw_id])
}

fn user(row: &ResourceRow, profile: Message) -> Message {
    let emails = row.emails.iter().map(|email| {
        let message = Message::new().text(1, &shown(&email.address, NAME));
        message.flag(2, email.primary)
    });
    let account_type = match row.account_kind.as_deref() {
        Some("human") => 1,
        Some("service") => 2,
        _ => 0,
    };
    // Other use of the account, such as of a key, is no login.
    let login = row.last_use.as_ref().filter(|it| it.using == "login");
    Message::new()
        .messages(1, emails)
        .message(2, status(row))
        .message(3, profile)
        .number(5, account_type)
        .text(6, &shown(row.login.as_deref().unwrap_or_default(), NAME))
        .optional(8, time(row.created_at))
        .optional(9, time(login.map(|it| it.at)))
}

fn secret(row: &ResourceRow, profile: Message) -> Message {
    let owner = row.secret.as_ref().and_then(|it| it.owner.as_ref());
    Message::new()
        .message(1, profile)
        .optional(2, time(row.created_at))
        .optional(3, time(row.expires_at))
        .optional(4, time(row.last_use.as_ref().map(|it| it.at)))
        .optional(6, owner.map(resource_id))
}

/// `Aliases`: messages 1 of an id 1.
fn aliases(row: &ResourceRow) -> Option<Message> {
    let aliases = row
        .aliases
        .iter()
        .map(|alias| Message::new().text(1, &alias.id));
    let aliases = Message::new().messages(1, aliases);
    (!row.aliases.is_empty()).then(|| any("Aliases", aliases))
}

/// `Status`, of a resource and of a user alike: status 1, details 2. Who is
/// invited is neither enabled nor disabled.
pub(crate) fn status(row: &ResourceRow) -> Message {
    const ENABLED: u64 = 1;
    const DISABLED: u64 = 2;
    let told = [
        (Status::Active, ENABLED, ""),
        (Status::Disabled, DISABLED, ""),
        (Status::Archived, DISABLED, Status::Archived.name()),
        (Status::Pending, 0, Status::Pending.name()),
    ];
    let told = told.iter().find(|(status, ..)| status.name() == row.status);
    let (_, status, details) = told.unwrap_or(&(Status::NotTold, 0, ""));
    Message::new().number(1, *status).text(2, details)
}

/// All that is known of a resource and has no field of its own.
pub(crate) fn profile(row: &ResourceRow) -> Map<String, Value> {
    let attributes = serde_json::from_str(row.attributes.get()).unwrap_or(Value::Null);
    let mut profile = Map::from_iter([
        ("status".to_owned(), json!(row.status)),
        ("managed_by".to_owned(), json!(row.managed_by)),
        ("attributes".to_owned(), attributes),
    ]);
    let mut set = |key: &str, value: Value| profile.insert(key.to_owned(), value);
    if let Some(at) = row.expires_at {
        set("expires_at", json!(at));
    }
    if let Some(last) = &row.last_use {
        set("last_use_at", json!(last.at));
        set("last_use_using", json!(last.using));
    }
    if !row.permissions.is_empty() {
        set("permissions", json!(row.permissions));
    }
    if let Some(value) = row
        .secret
        .as_ref()
        .and_then(|it| it.redacted_value.as_ref())
    {
        set("redacted_value", json!(value));
    }
    if row.account_kind.is_some() {
        let (first, last) = row.name.split_once(' ').unwrap_or((&row.name, ""));
        set("user_id", json!(row.id));
        set("name", json!(row.name));
        set("first_name", json!(first));
        set("last_name", json!(last));
    }
    profile
}

fn time(moment: Option<Moment>) -> Option<Message> {
    moment.map(|it| timestamp(it.0))
}
