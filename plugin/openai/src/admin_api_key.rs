//! Keys of the organization, from `GET /organization/admin_api_keys`.
//!
//! Their list goes on behind its last row, whatever `last_id` says \[S, SDK]. The
//! owner can be a service account, although the schema's text says a user \[L].

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::items::{self, closed_part, scope, token_of};
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{Reference, Resource, ResourceId, Status, Subject};
use serde_json::Value;

use crate::list_page::ListPage;
use crate::session::{Collection, Session, reading};
use crate::{api_key, manifest, service_account, user};

/// The resource type.
pub const TYPE: &str = "admin_api_key";
/// The surface.
pub const SURFACE: &str = "admin-keys";
const STEP: &str = "admin-keys";

/// All keys of the organization.
pub const LIST: Collection = Collection {
    endpoint: reading(
        "admin-api-keys-list",
        "/organization/admin_api_keys",
        SURFACE,
    ),
    limit: 100,
    family: Family::LastRow,
};

/// One of them.
pub const RETRIEVE: Endpoint = reading(
    "admin-api-keys-get",
    "/organization/admin_api_keys/{key_id}",
    SURFACE,
);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "A key for the administration of the organization";
    ResourceType {
        traits: vec![ResourceTrait::Secret],
        ..manifest::bare_type(TYPE, "Admin API key", description, SURFACE)
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "Admin API keys")
}

/// Lists the keys of the organization.
///
/// # Errors
/// All that reading can bring, except that the surface is closed: that is a gap.
pub fn list<T: Transport>(session: &Session<'_, T>, token: Option<&str>) -> Result<Page, Error> {
    let token = token_of(STEP, token)?.unwrap_or_else(|| Token::new(STEP));
    let page = ListPage {
        list: &LIST,
        call: LIST.call(token.get("after")),
        token: &token,
        scopes: vec![scope(Subject::Resources, TYPE)],
        closed: closed_part,
    };
    page.read(session, |page, row| {
        page.resources.push(resource(row)?);
        Some(())
    })
}

/// Reads one key.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let call = Call::new(&RETRIEVE).argument(&of.id.id);
    let row = session.client.send(&call)?;
    items::only(SURFACE, "key", resource(&row))
}

pub(crate) fn resource(row: &Value) -> Option<Resource> {
    Some(Resource {
        status: Status::Active,
        attributes: Attributes::of(row, &["scopes"]).into_text(),
        ..api_key::of_row(TYPE, row, owner(row))?
    })
}

/// The owner's kind is in `type`, and in `object` as
/// `organization.service_account` or `organization.user`.
pub(crate) fn owner(row: &Value) -> Option<ResourceId> {
    let owner = row.child("owner")?;
    let id = owner.text("id").filter(|id| text::is_id(id))?;
    let object = owner.text("object").unwrap_or_default();
    let resource_type = match owner.text("type") {
        Some("service_account") => service_account::TYPE,
        Some("user") => user::TYPE,
        _ if object.ends_with("service_account") => service_account::TYPE,
        _ => user::TYPE,
    };
    Some(items::id(resource_type, id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_owner_is_a_person_unless_told_otherwise() {
        let service = "service_account";
        for (owner, expected) in [
            (json!({"type": "user", "id": "o"}), Some("user")),
            (json!({"type": service, "id": "o"}), Some(service)),
            (
                json!({"object": "organization.service_account", "id": "o"}),
                Some(service),
            ),
            (
                json!({"object": "organization.user", "id": "o"}),
                Some("user"),
            ),
            (json!({"id": "o"}), Some("user")),
            (json!({"type": "user"}), None),
            (json!("o"), None),
        ] {
            let told = super::owner(&json!({ "owner": owner }));
            assert_eq!(
                told.map(|id| id.resource_type).as_deref(),
                expected,
                "{owner}"
            );
        }
    }
}
