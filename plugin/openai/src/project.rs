//! Projects, from `GET /organization/projects`, archived ones too.
//!
//! | project | status | hint | owners |
//! |---|---|---|---|
//! | live | active | none | those of the organization, by an expanding grant |
//! | archived | archived | [`ARCHIVED`] | none: it gives no access |
//!
//! The hint comes back with each listing below a project: of an archived one
//! nothing is asked, since those requests are refused with 400.

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{invalid_input, unreadable};
use governance_guest::items::{self, closed, closed_part, token_of, whole};
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::manifest::{
    ResourceTrait, ResourceType, StaticEntitlement, StaticExclusion, Surface,
};
use governance_guest::wit::model::{
    Expansion, GapReason, Grant, Management, Reference, Resource, ResourceId, Scope, Status,
};
use serde_json::Value;

use crate::list_page::ListPage;
use crate::predefined::Predefined;
use crate::project_predefined::ProjectPredefined;
use crate::session::{Collection, Session, reading};
use crate::{api_key, manifest, org_role, project_role, service_account};

/// The resource type.
pub const TYPE: &str = "project";
/// The surface.
pub const SURFACE: &str = "projects";
/// The hint of an archived project.
pub const ARCHIVED: &str = "archived";
/// A principal has one predefined role in a project: setting one takes the
/// other. There is no floor: without one it is not in the project.
const EXCLUSION_GROUP: &str = "project-role";
const STEP: &str = "projects";

/// Members that no field of the contract holds.
const ATTRIBUTES: [&str; 5] = [
    "archived_at",
    "external_key_id",
    "geography",
    "is_default",
    "residency",
];

/// All projects, once archived ones are asked for.
pub const LIST: Collection = Collection {
    endpoint: reading("list-projects", "/organization/projects", SURFACE),
    limit: 100,
    family: Family::LastId,
};

/// One of them.
pub const RETRIEVE: Endpoint = reading(
    "retrieve-project",
    "/organization/projects/{project_id}",
    SURFACE,
);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "A project, in which keys are made and used";
    ResourceType {
        traits: vec![ResourceTrait::Scope],
        children: [project_role::TYPE, service_account::TYPE, api_key::TYPE]
            .map(str::to_owned)
            .to_vec(),
        static_entitlements: ProjectPredefined::ALL.map(static_entitlement).to_vec(),
        ..manifest::bare_type(TYPE, "Project", description, SURFACE)
    }
}

fn static_entitlement(role: ProjectPredefined) -> StaticEntitlement {
    let (name, description, purpose) = role.meaning();
    StaticEntitlement {
        slug: role.name().to_owned(),
        name: name.to_owned(),
        description: Some(description.to_owned()),
        purpose,
        grantable_to: org_role::holders(),
        exclusion: Some(StaticExclusion {
            group: EXCLUSION_GROUP.to_owned(),
            per_resource: true,
            is_default: false,
        }),
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "Projects")
}

/// What stays unknown without the list of projects: all of them and all that is
/// below them.
#[must_use]
pub fn scopes() -> Vec<Scope> {
    [
        TYPE,
        project_role::TYPE,
        service_account::TYPE,
        api_key::TYPE,
    ]
    .map(whole)
    .to_vec()
}

/// Why a part of a project stays closed. The list showed the project, so 404
/// means that it is too new or just gone, and 400 that it was archived since:
/// nothing that ends a sync.
#[must_use]
pub fn closed_below(error: &Error) -> Option<GapReason> {
    match error.kind {
        ErrorKind::NotFound => Some(GapReason::Failure),
        _ if error.http_status == Some(400) => Some(GapReason::Failure),
        _ => closed(error),
    }
}

/// The same for what some plans do not have, and answer 404 for.
#[must_use]
pub fn closed_part_below(error: &Error) -> Option<GapReason> {
    closed_part(error).or_else(|| closed_below(error))
}

