//! An invitation's life, seen from the API.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;

use super::{Client, NOW, options};
use crate::clock::DAY;
use crate::{Options, Quirks, Ruling, Template};

#[tokio::test]
async fn an_invitation_is_pending_then_a_user_and_stays_listed() {
    let client = Client::of(Template::Empty);
    let body = json!({"email": "New.Person@Example.com", "role": "owner", "projects": []});
    let invite = client.post("/v1/organization/invites", body).await.ok();
    assert_eq!(invite["status"], "pending");
    assert_eq!(invite["created_at"], NOW);
    assert_eq!(invite["expires_at"], NOW + 7 * DAY);
    assert_eq!(invite["projects"], json!([]));

    let found = "/v1/organization/users?emails[]=new.person@example.com";
    assert_eq!(client.get(found).await.ok()["data"], json!([]));
    let body = json!({"invitation": "new.person@example.com", "name": "New Person"});
    let accepted = client.post("/control/invitations/accept", body).await.ok();
    let user = &client.get(found).await.ok()["data"][0];
    assert_eq!(user["id"], accepted["user_id"]);
    assert_eq!(
        (&user["role"], &user["name"]),
        (&"owner".into(), &"New Person".into())
    );

    let path = client.invitation("new.person");
    let invite = client.get(&path).await.ok();
    assert_eq!(
        (&invite["status"], &invite["accepted_at"]),
        (&"accepted".into(), &NOW.into())
    );
    let error = client.delete(&path).await.error(400);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("already accepted")
    );
}

#[tokio::test]
async fn an_invitation_expires_by_the_simulated_clock() {
    for reads_pending in [false, true] {
        let client = Client::with(Options {
            quirks: Quirks {
                expired_invites_read_pending: reads_pending,
                ..Quirks::default()
            },
            ..options(Template::Small)
        });
        let path = client.invitation("katherine");
        assert_eq!(client.get(&path).await.ok()["status"], "pending");
        client.world.clock.advance(Duration::from_secs(7 * DAY));
        let expected = if reads_pending { "pending" } else { "expired" };
        assert_eq!(client.get(&path).await.ok()["status"], expected);
        let late = json!({"invitation": path.rsplit('/').next()});
        let answer = client.post("/control/invitations/accept", late).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn a_pending_and_an_expired_invitation_can_be_deleted() {
    let client = Client::of(Template::Small);
    for start in ["katherine", "dorothy"] {
        let path = client.invitation(start);
        let answer = client.delete(&path).await.ok();
        assert_eq!(answer["object"], "organization.invite.deleted");
        client.get(&path).await.error(404);
    }
    let left = client.get("/v1/organization/invites").await.ok();
    assert_eq!(left["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_invitation_without_projects_is_to_the_default_project() {
    let client = Client::of(Template::Small);
    let body = json!({"email": "new@example.com", "role": "reader"});
    let invite = client.post("/v1/organization/invites", body).await.ok();
    let default = client.world.organization().default_project.clone();
    assert_eq!(
        invite["projects"],
        json!([{"id": default, "role": "member"}])
    );
}

#[tokio::test]
async fn inviting_somebody_again_is_answered_as_the_switches_say() {
    let conflict = Ruling::Refused(StatusCode::CONFLICT);
    let cases = [
        ("ALAN.turing@example.com", Quirks::default(), 400),
        ("katherine.JOHNSON@example.com", Quirks::default(), 400),
        ("dorothy.vaughan@example.com", Quirks::default(), 200),
        (
            "alan.turing@example.com",
            Quirks {
                invite_of_a_member: conflict,
                ..Quirks::default()
            },
            409,
        ),
        (
            "alan.turing@example.com",
            Quirks {
                invite_of_a_member: Ruling::Allowed,
                ..Quirks::default()
            },
            200,
        ),
        (
            "katherine.johnson@example.com",
            Quirks {
                second_pending_invite: Ruling::Allowed,
                ..Quirks::default()
            },
            200,
        ),
        (
            "new@example.com",
            Quirks {
                created: StatusCode::CREATED,
                ..Quirks::default()
            },
            201,
        ),
        (
            "new@example.com",
            Quirks {
                any_invite: conflict,
                ..Quirks::default()
            },
            409,
        ),
    ];
    for (email, quirks, status) in cases {
        let client = Client::with(Options {
            quirks,
            ..options(Template::Small)
        });
        let body = json!({"email": email, "role": "reader"});
        let answer = client.post("/v1/organization/invites", body).await;
        assert_eq!(answer.status, status, "{email}: {}", answer.body);
    }
}
