//! Groups, from `GET /organization/groups`.
//!
//! A group's members, and the organization roles that it holds, are asked for
//! group by group: see [`crate::group_grants`]. What an identity provider manages
//! is marked in the group's hint, so that those calls know it.

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::items::{self, closed_part, grants_of, token_of, whole};
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{
    GrantListing, ResourceTrait, ResourceType, StaticEntitlement, Surface,
};
use governance_guest::wit::model::{
    Expansion, Grant, Management, Purpose, Reference, Resource, Scope, Status,
};
use serde_json::Value;

use crate::list_page::ListPage;
use crate::session::{Collection, Session, reading};
use crate::{manifest, org_role, service_account, user};

/// The resource type.
pub const TYPE: &str = "group";
/// The entitlement of being in a group.
pub const MEMBER: &str = "member";
/// The surface.
pub const SURFACE: &str = "groups";
/// The hint of a group that an identity provider manages.
pub const SCIM: &str = "scim";
const STEP: &str = "groups";

/// All groups.
pub const LIST: Collection = Collection {
    endpoint: reading("list-groups", "/organization/groups", SURFACE),
    limit: 1_000,
    family: Family::Next,
};

/// One of them.
pub const RETRIEVE: Endpoint =
    reading("retrieve-group", "/organization/groups/{group_id}", SURFACE);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "A group of people, which can hold roles";
    ResourceType {
        traits: vec![ResourceTrait::Group],
        grants: GrantListing::PerResource,
        tells: vec![grants_of(TYPE, org_role::TYPE)],
        static_entitlements: vec![StaticEntitlement {
            slug: MEMBER.to_owned(),
            name: "Member".to_owned(),
            description: Some("is in the group".to_owned()),
            purpose: Purpose::Assignment,
            grantable_to: vec![user::TYPE.to_owned(), service_account::TYPE.to_owned()],
            exclusion: None,
        }],
        ..manifest::bare_type(TYPE, "Group", description, SURFACE)
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::groups_surface(SURFACE, "Groups")
}

/// What stays unknown without the list of groups: they, who is in them, and
/// what they hold in the organization. What they hold in projects is told there.
#[must_use]
pub fn scopes() -> Vec<Scope> {
    vec![whole(TYPE), grants_of(TYPE, org_role::TYPE)]
}

/// The grant, held by the group's members too. They are direct members: groups
/// hold no groups.
#[must_use]
pub fn expanding(grant: Grant) -> Grant {
    Grant {
        expands: Some(Expansion {
            slugs: vec![MEMBER.to_owned()],
            deep: false,
        }),
        ..grant
    }
}

/// Lists groups.
///
/// # Errors
/// All that reading can bring, except that the surface is closed: that is a gap.
pub fn list<T: Transport>(session: &Session<'_, T>, token: Option<&str>) -> Result<Page, Error> {
    let token = token_of(STEP, token)?.unwrap_or_else(|| Token::new(STEP));
    let page = ListPage {
        list: &LIST,
        call: LIST.call(token.get("after")),
        token: &token,
        scopes: scopes(),
        closed: closed_part,
    };
    page.read(session, |page, row| {
        page.resources.push(resource(row)?);
        Some(())
    })
}

/// Reads one group.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let call = Call::new(&RETRIEVE).argument(&of.id.id);
    let row = session.client.send(&call)?;
    items::only(SURFACE, "group", resource(&row))
}

pub(crate) fn resource(row: &Value) -> Option<Resource> {
    let id = row.text("id").filter(|id| text::is_id(id))?;
    let scim_managed = managed_by_scim(row);
    Some(Resource {
        hint: (scim_managed == Some(true)).then(|| SCIM.to_owned()),
        status: Status::Active,
        managed_by: match scim_managed {
            Some(true) => Management::IdentityProvider,
            Some(false) => Management::Service,
            None => Management::NotTold,
        },
        created_at: row.moment("created_at"),
        attributes: Attributes::of(row, &["group_type"]).into_text(),
        ..items::resource(items::id(TYPE, id), row.text("name").unwrap_or(id))
    })
}

/// Lists have `is_scim_managed`, answers to assignments `scim_managed` \[S].
pub(crate) fn managed_by_scim(row: &Value) -> Option<bool> {
    row.flag("is_scim_managed")
        .or_else(|| row.flag("scim_managed"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_manages_a_group_is_told_and_hinted() {
        for (row, managed_by, hint) in [
            (
                json!({"is_scim_managed": true}),
                Management::IdentityProvider,
                Some(SCIM),
            ),
            (
                json!({"scim_managed": true}),
                Management::IdentityProvider,
                Some(SCIM),
            ),
            (json!({"is_scim_managed": false}), Management::Service, None),
            (json!({"is_scim_managed": null}), Management::NotTold, None),
            (json!({}), Management::NotTold, None),
        ] {
            let mut row = row;
            row["id"] = json!("g1");
            let group = resource(&row).expect("a group");
            assert_eq!(group.managed_by, managed_by, "{row}");
            assert_eq!(group.hint.as_deref(), hint, "{row}");
            assert_eq!(group.name, "g1");
        }
        assert_eq!(resource(&json!({"id": ""})), None);
    }
}