/// The project that a listing is asked below; none if it is archived.
///
/// # Errors
/// `invalid-input` if the parent is no project.
pub fn of_listing(parent: Option<&Reference>) -> Result<Option<ResourceId>, Error> {
    match parent.filter(|parent| parent.id.resource_type == TYPE) {
        Some(parent) if parent.hint.as_deref() == Some(ARCHIVED) => Ok(None),
        Some(parent) => Ok(Some(parent.id.clone())),
        None => Err(invalid_input(
            "parent",
            "this type is listed below a project",
        )),
    }
}

/// The project that a resource belongs to.
///
/// # Errors
/// `invalid-input` if the reference does not tell it.
pub fn of_member(of: &Reference) -> Result<ResourceId, Error> {
    let parent = of.parent.as_ref();
    let project = parent.filter(|parent| parent.resource_type == TYPE);
    let missing = || invalid_input("parent", "the reference does not name its project");
    project.cloned().ok_or_else(missing)
}

/// That a principal holds a predefined role in a project.
#[must_use]
pub fn grant(project: &ResourceId, role: ProjectPredefined, principal: &ResourceId) -> Grant {
    items::grant(project.clone(), role.name(), principal.clone())
}

/// Lists projects.
///
/// # Errors
/// All that reading can bring, except that the surface is closed: that is a gap.
pub fn list<T: Transport>(session: &Session<'_, T>, token: Option<&str>) -> Result<Page, Error> {
    let token = token_of(STEP, token)?.unwrap_or_else(|| Token::new(STEP));
    let call = LIST.call(token.get("after"));
    let page = ListPage {
        list: &LIST,
        call: call.query("include_archived", Some(true)),
        token: &token,
        scopes: scopes(),
        closed: closed_part,
    };
    page.read(session, tell)
}

/// Reads one project.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let call = Call::new(&RETRIEVE).argument(&of.id.id);
    let row = session.client.send(&call)?;
    let mut page = items::page();
    tell(&mut page, &row).ok_or_else(|| unreadable(SURFACE, "the answer is no project"))?;
    Ok(page)
}

/// Adds a project, and to a live one its owners; nothing where it has no id.
fn tell(page: &mut Page, row: &Value) -> Option<()> {
    let project = resource(row)?;
    if project.status != Status::Archived {
        page.grants.push(organization_owners(&project.id));
    }
    page.resources.push(project);
    Some(())
}

pub(crate) fn resource(row: &Value) -> Option<Resource> {
    let id = row.text("id").filter(|id| text::is_id(id))?;
    let status = status(row);
    Some(Resource {
        hint: (status == Status::Archived).then(|| ARCHIVED.to_owned()),
        status,
        managed_by: Management::Service,
        created_at: row.moment("created_at"),
        attributes: Attributes::of(row, &ATTRIBUTES).into_text(),
        ..items::resource(items::id(TYPE, id), row.text("name").unwrap_or(id))
    })
}

/// `status` counts; where it is absent, the time of the archiving.
#[must_use]
pub fn status(row: &Value) -> Status {
    match row.text("status") {
        Some("archived") => Status::Archived,
        Some("active") => Status::Active,
        Some(_) => Status::NotTold,
        None if row.moment("archived_at").is_some() => Status::Archived,
        None => Status::Active,
    }
}

/// Owners of the organization own every project \[S]. Also those who are owners
/// by a group, hence `deep`.
fn organization_owners(project: &ResourceId) -> Grant {
    let owners = org_role::id(Predefined::Owner);
    Grant {
        immutable: Some("organization owners own every project".to_owned()),
        expands: Some(Expansion {
            slugs: vec![org_role::ASSIGNED.to_owned()],
            deep: true,
        }),
        ..grant(project, ProjectPredefined::Owner, &owners)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_project_is_archived_if_its_status_or_else_its_time_says_so() {
        for (row, expected) in [
            (
                json!({"status": "active", "archived_at": null}),
                Status::Active,
            ),
            (
                json!({"status": "active", "archived_at": 5}),
                Status::Active,
            ),
            (json!({"status": "archived"}), Status::Archived),
            (json!({"status": null, "archived_at": 5}), Status::Archived),
            (json!({"archived_at": null}), Status::Active),
            (json!({"status": "frozen"}), Status::NotTold),
        ] {
            assert_eq!(status(&row), expected, "{row}");
        }
    }
}
