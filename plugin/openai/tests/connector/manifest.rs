//! What the connector declares holds together.

use std::collections::BTreeSet;

use governance_guest::wit::manifest::{BaseUrl, Effect};
use openai_connector::manifest::{CREDENTIAL, description};
use serde_json::json;

use crate::service::*;

#[test]
fn every_declared_route_is_used_and_every_request_is_declared() {
    let service = Service::of(&[
        roles(),
        by_last_id(&[person("u1", "owner")], false),
        person("u1", "owner"),
        by_last_id(&[], false),
        json!({"id": "i1", "status": "pending"}),
    ]);
    service.list("org_role", None).expect("roles");
    service.list("user", None).expect("users");
    service
        .get(&reference("user", "u/1", None))
        .expect("a user");
    service.list("invitation", None).expect("invitations");
    service
        .get(&reference("invitation", "i1", None))
        .expect("an invitation");
    let used: BTreeSet<String> = service
        .sent()
        .iter()
        .map(|request| route_of(request).expect("a declared route").id)
        .collect();
    let declared: BTreeSet<String> = description()
        .routes
        .into_iter()
        .map(|route| route.id)
        .collect();
    assert_eq!(used, declared);
}

#[test]
fn all_routes_read_and_carry_the_credential_to_the_base_url_alone() {
    let description = description();
    let base = BaseUrl::FromField("base_url".to_owned());
    for route in &description.routes {
        assert_eq!(route.effect, Effect::Read);
        assert_eq!(route.credential.as_deref(), Some(CREDENTIAL));
        assert_eq!(route.base, base);
        assert!(route.path.starts_with("/organization/"));
    }
    assert_eq!(description.credentials[0].bases, [base]);
    let field = &description.fields[0];
    assert_eq!(field.environment.as_deref(), Some("OPENAI_BASE_URL"));
    assert!(description.fields.iter().all(|field| !field.secret));
}

#[test]
fn types_name_only_what_is_declared() {
    let description = description();
    let types: Vec<_> = description
        .resource_types
        .iter()
        .map(|told| told.id.as_str())
        .collect();
    assert_eq!(types, ["organization", "org_role", "user", "invitation"]);
    let surfaces: Vec<_> = description
        .surfaces
        .iter()
        .map(|told| told.id.as_str())
        .collect();
    for told in &description.resource_types {
        assert!(surfaces.contains(&told.surface.as_str()), "{}", told.id);
        assert!(told.changes.is_empty(), "changes are not offered yet");
        let mut named = told.children.iter().chain(&told.carried_by);
        assert!(named.all(|named| types.contains(&named.as_str())));
    }
    assert!(!description.events);
}

#[test]
fn the_default_base_url_is_the_real_one() {
    let mut service = Service::of(&[roles()]);
    service.set("base_url", "");
    service.list("org_role", None).expect("a page");
    let url = service.sent().remove(0).url;
    assert!(
        url.as_str()
            .starts_with("https://api.openai.com/v1/organization/roles?")
    );
}
