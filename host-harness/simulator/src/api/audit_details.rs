//! How the audit log shows an event.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::organization::{Action, Actor, AuditEvent, Grant, RoleDifference};

/// The details stand under the event's own type.
pub(super) fn shown(event: &AuditEvent) -> Value {
    let mut row = json!({
        "id": event.id,
        "type": event.action.name(),
        "effective_at": event.effective_at,
        "actor": actor(&event.actor),
    });
    if let Some(fields) = row.as_object_mut() {
        if let Some((id, name)) = &event.project {
            fields.insert("project".to_owned(), json!({ "id": id, "name": name }));
        }
        let mut details = details(&event.action);
        details.insert("id".to_owned(), json!(event.target));
        fields.insert(event.action.name().to_owned(), Value::Object(details));
    }
    row
}

/// A person who is signed in is at this machine: the simulator listens on
/// loopback alone.
fn actor(actor: &Actor) -> Value {
    let user = actor.user.as_ref().map(|user| {
        let fields = [
            ("id", Some(user.id.as_str())),
            ("email", user.email.as_deref()),
        ];
        Value::Object(present(fields))
    });
    let user = ("user", user);
    match &actor.key {
        Some(key) => {
            let fields = [
                ("id", Some(json!(key))),
                ("type", Some(json!("user"))),
                user,
            ];
            json!({ "type": "api_key", "api_key": present(fields) })
        }
        None => {
            let fields = [user, ("ip_address", Some(json!("127.0.0.1")))];
            json!({ "type": "session", "session": present(fields) })
        }
    }
}

/// All but the `id`. Nothing in them is nullable: what is not known is left out.
fn details(action: &Action) -> Map<String, Value> {
    match action {
        Action::KeyCreated { scopes } => data(present([("scopes", scopes.as_ref())])),
        Action::KeyUpdated { scopes } => changes(present([("scopes", scopes.as_ref())])),
        Action::GroupCreated { name } => data(present([("group_name", Some(name))])),
        Action::GroupUpdated { name } => changes(present([("group_name", Some(name))])),
        Action::InviteSent { email, role } => {
            let fields = [("email", email.as_str()), ("role", role.name())];
            data(present(fields.map(|(name, value)| (name, Some(value)))))
        }
        Action::ProjectCreated { name } => {
            data(present([("name", Some(name)), ("title", Some(name))]))
        }
        Action::ProjectUpdated { name } => changes(present([("title", name.as_ref())])),
        Action::RoleCreated(role) => present([
            ("role_name", Some(json!(role.name))),
            ("permissions", Some(json!(role.permissions))),
            ("resource_type", Some(json!(role.scope.kind))),
            ("resource_id", Some(json!(role.scope.id))),
        ]),
        Action::RoleUpdated(difference) => changes(requested(difference)),
        Action::RoleAssigned(grant) | Action::RoleUnassigned(grant) => granted(grant),
        Action::ServiceAccountCreated { role } | Action::UserAdded { role } => {
            data(present([("role", *role)]))
        }
        Action::ServiceAccountUpdated { role } | Action::UserUpdated { role } => {
            changes(present([("role", *role)]))
        }
        Action::KeyDeleted
        | Action::GroupDeleted
        | Action::InviteAccepted
        | Action::InviteDeleted
        | Action::ProjectArchived
        | Action::RoleDeleted
        | Action::ServiceAccountDeleted
        | Action::UserDeleted => Map::new(),
    }
}

fn requested(role: &RoleDifference) -> Map<String, Value> {
    let some = |list: &[String]| (!list.is_empty()).then(|| json!(list));
    present([
        ("role_name", role.name.as_ref().map(|name| json!(name))),
        (
            "description",
            role.description.as_ref().map(|text| json!(text)),
        ),
        ("permissions_added", some(&role.added)),
        ("permissions_removed", some(&role.removed)),
        ("resource_type", Some(json!(role.scope.kind))),
        ("resource_id", Some(json!(role.scope.id))),
    ])
}

fn granted(grant: &Grant) -> Map<String, Value> {
    let fields = [
        ("principal_id", grant.principal.as_str()),
        ("principal_type", grant.principal_type),
        ("resource_id", &grant.scope.id),
        ("resource_type", &grant.scope.kind),
    ];
    present(fields.map(|(name, value)| (name, Some(value))))
}

fn data(fields: Map<String, Value>) -> Map<String, Value> {
    present([("data", Some(fields))])
}

fn changes(fields: Map<String, Value>) -> Map<String, Value> {
    present([("changes_requested", Some(fields))])
}

/// The fields that have a value.
fn present<T: Serialize, const N: usize>(fields: [(&str, Option<T>); N]) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
        .collect()
}
