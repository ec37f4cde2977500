//! A row of a list of roles, or of role assignments: which role it is, and how
//! the holder comes to it.
//!
//! Lists of the organization and of projects have rows of the same shape, and a
//! row may be of the other level: it is told there.
//!
//! | row | in the organization | in a project |
//! |---|---|---|
//! | id of `owner`, `reader` of the organization | predefined | elsewhere |
//! | id of `owner`, `member`, `viewer` of projects | elsewhere | predefined |
//! | another id, `resource_type` of the other level | elsewhere | elsewhere |
//! | another id | custom | custom |
//! | no id, or one that cannot be an id and a slug | unreadable | unreadable |
//!
//! `assignment_sources` names what a role is held through; null, empty or absent
//! means directly \[S].

use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::wit::model::{Directness, ResourceId};
use serde_json::Value;

use crate::predefined::Predefined;
use crate::project_predefined::ProjectPredefined;
use crate::{group, org_role, service_account, user};

/// What a row is, seen from one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role<'a, P> {
    /// One that the service defines.
    Predefined(P),
    /// One of the organization's own making, by its id.
    Custom(&'a str),
    /// A role of the other level.
    Elsewhere,
    /// It cannot be told which.
    Unreadable,
}

/// The role of a row, in the organization.
#[must_use]
pub fn in_organization(row: &Value) -> Role<'_, Predefined> {
    let Some(id) = id(row) else {
        return Role::Unreadable;
    };
    match (Predefined::of_id(id), ProjectPredefined::of(id)) {
        (Some((role, _)), _) => Role::Predefined(role),
        (None, Some(_)) => Role::Elsewhere,
        (None, None) => custom(row, id, "api.project"),
    }
}

/// The role of a row, in a project.
#[must_use]
pub fn in_project(row: &Value) -> Role<'_, ProjectPredefined> {
    let Some(id) = id(row) else {
        return Role::Unreadable;
    };
    match (ProjectPredefined::of(id), Predefined::of_id(id)) {
        (Some(role), _) => Role::Predefined(role),
        (None, Some(_)) => Role::Elsewhere,
        (None, None) => custom(row, id, "api.organization"),
    }
}

fn id(row: &Value) -> Option<&str> {
    row.text("id").filter(|id| text::is_slug(id))
}

fn custom<'a, P>(row: &Value, id: &'a str, other_level: &str) -> Role<'a, P> {
    match row.text("resource_type") == Some(other_level) {
        true => Role::Elsewhere,
        false => Role::Custom(id),
    }
}

/// How `holder` comes to the role of an assignment. A source that is the holder
/// itself is no inheritance; of sources that cannot be named the service does
/// not tell enough.
#[must_use]
pub fn directness(row: &Value, holder: &ResourceId) -> Directness {
    let rows = row.list("assignment_sources").unwrap_or_default();
    let own = |source: &Value| source.text("principal_id") == Some(&holder.id);
    if rows.is_empty() || rows.iter().any(own) {
        return Directness::Direct;
    }
    through(sources(row, holder))
}

/// That something is held through these; not told how where they are none.
#[must_use]
pub fn through(sources: Vec<ResourceId>) -> Directness {
    match sources.is_empty() {
        true => Directness::NotTold,
        false => Directness::Inherited(sources),
    }
}

/// What else the role of an assignment is held through than `holder` itself, as
/// far as it can be named.
#[must_use]
pub fn sources(row: &Value, holder: &ResourceId) -> Vec<ResourceId> {
    let rows = row.list("assignment_sources").unwrap_or_default();
    let named = rows.iter().filter_map(source);
    named.filter(|source| source.id != holder.id).collect()
}

fn source(row: &Value) -> Option<ResourceId> {
    let id = row.text("principal_id").filter(|id| text::is_id(id))?;
    let resource_type = match row.text("principal_type")? {
        "group" | "tenant_group" => group::TYPE,
        "user" | "tenant_user" => user::TYPE,
        "service_account" => service_account::TYPE,
        "role" => org_role::TYPE,
        _ => return None,
    };
    Some(items::id(resource_type, id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_of_one_level_and_elsewhere_in_the_other() {
        use ProjectPredefined::Viewer;
        let long = "r".repeat(257);
        for (row, organization, project) in [
            (
                json!({"id": "role-api-organization-owner__api-organization__org-1"}),
                Role::Predefined(Predefined::Owner),
                Role::Elsewhere,
            ),
            (
                json!({"id": "role-api-project-viewer__api-project__p"}),
                Role::Elsewhere,
                Role::Predefined(Viewer),
            ),
            (
                json!({"id": "role_1", "resource_type": "api.project"}),
                Role::Elsewhere,
                Role::Custom("role_1"),
            ),
            (
                json!({"id": "role_1", "resource_type": "api.organization"}),
                Role::Custom("role_1"),
                Role::Elsewhere,
            ),
            (
                json!({"id": "role_1", "resource_type": null}),
                Role::Custom("role_1"),
                Role::Custom("role_1"),
            ),
            (json!({"id": long}), Role::Unreadable, Role::Unreadable),
            (json!({"id": 7}), Role::Unreadable, Role::Unreadable),
            (json!([]), Role::Unreadable, Role::Unreadable),
        ] {
            assert_eq!(in_organization(&row), organization, "{row}");
            assert_eq!(in_project(&row), project, "{row}");
        }
    }

    #[test]
    fn what_is_held_through_something_is_not_direct() {
        let ada = items::id(user::TYPE, "ada");
        let through = |kind: &str, id: &str| json!({"principal_type": kind, "principal_id": id});
        let group = items::id(group::TYPE, "g");
        for (sources, expected) in [
            (json!(null), Directness::Direct),
            (json!([]), Directness::Direct),
            (json!("g"), Directness::Direct),
            (json!([through("user", "ada")]), Directness::Direct),
            (
                json!([through("group", "g")]),
                Directness::Inherited(vec![group.clone()]),
            ),
            (
                json!([through("moon", "m"), through("group", "g"), 7]),
                Directness::Inherited(vec![group]),
            ),
            (json!([through("moon", "m")]), Directness::NotTold),
            (json!([{}]), Directness::NotTold),
        ] {
            let row = json!({"id": "role_1", "assignment_sources": sources});
            assert_eq!(directness(&row, &ada), expected, "{row}");
        }
        assert_eq!(
            directness(&json!({"id": "role_1"}), &ada),
            Directness::Direct
        );
    }
}
