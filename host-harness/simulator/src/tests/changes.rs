//! Changes of projects, groups, roles and keys: what they do and what is
//! refused.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Client, NOW, column, options};
use crate::{Options, Quirks, Ruling, StatusCode, Template, Way, Writing};

fn writing(writing: Writing) -> Client {
    Client::with(Options {
        quirks: Quirks {
            writing,
            ..Quirks::default()
        },
        ..options(Template::Small)
    })
}

/// All that can be allowed.
fn lax() -> Writing {
    Writing {
        default_project_membership: Ruling::Allowed,
        already_in_project: Ruling::Allowed,
        implicit_owner: Ruling::Allowed,
        viewer_by_name: Ruling::Allowed,
        custom_role_of_an_outsider: Ruling::Allowed,
        custom_role_of_a_service_account: Ruling::Allowed,
        scim_group: Ruling::Allowed,
        predefined_role: Ruling::Allowed,
        reader_revoked: Ruling::Allowed,
        invited_project_unknown: Ruling::Allowed,
        ..Writing::default()
    }
}

/// Requests that break a rule, by what a switch of [`Writing`] allows.
fn switchable(client: &Client) -> Vec<(Method, String, Value)> {
    let [alan, ada] = ["alan", "ada"].map(|name| client.user_id(name));
    let [annie, nightly] = ["annie", "nightly"].map(|name| client.user_id(name));
    let [default, search, sandbox] =
        ["Default project", "Search", "Sandbox"].map(|name| client.project(name));
    let support = client.group("Support");
    let engineer = client.project_role("Search", "Prompt engineer");
    let organization = "/v1/organization";
    let users = |project: &str| format!("{organization}/projects/{project}/users");
    let member = json!({"user_id": alan, "role": "member"});
    let invite = json!({
        "email": "new@example.com",
        "role": "reader",
        "projects": [{"id": "proj_0", "role": "member"}],
    });
    let custom = json!({ "role_id": engineer });
    let roles = |user: &str| format!("/v1/projects/{search}/users/{user}/roles");
    vec![
        (Method::POST, users(&default), member.clone()),
        (Method::POST, users(&search), member),
        (
            Method::POST,
            users(&sandbox),
            json!({"user_id": ada, "role": "member"}),
        ),
        (
            Method::POST,
            users(&sandbox),
            json!({"email": "ALAN.turing@example.com", "role": "viewer"}),
        ),
        (Method::POST, roles(&annie), custom.clone()),
        (Method::POST, roles(&nightly), custom),
        (
            Method::POST,
            format!("{organization}/groups/{support}/users"),
            json!({ "user_id": ada }),
        ),
        (
            Method::POST,
            format!("{organization}/groups/{support}"),
            json!({"name": "Help"}),
        ),
        (
            Method::POST,
            format!("{organization}/roles/role-api-organization-reader"),
            json!({"description": "Reads"}),
        ),
        (
            Method::DELETE,
            format!("{organization}/users/{alan}/roles/role-api-organization-reader"),
            Value::Null,
        ),
        (Method::POST, format!("{organization}/invites"), invite),
    ]
}

impl Client {
    /// The id of the custom role of that name in that project.
    fn project_role(&self, project: &str, name: &str) -> String {
        let project = self.project(project);
        let organization = self.world.organization();
        let mut roles = organization.project(&project).unwrap().roles.iter();
        roles.find(|role| role.name == name).unwrap().id.clone()
    }

    /// The words and ids of the roles that the authorizer gives.
    fn roles_of(&self, person: &str, project: &str) -> Vec<String> {
        let truth = crate::authorizer::access(&self.world.organization(), self.world.clock.now());
        let roles = truth.roles_in(person, project).iter();
        roles.map(|held| held.role.clone()).collect()
    }
}

#[tokio::test]
async fn what_a_switch_refuses_changes_nothing_and_what_it_allows_is_done() {
    let strict = Client::of(Template::Small);
    let before = strict.world.organization().clone();
    for (method, path, body) in switchable(&strict) {
        strict.ask(method, &path, body).await.error(400);
    }
    assert_eq!(*strict.world.organization(), before);
    let lax = writing(lax());
    for (method, path, body) in switchable(&lax) {
        lax.ask(method, &path, body).await.ok();
    }
}

