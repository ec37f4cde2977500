//! Answers that leave fields out.

use serde_json::Value;

use super::{Client, options};
use crate::{Omissions, Options, Quirks, Template};

#[tokio::test]
async fn lenient_users_have_the_fields_of_the_official_example_alone() {
    let client = Client::of(Template::Lenient);
    let page = client.get("/v1/organization/users").await.ok();
    let rows = page["data"].as_array().unwrap();
    let known = ["object", "id", "name", "email", "role", "added_at"];
    for row in rows {
        let fields = row.as_object().unwrap();
        assert!(
            fields.keys().all(|field| known.contains(&field.as_str())),
            "{row}"
        );
    }
    assert!(rows.iter().any(|row| row.get("role") == Some(&Value::Null)));
    assert!(
        rows.iter()
            .any(|row| row.get("name").is_none() && row.get("email").is_none())
    );
}

#[tokio::test]
async fn lenient_invitations_have_the_old_name_and_no_projects() {
    let client = Client::of(Template::Lenient);
    let page = client.get("/v1/organization/invites").await.ok();
    for row in page["data"].as_array().unwrap() {
        assert!(row["invited_at"].is_u64(), "{row}");
        assert!(
            row.get("created_at").is_none() && row.get("projects").is_none(),
            "{row}"
        );
    }
}

#[tokio::test]
async fn one_row_can_lack_its_id() {
    let id = Client::of(Template::Small).user("alan");
    let id = id.rsplit('/').next().unwrap().to_owned();
    let omissions = Omissions {
        id_of: Some(id),
        ..Omissions::default()
    };
    let client = Client::with(Options {
        quirks: Quirks {
            omissions,
            ..Quirks::default()
        },
        ..options(Template::Small)
    });
    let page = client.get("/v1/organization/users").await.ok();
    let rows = page["data"].as_array().unwrap();
    let without: Vec<_> = rows.iter().filter(|row| row.get("id").is_none()).collect();
    assert_eq!(without.len(), 1);
    assert_eq!(without[0]["email"], "alan.turing@example.com");
    assert_eq!(
        client.get(&client.user("alan")).await.ok()["email"],
        "alan.turing@example.com"
    );
}

#[tokio::test]
async fn lenient_rows_of_groups_assignments_and_admin_keys_are_sparse() {
    let client = Client::of(Template::Lenient);
    let (project, group) = (
        client.project("Diffraction"),
        client.group("Crystallographers"),
    );
    let user = client.user_id("rosalind");
    let lists = [
        ("/v1/organization/groups".to_owned(), "group_type"),
        (
            format!("/v1/organization/projects/{project}/groups"),
            "group_type",
        ),
        (
            format!("/v1/projects/{project}/groups/{group}/roles"),
            "assignment_sources",
        ),
        (
            format!("/v1/projects/{project}/users/{user}/roles"),
            "assignment_sources",
        ),
        ("/v1/organization/admin_api_keys".to_owned(), "expires_at"),
    ];
    for (path, field) in lists {
        let page = client.get(&path).await.ok();
        let rows = page["data"].as_array().unwrap();
        assert!(!rows.is_empty(), "{path}");
        assert!(rows.iter().all(|row| row.get(field).is_none()), "{path}");
    }
}
