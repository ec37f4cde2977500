//! Organization roles.
//!
//! The predefined ones are there whether the credential may read roles or not:
//! people's rows name them. What `GET /organization/roles` adds is what they
//! allow, and their composed ids as aliases. Custom roles are not read yet.

use governance_guest::client::Endpoint;
use governance_guest::faults::not_found;
use governance_guest::items;
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{Effect, ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{
    Entitlement, Exclusion, Grant, Management, Purpose, Reference, Resource, ResourceId, Scope,
    Status,
};
use serde_json::Value;

use crate::predefined::Predefined;
use crate::roles_step::{self, Progress};
use crate::session::{Collection, Session};
use crate::{manifest, organization, user};

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
    endpoint: Endpoint {
        id: "list-roles",
        method: Method::Get,
        path: "/organization/roles",
        effect: Effect::Read,
        surface: SURFACE,
    },
    limit: 1_000,
    family: Family::Next,
};

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

/// Reads one role, out of the list.
///
/// # Errors
/// `not-found`, and see [`roles_step::take`].
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let Some((role, _)) = Predefined::of_id(&of.id.id) else {
        return Err(not_found("no predefined role has this id"));
    };
    let step = roles_step::take(session, Progress::default(), Vec::new())?;
    let mut page = step.complete().page;
    page.resources.retain(|resource| resource.id == id(role));
    page.entitlements
        .retain(|entitlement| entitlement.resource == id(role));
    page.next.clear();
    Ok(page)
}

fn id(role: Predefined) -> ResourceId {
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
    let entitlement = entitlement(role, &resource.name);
    (resource, entitlement)
}

fn entitlement(role: Predefined, name: &str) -> Entitlement {
    Entitlement {
        resource: id(role),
        slug: ASSIGNED.to_owned(),
        name: name.to_owned(),
        description: Some(format!("has the organization role {}", role.name())),
        purpose: Purpose::Assignment,
        grantable_to: vec![user::TYPE.to_owned()],
        exclusion: Some(Exclusion {
            group: EXCLUSION_GROUP.to_owned(),
            is_default: role == Predefined::Reader,
        }),
    }
}