#[tokio::test]
async fn a_project_user_is_added_changed_and_removed() {
    let client = Client::of(Template::Small);
    let (sandbox, alan) = (client.project("Sandbox"), client.user_id("alan"));
    let users = format!("/v1/organization/projects/{sandbox}/users");
    let body = json!({"email": "Alan.Turing@example.com", "role": "member"});
    let row = client.post(&users, body).await.ok();
    assert_eq!((&row["id"], &row["role"]), (&json!(alan), &json!("member")));
    assert_eq!(client.roles_of(&alan, &sandbox), ["member"]);
    let one = format!("{users}/{alan}");
    let row = client.post(&one, json!({"role": "owner"})).await.ok();
    assert_eq!(row["role"], "owner");
    assert_eq!(client.roles_of(&alan, &sandbox), ["owner"]);
    client.delete(&one).await.ok();
    assert!(client.roles_of(&alan, &sandbox).is_empty());
    client.delete(&one).await.error(404);
    let stranger = json!({"email": "nobody@example.com", "role": "member"});
    client.post(&users, stranger).await.error(404);
    client
        .post(&users, json!({"role": "member"}))
        .await
        .error(400);
}

#[tokio::test]
async fn the_default_project_keeps_its_name_and_stays() {
    let client = Client::of(Template::Small);
    let path = format!(
        "/v1/organization/projects/{}",
        client.project("Default project")
    );
    client
        .post(&path, json!({"name": "Other"}))
        .await
        .error(400);
    client
        .post(&format!("{path}/archive"), Value::Null)
        .await
        .error(400);
}

#[tokio::test]
async fn an_archived_project_cannot_be_changed() {
    let client = Client::of(Template::Small);
    let (id, alan) = (client.project("Retired"), client.user_id("alan"));
    let path = format!("/v1/organization/projects/{id}");
    let cases = [
        (path.clone(), json!({"name": "Other"})),
        (
            format!("{path}/users"),
            json!({"user_id": alan, "role": "member"}),
        ),
        (format!("{path}/service_accounts"), json!({"name": "new"})),
        (
            format!("/v1/projects/{id}/roles"),
            json!({"role_name": "New", "permissions": []}),
        ),
        (
            format!("/v1/projects/{id}/users/{alan}/roles"),
            json!({"role_id": "role-api-project-member"}),
        ),
    ];
    for (path, body) in cases {
        client.post(&path, body).await.error(400);
    }
    client
        .post(&format!("{path}/archive"), Value::Null)
        .await
        .ok();
}

#[tokio::test]
async fn a_custom_role_is_held_beside_membership_and_goes_with_its_deletion() {
    let client = Client::of(Template::Small);
    let (search, annie) = (client.project("Search"), client.user_id("annie"));
    let engineer = client.project_role("Search", "Prompt engineer");
    let roles = format!("/v1/projects/{search}/users/{annie}/roles");
    for role in ["role-api-project-viewer", &engineer] {
        client.post(&roles, json!({ "role_id": role })).await.ok();
    }
    let mut held = [engineer.clone(), "viewer".to_owned()];
    held.sort();
    assert_eq!(client.roles_of(&annie, &search), held);
    let role = format!("/v1/projects/{search}/roles/{engineer}");
    client.delete(&role).await.ok();
    assert_eq!(client.roles_of(&annie, &search), ["viewer"]);
    let viewer = format!("{roles}/role-api-project-viewer");
    let answer = client.delete(&viewer).await.ok();
    assert_eq!(
        answer,
        json!({"object": "user.role.deleted", "deleted": true})
    );
    client.delete(&viewer).await.error(404);
    let users = format!("/v1/organization/projects/{search}/users/{annie}");
    client.get(&users).await.error(404);
}

#[tokio::test]
async fn what_comes_through_a_group_is_not_taken_from_the_person() {
    let client = Client::of(Template::Small);
    let (support, alan) = (client.project("Support"), client.user_id("alan"));
    let owner = format!("/v1/projects/{support}/users/{alan}/roles/role-api-project-owner");
    client.get(&owner).await.ok();
    client.delete(&owner).await.error(404);
    let group = client.group("Support");
    let path = format!("/v1/organization/projects/{support}/groups/{group}");
    let answer = client.delete(&path).await.ok();
    assert_eq!(
        answer,
        json!({"object": "project.group.deleted", "deleted": true})
    );
    client.get(&owner).await.error(404);
    assert!(client.roles_of(&alan, &support).is_empty());
}

#[tokio::test]
async fn an_owner_made_by_role_assignment_owns_every_project() {
    let client = Client::of(Template::Small);
    let (sandbox, alan) = (client.project("Sandbox"), client.user_id("alan"));
    let roles = format!("/v1/organization/users/{alan}/roles");
    let owner = json!({"role_id": "role-api-organization-owner"});
    client.post(&roles, owner).await.ok();
    let user = format!("/v1/organization/users/{alan}");
    assert_eq!(client.get(&user).await.ok()["role"], "owner");
    assert_eq!(client.roles_of(&alan, &sandbox), ["owner"]);
    let one = format!("{roles}/role-api-organization-owner");
    client.delete(&one).await.ok();
    assert_eq!(client.get(&user).await.ok()["role"], "reader");
    assert!(client.roles_of(&alan, &sandbox).is_empty());
}

