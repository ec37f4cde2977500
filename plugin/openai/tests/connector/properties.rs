//! Whatever a service answers, a call ends in a page within the contract's
//! bounds, or in an error.

use governance_guest::testing::{Script, answers, keeps_its_bounds};
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Reference;
use openai_connector::manifest::description;
use proptest::prelude::*;
use serde_json::Value;

use crate::service::*;

const KEYS: &[&str] = &[
    "data",
    "has_more",
    "last_id",
    "next",
    "id",
    "name",
    "email",
    "role",
    "user",
    "status",
    "expires_at",
    "projects",
    "permissions",
    "error",
    "message",
    "code",
    "owner",
    "pending",
    "group_id",
    "group_type",
    "is_service_account",
    "assignment_sources",
    "principal_id",
    "principal_type",
    "group",
    "archived_at",
    "archived",
    "owner_project_access",
    "service_account",
    "role-api-project-viewer__api-project__p1",
    "role-api-organization-owner",
    "role_1",
    "member",
];

const ALONE: [&str; 7] = [
    "organization",
    "org_role",
    "user",
    "invitation",
    "group",
    "project",
    "admin_api_key",
];
const BELOW: [&str; 3] = ["project_role", "service_account", "api_key"];

/// Tokens of all steps.
const STEPS: [&str; 11] = [
    "roles",
    "users",
    "user-roles",
    "project-roles",
    "project-users",
    "project-user",
    "project-groups",
    "project-group",
    "service-accounts",
    "members",
    "api-keys",
];

fn list(service: &Service, resource_type: &str, token: Option<&str>) -> Result<Page, Error> {
    match BELOW.contains(&resource_type) {
        true => service.list_below(resource_type, &project(), token),
        false => service.list(resource_type, token),
    }
}

fn types() -> impl Iterator<Item = &'static str> {
    ALONE.into_iter().chain(BELOW)
}

fn token(step: &str, with: &str) -> String {
    format!(r#"{{"at":"{step}","v":1,"with":{{"id":"i","user":"u"{with}}}}}"#)
}

/// A list of such rows, or just anything.
fn bodies() -> impl Strategy<Value = Value> {
    let row = answers(KEYS);
    let rows = proptest::collection::vec(row, 0..6);
    let list = (rows, any::<bool>()).prop_map(|(rows, more)| by_last_id(&rows, more));
    prop_oneof![list, answers(KEYS)]
}

proptest! {
    #[test]
    fn no_answer_makes_a_listing_panic(body in bodies(), status in prop_oneof![Just(200), 100..600_u16]) {
        for resource_type in types() {
            let script = Script::new().status(status, body.to_string().as_bytes());
            let service = Service::new(script).with_organization("org-1");
            if let Ok(page) = list(&service, resource_type, None) {
                keeps_its_bounds(&page);
            }
        }
    }

    #[test]
    fn no_answer_makes_reading_one_panic(body in bodies(), id in "\\PC{0,12}") {
        for resource_type in types() {
            let service = Service::of(std::slice::from_ref(&body));
            let of = Reference {
                hint: Some(id.clone()),
                ..in_project(resource_type, &id)
            };
            if let Ok(page) = service.get(&of) {
                keeps_its_bounds(&page);
                prop_assert!(page.next.is_empty());
            }
        }
    }

    #[test]
    fn no_answer_makes_probing_panic(body in bodies()) {
        for surface in description().surfaces {
            let _ = Service::of(std::slice::from_ref(&body)).check(&surface.id);
        }
    }

    #[test]
    fn no_token_makes_a_listing_panic(token in "\\PC{0,80}") {
        for resource_type in types() {
            prop_assert!(list(&Service::of(&[]), resource_type, Some(&token)).is_err());
        }
    }

    #[test]
    fn no_answer_makes_a_step_panic(
        body in bodies(),
        status in prop_oneof![4 => Just(200), 1 => 400..405_u16],
        with in prop_oneof![
            Just(""),
            Just(r#","role":"owner","custom":"some""#),
            Just(r#","role":"member","service":"yes","custom":"unknown""#),
        ]
    ) {
        for step in STEPS {
            let token = token(step, with);
            let service = || Service::new(Script::new().status(status, body.to_string().as_bytes()));
            for resource_type in ["organization", "project_role", "service_account", "api_key"] {
                if let Ok(page) = list(&service(), resource_type, Some(&token)) {
                    keeps_its_bounds(&page);
                }
            }
            let group = reference("group", "g1", Some("scim"));
            if let Ok(page) = service().grants(&group, Some(&token)) {
                keeps_its_bounds(&page);
            }
        }
    }
}
