//! Keys of a project, from
//! `GET /organization/projects/{project_id}/api_keys?owner_project_access=any`:
//! without that, keys whose owner has left the project can be hidden although
//! they work \[S].
//!
//! | `owner_project_access` | status |
//! |---|---|
//! | `active` | active |
//! | `inactive` | disabled |
//! | absent, another | not told |

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::items::{self, scope, token_of};
use governance_guest::narrow::Narrow;
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{
    LastUse, Management, Reference, Resource, ResourceId, Secret, Status, Subject,
};
use serde_json::Value;

use crate::list_page::ListPage;
use crate::session::{Collection, Session, reading};
use crate::{manifest, project, service_account, user};

/// The resource type.
pub const TYPE: &str = "api_key";
/// The surface.
pub const SURFACE: &str = "api-keys";
const STEP: &str = "api-keys";

/// All keys of a project, once those of all owners are asked for.
pub const LIST: Collection = Collection {
    endpoint: reading(
        "list-project-api-keys",
        "/organization/projects/{project_id}/api_keys",
        SURFACE,
    ),
    limit: 100,
    family: Family::LastId,
};

/// One of them.
pub const RETRIEVE: Endpoint = reading(
    "retrieve-project-api-key",
    "/organization/projects/{project_id}/api_keys/{api_key_id}",
    SURFACE,
);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "A key of a person or a service account, for one project";
    ResourceType {
        traits: vec![ResourceTrait::Secret],
        ..manifest::bare_type(TYPE, "Project API key", description, SURFACE)
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "Project API keys")
}

/// A request for the page of a project's keys behind `after`, whoever owns them.
#[must_use]
pub fn every<'a>(project: &'a str, after: Option<&str>) -> Call<'a> {
    let call = LIST.call(after).argument(project);
    call.query("owner_project_access", Some("any"))
}

/// Lists the keys of a project.
///
/// # Errors
/// All that reading can bring, except that the surface is closed or the project
/// gone: that is a gap.
pub fn list<T: Transport>(
    session: &Session<'_, T>,
    parent: Option<&Reference>,
    token: Option<&str>,
) -> Result<Page, Error> {
    let token = token_of(STEP, token)?.unwrap_or_else(|| Token::new(STEP));
    let Some(project) = project::of_listing(parent)? else {
        return Ok(items::page());
    };
    let page = ListPage {
        list: &LIST,
        call: every(&project.id, token.get("after")),
        token: &token,
        scopes: vec![scope(Subject::Resources, TYPE).below(&project)],
        closed: project::closed_below,
    };
    page.read(session, |page, row| {
        page.resources.push(resource(row, &project)?);
        Some(())
    })
}

/// Reads one key.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let project = project::of_member(of)?;
    let call = Call::new(&RETRIEVE)
        .argument(&project.id)
        .argument(&of.id.id);
    let row = session.client.send(&call)?;
    items::only(SURFACE, "key", resource(&row, &project))
}

pub(crate) fn resource(row: &Value, project: &ResourceId) -> Option<Resource> {
    let status = match row.text("owner_project_access") {
        Some("active") => Status::Active,
        Some("inactive") => Status::Disabled,
        _ => Status::NotTold,
    };
    Some(Resource {
        parent: Some(project.clone()),
        status,
        attributes: Attributes::of(row, &["owner_project_access", "scopes"]).into_text(),
        ..of_row(TYPE, row, owner(row))?
    })
}

/// A key of the project or of the organization, by what their rows have in
/// common.
#[must_use]
pub fn of_row(resource_type: &str, row: &Value, owner: Option<ResourceId>) -> Option<Resource> {
    let id = row.text("id").filter(|id| text::is_id(id))?;
    let redacted_value = row.text("redacted_value");
    let name = row.text("name").or(redacted_value).unwrap_or(id);
    let last_use = row.moment("last_used_at").map(|at| LastUse {
        at,
        using: "api-key".to_owned(),
    });
    Some(Resource {
        managed_by: Management::Service,
        created_at: row.moment("created_at"),
        expires_at: row.moment("expires_at"),
        last_use,
        secret: Some(Secret {
            owner,
            redacted_value: redacted_value.map(str::to_owned),
        }),
        ..items::resource(items::id(resource_type, id), name)
    })
}

/// The owner is in the member that `type` names; where it names none, in the one
/// that is there.
pub(crate) fn owner(row: &Value) -> Option<ResourceId> {
    let owner = row.child("owner")?;
    let named = |key: &str, resource_type| {
        let id = owner.child(key)?.text("id").filter(|id| text::is_id(id))?;
        Some(items::id(resource_type, id))
    };
    let person = || named("user", user::TYPE);
    let service = || named("service_account", service_account::TYPE);
    match owner.text("type") {
        Some("service_account") => service(),
        Some("user") => person(),
        _ => person().or_else(service),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_owner_is_a_person_or_a_service_account() {
        let (person, service) = (json!({"id": "u1"}), json!({"id": "s1"}));
        for (owner, expected) in [
            (
                json!({"type": "user", "user": person}),
                Some(("user", "u1")),
            ),
            (
                json!({"type": "service_account", "service_account": service}),
                Some(("service_account", "s1")),
            ),
            (json!({"user": person}), Some(("user", "u1"))),
            (
                json!({"service_account": service}),
                Some(("service_account", "s1")),
            ),
            (
                json!({"type": "service_account", "user": person, "service_account": service}),
                Some(("service_account", "s1")),
            ),
            (json!({"type": "user", "user": {}}), None),
            (json!({"type": "user"}), None),
            (json!(null), None),
        ] {
            let told = super::owner(&json!({ "owner": owner }));
            let told = told.as_ref().map(|id| (&*id.resource_type, &*id.id));
            assert_eq!(told, expected, "{owner}");
        }
    }
}