#[tokio::test]
async fn deleting_a_service_account_takes_its_keys_and_its_user() {
    let client = Client::of(Template::Small);
    let (search, id) = (client.project("Search"), client.user_id("nightly"));
    let path = format!("/v1/organization/projects/{search}");
    let one = format!("{path}/service_accounts/{id}");
    client.delete(&one).await.ok();
    client.get(&one).await.error(404);
    client
        .get(&format!("/v1/organization/users/{id}"))
        .await
        .error(404);
    let keys = format!("{path}/api_keys?owner_project_access=any");
    let page = client.get(&keys).await.ok();
    assert!(!column(&page, "name").contains(&"nightly"));
}

#[tokio::test]
async fn a_key_of_a_service_account_is_deleted_or_not_as_the_switch_says() {
    for allowed in [true, false] {
        let client = writing(Writing {
            key_of_a_service_account_deleted: match allowed {
                true => Ruling::Allowed,
                false => Ruling::Refused(StatusCode::BAD_REQUEST),
            },
            ..Writing::default()
        });
        let path = format!("/v1/organization/projects/{}", client.project("Search"));
        let page = client.get(&format!("{path}/api_keys")).await.ok();
        let rows = page["data"].as_array().unwrap();
        let key = rows.iter().find(|row| row["name"] == "nightly").unwrap();
        let key = format!("{path}/api_keys/{}", key["id"].as_str().unwrap());
        let answer = client.delete(&key).await;
        assert_eq!(answer.status == StatusCode::OK, allowed);
    }
}

#[tokio::test]
async fn a_key_lives_as_long_as_it_is_told_unless_it_has_expired() {
    let client = Client::of(Template::Small);
    let path = format!("/v1/organization/projects/{}", client.project("Search"));
    let keys = format!("{path}/api_keys");
    let page = client
        .get(&format!("{keys}?owner_project_access=any"))
        .await
        .ok();
    let rows = page["data"].as_array().unwrap();
    let key = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        format!("{keys}/{}", row["id"].as_str().unwrap())
    };
    let month = json!({"expires_in_seconds": 2_592_000});
    let nightly = key("nightly");
    let answer = client.post(&nightly, month.clone()).await.ok();
    assert_eq!(answer["expires_at"], NOW + 2_592_000);
    let answer = client.post(&nightly, json!({"scopes": []})).await.ok();
    assert_eq!(answer["expires_at"], NOW + 2_592_000);
    assert_eq!(client.get(&nightly).await.ok(), answer);
    client.post(&nightly, json!({})).await.error(400);
    let never = json!({"expires_in_seconds": 0});
    client.post(&nightly, never).await.error(400);
    client.post(&key("expired"), month.clone()).await.error(400);
    client
        .post(&format!("{keys}/key_0"), month)
        .await
        .error(404);
}

#[tokio::test]
async fn an_accepted_invitation_gives_its_projects_unless_a_switch_forgets_them() {
    for joined in [true, false] {
        let client = writing(Writing {
            invited_projects_joined: joined,
            ..Writing::default()
        });
        let search = client.project("Search");
        let invitation = json!({
            "email": "new@example.com",
            "role": "reader",
            "projects": [{"id": search, "role": "owner"}],
        });
        client
            .post("/v1/organization/invites", invitation)
            .await
            .ok();
        let body = json!({"invitation": "new@example.com"});
        let user = client.post("/control/invitations/accept", body).await.ok();
        let roles = client.roles_of(user["user_id"].as_str().unwrap(), &search);
        assert_eq!(roles.contains(&"owner".to_owned()), joined);
    }
}

#[tokio::test]
async fn a_deleted_user_is_nowhere_any_more() {
    let client = Client::of(Template::Small);
    let alan = client.user_id("alan");
    client.delete(&client.user("alan")).await.ok();
    let truth = crate::authorizer::access(&client.world.organization(), super::NOW);
    assert!(truth.projects.iter().all(|row| row.person != alan));
    let support = client.group("Support");
    let path = format!("/v1/organization/groups/{support}/users");
    let page = client.get(&path).await.ok();
    assert!(!column(&page, "id").contains(&alan.as_str()));
    let direct = |row: &crate::HeldRole| row.ways.contains(&Way::Direct);
    assert!(
        truth
            .organization
            .iter()
            .all(|row| row.roles.iter().any(direct))
    );
}
