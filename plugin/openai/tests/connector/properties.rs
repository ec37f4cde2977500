//! Whatever a service answers, a call ends in a page within the contract's
//! bounds, or in an error.

use governance_guest::testing::{Script, answers};
use governance_guest::wit::connector::Page;
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
];

const TYPES: [&str; 4] = ["organization", "org_role", "user", "invitation"];

fn holds(page: &Page) {
    for resource in &page.resources {
        assert!(!resource.id.id.is_empty() && resource.id.id.len() <= 1_024);
        assert!(resource.name.len() <= 1_024 && resource.attributes.len() <= 65_536);
        let attributes: Value = serde_json::from_str(&resource.attributes).expect("JSON");
        assert!(attributes.is_object());
    }
    for gap in &page.gaps {
        assert!(gap.detail.len() <= 2_048);
    }
    for next in &page.next {
        assert!(next.token.len() <= 8_192);
        assert!(!next.covers.is_empty());
    }
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
        for resource_type in TYPES {
            let script = Script::new().status(status, body.to_string().as_bytes());
            let service = Service::new(script).with_organization("org-1");
            if let Ok(page) = service.list(resource_type, None) {
                holds(&page);
            }
        }
    }

    #[test]
    fn no_answer_makes_reading_one_panic(body in bodies(), id in "\\PC{0,12}") {
        for resource_type in TYPES {
            let service = Service::of(std::slice::from_ref(&body));
            if let Ok(page) = service.get(&reference(resource_type, &id, Some(&id))) {
                holds(&page);
                prop_assert!(page.next.is_empty());
            }
        }
    }

    #[test]
    fn no_answer_makes_probing_panic(body in bodies()) {
        for surface in ["roles", "users", "invites"] {
            let _ = Service::of(std::slice::from_ref(&body)).check(surface);
        }
    }

    #[test]
    fn no_token_makes_a_listing_panic(token in "\\PC{0,80}") {
        for resource_type in TYPES {
            prop_assert!(Service::of(&[]).list(resource_type, Some(&token)).is_err());
        }
    }
}
