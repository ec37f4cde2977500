//! Organization roles.
//!
//! The predefined ones are there whether the credential may read roles or not:
//! people's rows name them. What `GET /organization/roles` adds is what they
//! allow, their composed ids as aliases, and the custom roles. Of predefined
//! roles a principal has one; custom ones add up.

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{not_found, unreadable};
use governance_guest::items;
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{
    Entitlement, Exclusion, Grant, Management, Purpose, Reference, Resource, ResourceId, Scope,
    Status,
};
use serde_json::Value;

use crate::predefined::Predefined;
use crate::role_row::{self, Role};
use crate::roles_step::{self, Progress};
use crate::session::{Collection, Session, reading};
use crate::{group, manifest, organization, service_account, user};

/// The resource type.
pub const TYPE: &str = "org_role";
/// The entitlement of holding a role.
pub const ASSIGNED: &str = "assigned";
/// The surface.
pub const SURFACE: &str = "roles";
/// A principal has one predefined role: setting one takes the other \[S].
const EXCLUSION_GROUP: &str = "org-role";

/// All organization roles.
pub const LIST: Collection = Collection {
    endpoint: reading("list-roles", "/organization/roles", SURFACE),
    limit: 1_000,
    family: Family::Next,
};

/// One custom role.
pub const RETRIEVE: Endpoint = reading("retrieve-role", "/organization/roles/{role_id}", SURFACE);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "What people may do in the organization and all its projects";
    ResourceType {
        traits: vec![ResourceTrait::Role],
        carried_by: Some(organization::TYPE.to_owned()),
        ..manifest::bare_type(TYPE, "Organization role", description, SURFACE)
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "Organization roles")
}

/// That a principal holds the predefined role of this name.
///
/// # Errors
/// The scope of what stays unknown if it is no such role.
pub fn assignment(role: Option<&str>, principal: &ResourceId) -> Result<Grant, Scope> {
    match role.and_then(Predefined::of) {
        Some(role) => Ok(items::grant(id(role), ASSIGNED, principal.clone())),
        None => Err(Scope {
            principal_id: Some(principal.id.clone()),
            ..items::grants_of(&principal.resource_type, TYPE)
        }),
    }
}

/// Lists roles alone.
///
/// # Errors
/// See [`roles_step::take`].
pub fn list<T: Transport>(session: &Session<'_, T>, token: Option<&str>) -> Result<Page, Error> {
    let token = items::token_of(roles_step::NAME, token)?;
    let progress = token.as_ref().map(Progress::of).unwrap_or_default();
    Ok(roles_step::take(session, progress, Vec::new())?.page)
}

/// Reads one role: a predefined one out of the list, which has its alias.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    match Predefined::of_id(&of.id.id) {
        Some((role, _)) => get_predefined(session, role),
        None => get_custom(session, &of.id.id),
    }
}

fn get_custom<T: Transport>(session: &Session<'_, T>, id: &str) -> Result<Page, Error> {
    let row = session.client.send(&Call::new(&RETRIEVE).argument(id))?;
    let mut page = items::page();
    match role_row::in_organization(&row) {
        Role::Custom(id) => {
            let (resource, entitlement) = describe_custom(id, &row);
            page.resources.push(resource);
            page.entitlements.push(entitlement);
            Ok(page)
        }
        Role::Unreadable => Err(unreadable(SURFACE, "the answer is no role")),
        _ => Err(not_found("this is no custom role of the organization")),
    }
}

fn get_predefined<T: Transport>(session: &Session<'_, T>, role: Predefined) -> Result<Page, Error> {
    let step = roles_step::take(session, Progress::default(), Vec::new())?;
    let mut page = step.complete().page;
    page.resources.retain(|resource| resource.id == id(role));
    page.entitlements
        .retain(|entitlement| entitlement.resource == id(role));
    page.next.clear();
    Ok(page)
}

/// That a principal holds the role of an assignment's row, however it comes to
/// it; no grant where the role is a project's, nothing where the row does not tell
/// which role it is.
#[must_use]
pub fn assigned(row: &Value, principal: &ResourceId) -> Option<Option<Grant>> {
    let role = match role_row::in_organization(row) {
        Role::Predefined(role) => id(role),
        Role::Custom(custom) => items::id(TYPE, custom),
        Role::Elsewhere => return Some(None),
        Role::Unreadable => return None,
    };
    Some(Some(Grant {
        directness: role_row::directness(row, principal),
        ..items::grant(role, ASSIGNED, principal.clone())
    }))
}

/// The resource of a predefined role.
#[must_use]
pub fn id(role: Predefined) -> ResourceId {
    items::id(TYPE, role.id())
}

/// The resource of a role, and its entitlement. `row` is what the list tells of
/// it, if anything.
#[must_use]
pub fn describe_role(role: Predefined, row: Option<&Value>) -> (Resource, Entitlement) {
    let row = row.unwrap_or(&Value::Null);
    let name = row.text("name").unwrap_or(role.name());
    let listed = row.text("id").filter(|listed| *listed != role.id());
    let alias = listed.filter(|listed| text::is_id(listed));
    let resource = Resource {
        aliases: alias
            .map(|alias| items::id(TYPE, alias))
            .into_iter()
            .collect(),
        description: row.text("description").map(text::description),
        status: Status::Active,
        managed_by: Management::Service,
        permissions: row.texts("permissions"),
        ..items::resource(id(role), name)
    };
    let exclusion = Exclusion {
        group: EXCLUSION_GROUP.to_owned(),
        is_default: role == Predefined::Reader,
    };
    let entitlement = Entitlement {
        exclusion: Some(exclusion),
        ..entitlement(&resource, role.name())
    };
    (resource, entitlement)
}

/// The resource of a custom role, and its entitlement.
#[must_use]
pub fn describe_custom(of: &str, row: &Value) -> (Resource, Entitlement) {
    let name = row.text("name").unwrap_or(of);
    let resource = Resource {
        description: row.text("description").map(text::description),
        status: Status::Active,
        managed_by: Management::Service,
        permissions: row.texts("permissions"),
        attributes: Attributes::of(row, &["predefined_role"]).into_text(),
        ..items::resource(items::id(TYPE, of), name)
    };
    let entitlement = entitlement(&resource, name);
    (resource, entitlement)
}

/// Who can hold organization roles, and roles in projects.
#[must_use]
pub fn holders() -> Vec<String> {
    [user::TYPE, group::TYPE, service_account::TYPE]
        .map(str::to_owned)
        .to_vec()
}

fn entitlement(role: &Resource, name: &str) -> Entitlement {
    Entitlement {
        resource: role.id.clone(),
        slug: ASSIGNED.to_owned(),
        name: role.name.clone(),
        description: Some(format!("has the organization role {name}")),
        purpose: Purpose::Assignment,
        grantable_to: holders(),
        exclusion: None,
    }
}
