use serde_json::json;

use super::*;

#[test]
fn only_a_pending_invitation_whose_time_is_not_over_is_live() {
    for (row, expected) in [
        (json!({"status": "pending"}), Standing::Live),
        (
            json!({"status": "pending", "expires_at": 101}),
            Standing::Live,
        ),
        (
            json!({"status": "pending", "expires_at": null}),
            Standing::Live,
        ),
        (
            json!({"status": "pending", "expires_at": 100}),
            Standing::Expired,
        ),
        (
            json!({"status": "pending", "expires_at": 99}),
            Standing::Expired,
        ),
        (
            json!({"status": "expired", "expires_at": 101}),
            Standing::Expired,
        ),
        (
            json!({"status": "accepted", "expires_at": 101}),
            Standing::Accepted,
        ),
        (json!({"status": "revoked"}), Standing::Unknown),
        (json!({"status": null}), Standing::Unknown),
        (json!({}), Standing::Unknown),
        (json!([]), Standing::Unknown),
    ] {
        assert_eq!(standing(&row, 100), expected, "{row}");
    }
}

#[test]
fn an_invitation_is_a_pending_account_with_its_address() {
    let row = json!({
        "id": "invite-1", "email": "ada@example.com", "created_at": 7, "expires_at": 9,
        "projects": [{"id": "proj_1", "role": "member"}],
    });
    let invitation = resource(id(&row).expect("an id"), &row);
    assert_eq!(invitation.name, "ada@example.com");
    assert_eq!(invitation.status, Status::Pending);
    assert_eq!(invitation.created_at, Some(7));
    assert_eq!(invitation.expires_at, Some(9));
    let account = invitation.account.expect("an account");
    assert_eq!(account.emails.len(), 1);
    assert_eq!(
        invitation.attributes,
        r#"{"projects":[{"id":"proj_1","role":"member"}]}"#
    );
}

#[test]
fn the_older_name_of_its_time_is_read_too() {
    for (row, expected) in [
        (json!({"invited_at": 5}), Some(5)),
        (json!({"created_at": 7, "invited_at": 5}), Some(7)),
        (json!({}), None),
    ] {
        let invitation = resource(items::id(TYPE, "invite-1"), &row);
        assert_eq!(invitation.created_at, expected, "{row}");
        assert_eq!(invitation.name, "invite-1");
    }
}
