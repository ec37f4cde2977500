//! What the connector makes of a service's answers, and of page tokens.

use governance_guest::testing::{Script, keeps_its_bounds};
use governance_guest::token::Token;
use governance_guest::wit::changes::{
    AccountCreation, ChangeRequest, GrantChange, ResourceDeletion, ResourceUpdate,
};
use governance_guest::wit::connector::{Context, ListingTarget, Mode, Setting};
use governance_guest::wit::model::{EntitlementReference, Reference, ResourceId};
use openai_connector::connector::Connector;
use openai_connector::manifest::description;

/// Requests that one change makes at most.
const LONGEST_CHANGE: usize = 8;

/// Answers every kind of call with this status and body. Each call ends in a
/// page within the contract's bounds, in an outcome, or in an error.
pub fn answer(status: u16, body: &[u8]) {
    for kind in description().resource_types {
        listing(&kind.id, None, status, body);
        let of = reference(&kind.id);
        if let Ok(page) = service(status, body, 1).get_resource(&context(Mode::Read), &of) {
            keeps_its_bounds(&page);
            assert!(page.next.is_empty(), "one resource has no next page");
        }
    }
    for surface in description().surfaces {
        let _ = service(status, body, 1).check(&context(Mode::Read), &surface.id);
    }
    for change in changes() {
        let service = service(status, body, LONGEST_CHANGE);
        let _ = service.change(&context(Mode::Change), &change);
    }
}

/// Hands a page token to every listing, over a service that answers with this
/// body.
pub fn token(text: &str, body: &[u8]) {
    if let Ok(token) = Token::decode(text) {
        // Written anew it may be longer, by what JSON escapes, than a token is.
        if let Ok(written) = token.encode("all") {
            let again = Token::decode(&written).ok();
            assert_eq!(again, Some(token), "{text:?}");
        }
    }
    for kind in description().resource_types {
        listing(&kind.id, Some(text), 200, body);
    }
}

fn listing(kind: &str, token: Option<&str>, status: u16, body: &[u8]) {
    let below = ["project_role", "service_account", "api_key"].contains(&kind);
    let parent = below.then(|| reference("project"));
    let context = context(Mode::Read);
    let script = service(status, body, 1);
    let page = script.list_resources(&context, kind, parent.as_ref(), None, token);
    if let Ok(page) = page {
        keeps_its_bounds(&page);
    }
    let of = ListingTarget::Resource(reference(kind));
    if let Ok(page) = service(status, body, 1).list_grants(&context, &of, token) {
        keeps_its_bounds(&page);
    }
}

/// A connector whose service gives the same answer so many times.
fn service(status: u16, body: &[u8], times: usize) -> Connector<Script> {
    Connector((0..times).fold(Script::new(), |script, _| script.status(status, body)))
}

fn context(mode: Mode) -> Context {
    let setting = |key: &str, value: &str| Setting {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    Context {
        settings: vec![
            setting("base_url", "https://api.example.com/v1"),
            setting("organization_id", "org-1"),
        ],
        now: 1_767_323_045,
        mode,
        credentials: Vec::new(),
    }
}

fn reference(kind: &str) -> Reference {
    let id = |kind: &str| ResourceId {
        resource_type: kind.to_owned(),
        id: "x1".to_owned(),
    };
    Reference {
        parent: (kind != "project").then(|| id("project")),
        id: id(kind),
        hint: None,
    }
}

/// Every grant between kinds of resources, and the end of each kind.
fn changes() -> Vec<ChangeRequest> {
    let slugs = [
        ("organization", "member"),
        ("org_role", "assigned"),
        ("group", "member"),
        ("project", "owner"),
        ("project", "viewer"),
        ("project", "role_1"),
    ];
    let mut changes = vec![ChangeRequest::CreateAccount(AccountCreation {
        resource_type: "invitation".to_owned(),
        email: "ada@example.com".to_owned(),
        name: None,
        entitlements: Vec::new(),
        attributes: "{}".to_owned(),
    })];
    for (on, slug) in slugs {
        for principal in ["user", "group", "service_account", "invitation"] {
            let change = GrantChange {
                entitlement: EntitlementReference {
                    resource: reference(on),
                    slug: slug.to_owned(),
                },
                principal: reference(principal),
                expires_at: None,
                hint: None,
            };
            changes.push(ChangeRequest::Grant(change.clone()));
            changes.push(ChangeRequest::Revoke(change));
        }
    }
    for kind in description().resource_types {
        changes.push(ChangeRequest::ResendInvitation(reference(&kind.id)));
        changes.push(ChangeRequest::DeleteResource(ResourceDeletion {
            of: reference(&kind.id),
            attributes: "{}".to_owned(),
        }));
        changes.push(ChangeRequest::UpdateResource(ResourceUpdate {
            of: reference(&kind.id),
            name: Some("other".to_owned()),
            attributes: "{}".to_owned(),
        }));
    }
    changes
}
