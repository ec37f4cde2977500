use governance_guest::testing::answers;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn user(row: &Value) -> Resource {
    resource(id(row).expect("an id"), row, None)
}

#[test]
fn a_row_names_its_user_at_the_top_or_in_its_nested_user() {
    for (row, expected) in [
        (json!({"id": "user-1"}), Some("user-1")),
        (json!({"id": "user-1", "user": {"id": "u"}}), Some("user-1")),
        (json!({"user": {"id": "user-2"}}), Some("user-2")),
        (
            json!({"id": null, "user": {"id": "user-2"}}),
            Some("user-2"),
        ),
        (json!({"id": "", "user": {"id": "user-2"}}), Some("user-2")),
        (json!({"id": "x".repeat(1_025)}), None),
        (json!({"id": 7}), None),
        (json!({"user": "user-2"}), None),
        (json!({}), None),
        (json!([]), None),
    ] {
        let id = id(&row).map(|id| id.id);
        assert_eq!(id.as_deref(), expected, "{row}");
    }
}

#[test]
fn another_id_in_the_nested_user_is_an_alias() {
    let row = json!({"id": "user-1", "user": {"id": "u-9"}});
    assert_eq!(user(&row).aliases, [items::id(TYPE, "u-9")]);
    let row = json!({"id": "user-1", "user": {"id": "user-1"}});
    assert_eq!(user(&row).aliases, []);
}

#[test]
fn a_name_is_always_found() {
    for (row, expected) in [
        (
            json!({"id": "i", "name": "Ada", "user": {"name": "A"}}),
            "Ada",
        ),
        (json!({"id": "i", "name": null, "user": {"name": "A"}}), "A"),
        (json!({"id": "i", "name": " ", "email": "a@b.c"}), "a@b.c"),
        (json!({"id": "i", "user": {"email": "a@b.c"}}), "a@b.c"),
        (json!({"id": "i"}), "i"),
    ] {
        assert_eq!(user(&row).name, expected, "{row}");
    }
    let long = user(&json!({"id": "i", "name": "é".repeat(1_000)})).name;
    assert!(long.len() <= 1_024 && long.ends_with("é…"));
}

#[test]
fn each_address_is_told_once_and_the_top_one_is_primary() {
    let told = |row: &Value| -> Vec<(String, bool)> {
        let emails = emails(row).into_iter();
        emails.map(|email| (email.address, email.primary)).collect()
    };
    for (row, expected) in [
        (json!({"email": "a@b.c"}), vec![("a@b.c", true)]),
        (
            json!({"email": "a@b.c", "user": {"email": "A@B.C"}}),
            vec![("a@b.c", true)],
        ),
        (
            json!({"email": "a@b.c", "user": {"email": "d@e.f"}}),
            vec![("a@b.c", true), ("d@e.f", false)],
        ),
        (json!({"user": {"email": "d@e.f"}}), vec![("d@e.f", true)]),
        (json!({"email": ""}), vec![]),
        (json!({"email": null, "user": null}), vec![]),
    ] {
        let expected: Vec<_> = expected
            .iter()
            .map(|(a, p)| ((*a).to_owned(), *p))
            .collect();
        assert_eq!(told(&row), expected, "{row}");
    }
}

#[test]
fn who_is_listed_is_active_unless_disabled_or_banned() {
    for (nested, expected) in [
        (json!(null), Status::Active),
        (json!({}), Status::Active),
        (json!({"enabled": true, "banned": false}), Status::Active),
        (json!({"enabled": null, "banned": null}), Status::Active),
        (json!({"enabled": false}), Status::Disabled),
        (json!({"banned": true}), Status::Disabled),
        (json!({"enabled": true, "banned": true}), Status::Disabled),
    ] {
        let row = json!({"id": "i", "user": nested});
        assert_eq!(user(&row).status, expected, "{row}");
    }
}

#[test]
fn what_the_service_does_not_tell_is_not_told() {
    for (row, managed_by, kind) in [
        (json!({}), Management::NotTold, AccountKind::NotTold),
        (
            json!({"is_scim_managed": true, "is_service_account": true}),
            Management::IdentityProvider,
            AccountKind::Service,
        ),
        (
            json!({"is_scim_managed": false, "is_service_account": false}),
            Management::Service,
            AccountKind::Human,
        ),
    ] {
        let user = resource(items::id(TYPE, "i"), &row, None);
        assert_eq!(user.managed_by, managed_by, "{row}");
        assert_eq!(user.account.expect("an account").kind, kind, "{row}");
    }
}

#[test]
fn times_and_the_rest_are_kept() {
    let user = user(&json!({
        "id": "i", "added_at": 1_711_471_533, "api_key_last_used_at": "1711471534",
        "created": 1, "is_default": false, "technical_level": "high",
        "developer_persona": null, "unknown_field": {"a": 1},
        "user": {"banned_at": 5, "picture": "https://example.com/p.png"},
    }));
    assert_eq!(user.created_at, Some(1_711_471_533));
    let last_use = user.last_use.expect("a last use");
    assert_eq!((last_use.at, &*last_use.using), (1_711_471_534, "api-key"));
    let attributes: Value = serde_json::from_str(&user.attributes).expect("an object");
    let expected =
        json!({"created": 1, "is_default": false, "technical_level": "high", "banned_at": 5});
    assert_eq!(attributes, expected);
}

const KEYS: &[&str] = &["id", "name", "email", "user", "role", "added_at", "created"];

proptest! {
    #[test]
    fn no_row_makes_the_mapping_panic(row in answers(KEYS)) {
        if let Some(id) = id(&row) {
            let user = resource(id, &row, Some("org-1"));
            prop_assert!(!user.name.is_empty());
            prop_assert!(user.account.is_some());
        }
    }
}
