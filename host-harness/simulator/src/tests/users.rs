//! What the users endpoints find and change.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Client, column, options};
use crate::{Options, OrganizationRole, Quirks, Ruling, Template};

#[tokio::test]
async fn users_are_found_by_e_mail_without_case() {
    let client = Client::of(Template::Small);
    let (ada, grace) = ("ada.lovelace@example.com", "Grace.Hopper@Example.com");
    let cases = [
        ("emails=ada.lovelace@example.com", vec![ada]),
        ("emails[]=ADA.Lovelace%40EXAMPLE.com", vec![ada]),
        (
            "emails%5B%5D=grace.hopper@example.com&emails[]=ada.lovelace@example.com",
            vec![ada, grace],
        ),
        ("emails=nobody@example.com", vec![]),
        ("emails=", vec![]),
        ("emails=ada", vec![]),
    ];
    for (query, expected) in cases {
        let path = format!("/v1/organization/users?{query}");
        let page = client.get(&path).await.ok();
        assert_eq!(column(&page, "email"), expected, "{query}");
    }
}

#[tokio::test]
async fn a_filtered_list_pages_through_what_it_found() {
    let client = Client::of(Template::Small);
    let query = "emails=ada.lovelace@example.com&emails=annie.easley@example.com&limit=1";
    let first = format!("/v1/organization/users?{query}");
    let page = client.get(&first).await.ok();
    assert_eq!(
        (column(&page, "name"), &page["has_more"]),
        (vec!["Ada Lovelace"], &true.into())
    );
    let second = format!("{first}&after={}", page["last_id"].as_str().unwrap());
    let page = client.get(&second).await.ok();
    assert_eq!(
        (column(&page, "name"), &page["has_more"]),
        (vec!["Annie Easley"], &false.into())
    );
}

#[tokio::test]
async fn a_role_is_changed_by_name_and_by_role_id() {
    let client = Client::of(Template::Small);
    let user = client.user("alan");
    let organization = client.world.organization().id.clone();
    let bound = format!("role-api-organization-owner__api-organization__{organization}");
    let cases = [
        (json!({"role": "owner"}), "owner"),
        (json!({"role": "reader", "role_id": null}), "reader"),
        (json!({"role_id": "role-api-organization-owner"}), "owner"),
        (
            json!({"role_id": "role-api-organization-reader", "role": "reader"}),
            "reader",
        ),
        (json!({"role_id": bound}), "owner"),
        (json!({"technical_level": "novice"}), "owner"),
        (json!({}), "owner"),
    ];
    for (body, role) in cases {
        let answer = client.post(&user, body.clone()).await.ok();
        assert_eq!(answer["role"], role, "{body}");
        assert_eq!(client.get(&user).await.ok(), answer);
    }
    assert_eq!(client.get(&user).await.ok()["technical_level"], "novice");
    let contradiction = json!({"role": "owner", "role_id": "role-api-organization-reader"});
    client.post(&user, contradiction).await.error(400);
    let unknown = json!({"role_id": "role_unknown"});
    client.post(&user, unknown).await.error(404);
}

#[tokio::test]
async fn a_deleted_user_is_gone() {
    let client = Client::of(Template::Small);
    let user = client.user("alan");
    let answer = client.delete(&user).await.ok();
    assert_eq!(answer["object"], "organization.user.deleted");
    client.get(&user).await.error(404);
    client.delete(&user).await.error(404);
    let page = client.get("/v1/organization/users").await.ok();
    assert_eq!(page["data"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn the_last_owner_stays_unless_a_switch_lets_go() {
    let statuses = [
        (Ruling::Refused(StatusCode::BAD_REQUEST), 400),
        (Ruling::Refused(StatusCode::CONFLICT), 409),
        (Ruling::Allowed, 200),
    ];
    for (ruling, status) in statuses {
        let client = Client::with(Options {
            quirks: Quirks {
                loss_of_the_last_owner: ruling,
                ..Quirks::default()
            },
            ..options(Template::Empty)
        });
        let owner = client.user("mary");
        let demoted = client.post(&owner, json!({"role": "reader"})).await;
        assert_eq!(demoted.status, status);
        let role = client.get(&owner).await.ok()["role"].clone();
        assert_eq!(role == "owner", ruling != Ruling::Allowed);
    }
}

#[tokio::test]
async fn the_rows_tell_what_the_truth_is() {
    let client = Client::of(Template::Small);
    let page = client.get("/v1/organization/users").await.ok();
    let rows = page["data"].as_array().unwrap();
    let truth: Vec<_> = client.world.organization().users.iter().cloned().collect();
    assert_eq!(rows.len(), truth.len());
    for (row, user) in rows.iter().zip(truth) {
        let role = user
            .role
            .map_or(Value::Null, |role: OrganizationRole| role.name().into());
        assert_eq!(row["id"], user.id);
        assert_eq!(row["email"], json!(user.email));
        assert_eq!(row["role"], role);
        assert_eq!(row["is_scim_managed"], user.is_scim_managed);
        assert_eq!(row["is_service_account"], user.is_service_account);
        assert_eq!(row["user"]["banned"], user.banned_at.is_some());
        assert_eq!(row["user"]["enabled"], user.banned_at.is_none());
        assert_eq!(
            row["api_key_last_used_at"],
            json!(user.api_key_last_used_at)
        );
    }
}
