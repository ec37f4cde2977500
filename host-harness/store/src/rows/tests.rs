//! The lines that others rely on.

use governance_contract::model::{
    Account, AccountKind, EmailAddress, Entitlement, Exclusion, LastUse, Management, Resource,
    Scope, Secret, Status, Subject,
};
use governance_contract::samples::{entitlement, gap, grant, id, resource};
use serde_json::json;

use crate::fixtures::Place;
use crate::{Batch, EntitlementFilter, GapFilter, GrantFilter, ResourceFilter, StoreError};

#[test]
fn lines_have_the_shapes_that_others_rely_on() {
    let place = Place::new();
    let ada = Resource {
        name: "Ada".into(),
        created_at: Some(1_767_323_045),
        attributes: "{ \"z\": 12345678901234567890123,\n \"a\": [] }".into(),
        ..resource("user", "user-1")
    };
    let role = Entitlement {
        exclusion: Some(Exclusion {
            group: "org-role".into(),
            is_default: false,
        }),
        ..entitlement(id("group", "owners"), "assigned")
    };
    let scope = Scope {
        subject: Some(Subject::Grants),
        resource_type: Some("group".into()),
        principal_type: Some("user".into()),
        ..Scope::default()
    };
    place.sync(
        "default",
        Batch {
            resources: &[ada],
            entitlements: &[role],
            grants: &[grant(
                id("group", "owners"),
                "assigned",
                id("user", "user-1"),
            )],
            gaps: &[gap(scope)],
        },
    );
    let store = place.reader();
    let mut shown = Vec::new();
    let mut show = |line: String| shown.push(line);
    store
        .resources(&ResourceFilter::default(), |row| line(&row, &mut show))
        .unwrap();
    store
        .entitlements(&EntitlementFilter::default(), |row| line(&row, &mut show))
        .unwrap();
    store
        .grants(&GrantFilter::default(), |row| line(&row, &mut show))
        .unwrap();
    store
        .gaps(&GapFilter::default(), |row| line(&row, &mut show))
        .unwrap();
    let expected = [
        concat!(
            r#"{"connection":"default","type":"user","id":"user-1","name":"Ada","parent":null,"#,
            r#""traits":["user"],"created_at":"2026-01-02T03:04:05Z","#,
            r#""attributes":{"z":12345678901234567890123,"a":[]},"description":null,"#,
            r#""status":"active","managed_by":"not-told","expires_at":null,"last_use":null,"#,
            r#""account_kind":null,"login":null,"emails":[],"aliases":[],"permissions":[],"secret":null}"#
        ),
        concat!(
            r#"{"connection":"default","id":"group:owners:assigned","resource_type":"group","#,
            r#""resource_id":"owners","slug":"assigned","name":"ASSIGNED","purpose":"assignment","#,
            r#""grantable_to":["user"],"exclusion_group":"org-role","description":null,"#,
            r#""exclusion_default":false}"#
        ),
        concat!(
            r#"{"connection":"default","id":"group:owners:assigned:user:user-1","#,
            r#""entitlement_id":"group:owners:assigned","principal_type":"user","#,
            r#""principal_id":"user-1","directness":"direct","immutable":null,"expands":[],"#,
            r#""expands_deep":null,"principal_name":"Ada","resource_type":"group","resource_id":"owners","#,
            r#""slug":"assigned","pending":false,"sources":[],"expires_at":null}"#
        ),
        concat!(
            r#"{"connection":"default","surface":"all","scope":{"subject":"grants","#,
            r#""resource_type":"group","principal_type":"user"},"reason":"permission","#,
            r#""detail":"may not"}"#
        ),
    ];
    assert_eq!(shown, expected);
}

fn line(row: &impl serde::Serialize, show: &mut impl FnMut(String)) -> Result<(), StoreError> {
    show(serde_json::to_string(row).unwrap());
    Ok(())
}

#[test]
fn everything_that_a_resource_tells_is_kept() {
    let place = Place::new();
    let told = Resource {
        parent: Some(id("project", "p")),
        description: Some("for tests".into()),
        status: Status::Disabled,
        managed_by: Management::IdentityProvider,
        expires_at: Some(0),
        last_use: Some(LastUse {
            at: 1,
            using: "api-key".into(),
        }),
        account: Some(Account {
            kind: AccountKind::Service,
            emails: vec![EmailAddress {
                address: "Ci@Example.org".into(),
                primary: false,
            }],
            login: Some("ci".into()),
        }),
        secret: Some(Secret {
            owner: Some(id("user", "ada")),
            redacted_value: Some("sk-…abcd".into()),
        }),
        permissions: vec!["api.read".into()],
        ..resource("robot", "ci")
    };
    place.sync("default", Batch::of_resources(&[told]));
    let row = &place.reader().all_resources()[0];
    let expected = json!({
        "connection": "default", "type": "robot", "id": "ci", "name": "CI",
        "parent": {"type": "project", "id": "p"}, "traits": ["user"], "created_at": null,
        "attributes": {}, "description": "for tests", "status": "disabled",
        "managed_by": "identity-provider", "expires_at": "1970-01-01T00:00:00Z",
        "last_use": {"at": "1970-01-01T00:00:01Z", "using": "api-key"},
        "account_kind": "service", "login": "ci",
        "emails": [{"address": "Ci@Example.org", "primary": false}], "aliases": [],
        "permissions": ["api.read"],
        "secret": {"owner": {"type": "user", "id": "ada"}, "redacted_value": "sk-…abcd"},
    });
    assert_eq!(*row, expected);
}
