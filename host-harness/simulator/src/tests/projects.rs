//! What the lists of projects, groups, roles and keys show.

use serde_json::{Value, json};

use super::{Client, column, options};
use crate::{Options, OtherRole, Quirks, Reading, Ruling, StatusCode, Template};

/// A client of `small` with other switches of reading.
fn reading(reading: Reading) -> Client {
    Client::with(Options {
        quirks: Quirks {
            reading,
            ..Quirks::default()
        },
        ..options(Template::Small)
    })
}

impl Client {
    /// The id of the project of that name.
    pub(super) fn project(&self, name: &str) -> String {
        let organization = self.world.organization();
        let mut projects = organization.projects.iter();
        projects.find(|it| it.name == name).unwrap().id.clone()
    }

    /// The id of the group of that name.
    pub(super) fn group(&self, name: &str) -> String {
        let organization = self.world.organization();
        let mut groups = organization.groups.iter();
        groups.find(|it| it.name == name).unwrap().id.clone()
    }

    /// The id of the user or service account whose name starts like that.
    pub(super) fn user_id(&self, start: &str) -> String {
        let organization = self.world.organization();
        let mut users = organization.users.iter();
        let is_meant = |name: &String| name.to_lowercase().starts_with(start);
        let user = users.find(|user| user.name.as_ref().is_some_and(is_meant));
        user.unwrap().id.clone()
    }
}

#[tokio::test]
async fn archived_projects_are_listed_when_asked_for() {
    let client = Client::of(Template::Small);
    let live = vec!["Default project", "Search", "Support", "Sandbox"];
    let all = [live.as_slice(), &["Retired"]].concat();
    let cases = [
        ("", live.clone()),
        ("?include_archived=false", live),
        ("?include_archived=true", all),
    ];
    for (query, expected) in cases {
        let path = format!("/v1/organization/projects{query}");
        let page = client.get(&path).await.ok();
        assert_eq!(column(&page, "name"), expected);
    }
    let path = "/v1/organization/projects?include_archived=yes";
    client.get(path).await.error(400);
    let retired = client.project("Retired");
    let path = format!("/v1/organization/projects/{retired}");
    let row = client.get(&path).await.ok();
    assert_eq!(row["status"], "archived");
    assert!(row["archived_at"].is_u64());
}

#[tokio::test]
async fn organization_owners_are_in_every_live_project() {
    let client = Client::of(Template::Small);
    for name in ["Default project", "Search", "Support", "Sandbox"] {
        let id = client.project(name);
        let path = format!("/v1/organization/projects/{id}/users");
        let page = client.get(&path).await.ok();
        for owner in ["Ada Lovelace", "Grace Hopper"] {
            let rows = page["data"].as_array().unwrap();
            let row = rows.iter().find(|row| row["name"] == owner).unwrap();
            assert_eq!(row["role"], "owner", "{owner} in {name}");
            let one = format!("{path}/{}", row["id"].as_str().unwrap());
            assert_eq!(client.get(&one).await.ok(), *row);
        }
    }
}

#[tokio::test]
async fn an_archived_project_answers_400_on_users_and_service_accounts() {
    let client = Client::of(Template::Small);
    let id = client.project("Retired");
    for list in ["users", "service_accounts"] {
        let path = format!("/v1/organization/projects/{id}/{list}");
        client.get(&path).await.error(400);
        client.get(&format!("{path}/user-1")).await.error(400);
    }
    let others = [
        format!("/v1/organization/projects/{id}/groups"),
        format!("/v1/organization/projects/{id}/api_keys"),
        format!("/v1/projects/{id}/roles"),
        format!("/v1/projects/{id}/users/{}/roles", client.user_id("alan")),
    ];
    let strict = reading(Reading {
        archived_project: Ruling::Refused(StatusCode::BAD_REQUEST),
        ..Reading::default()
    });
    for path in others {
        client.get(&path).await.ok();
        strict.get(&path).await.error(400);
    }
}

#[tokio::test]
async fn a_viewer_is_shown_as_the_switch_says() {
    let cases = [
        (OtherRole::Member, Some("member")),
        (OtherRole::Named, Some("viewer")),
        (OtherRole::Hidden, None),
    ];
    for (other_roles, expected) in cases {
        let client = reading(Reading {
            other_roles,
            ..Reading::default()
        });
        let (id, group) = (client.project("Search"), client.group("Researchers"));
        // They would make a member of the viewer.
        let removed = {
            let mut truth = client.world.organization();
            truth.project_mut(&id).unwrap().groups.remove(&group)
        };
        assert!(removed.is_some());
        let path = format!("/v1/organization/projects/{id}/users");
        let page = client.get(&path).await.ok();
        let rows = page["data"].as_array().unwrap();
        let row = rows.iter().find(|row| row["name"].is_null());
        assert_eq!(row.and_then(|row| row["role"].as_str()), expected);
    }
}

#[tokio::test]
async fn keys_are_filtered_by_what_their_owner_may_do_now() {
    let client = Client::of(Template::Small);
    let id = client.project("Search");
    let active = [
        "notebook",
        "never used",
        "expired",
        "demonstration",
        "nightly",
    ];
    let inactive = ["left behind", "guidance"];
    let cases = [
        ("", active.to_vec()),
        ("?owner_project_access=active", active.to_vec()),
        ("?owner_project_access=inactive", inactive.to_vec()),
    ];
    let path = format!("/v1/organization/projects/{id}/api_keys");
    for (query, expected) in cases {
        let page = client.get(&format!("{path}{query}")).await.ok();
        assert_eq!(column(&page, "name"), expected, "{query}");
    }
    let all = client
        .get(&format!("{path}?owner_project_access=any"))
        .await;
    let all = all.ok();
    assert_eq!(column(&all, "name").len(), 7);
    for row in all["data"].as_array().unwrap() {
        let one = format!("{path}/{}", row["id"].as_str().unwrap());
        assert_eq!(client.get(&one).await.ok(), *row);
    }
    client
        .get(&format!("{path}?owner_project_access=all"))
        .await
        .error(400);
    client.get(&format!("{path}/key_0")).await.error(404);
}

#[tokio::test]
async fn keys_of_deleted_users_and_their_expiry_can_be_switched_off() {
    let client = reading(Reading {
        keys_of_deleted_users: false,
        key_expiry: false,
        keys_without_access_unasked: true,
        ..Reading::default()
    });
    let id = client.project("Search");
    let path = format!("/v1/organization/projects/{id}/api_keys");
    let page = client.get(&path).await.ok();
    assert_eq!(column(&page, "name").len(), 6);
    for row in page["data"].as_array().unwrap() {
        assert!(row.get("expires_at").is_none());
    }
}

#[tokio::test]
async fn service_accounts_are_in_the_user_list_under_the_same_id() {
    let client = Client::of(Template::Small);
    for (project, name, role) in [
        ("Search", "nightly-evaluation", "member"),
        ("Support", "unfinished-migration", "none"),
    ] {
        let id = client.project(project);
        let path = format!("/v1/organization/projects/{id}/service_accounts");
        let page = client.get(&path).await.ok();
        let rows = page["data"].as_array().unwrap();
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        assert_eq!(row["role"], role);
        let user = format!("/v1/organization/users/{}", row["id"].as_str().unwrap());
        assert_eq!(client.get(&user).await.ok()["is_service_account"], true);
        let alan = format!("{path}/{}", client.user_id("alan"));
        client.get(&alan).await.error(404);
    }
    let hidden = reading(Reading {
        service_accounts_as_users: false,
        ..Reading::default()
    });
    let page = hidden.get("/v1/organization/users").await.ok();
    assert_eq!(page["data"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn assignments_tell_what_is_direct_and_what_comes_through_a_group() {
    let client = Client::of(Template::Small);
    let (search, alan) = (client.project("Search"), client.user_id("alan"));
    let path = format!("/v1/projects/{search}/users/{alan}/roles");
    let page = client.get(&path).await.ok();
    assert_eq!(column(&page, "name"), ["Member", "Prompt engineer"]);
    assert!(
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["assignment_sources"].is_null())
    );
    let nobody = {
        let organization = client.world.organization();
        let mut users = organization.users.iter();
        users.find(|it| it.name.is_none()).unwrap().id.clone()
    };
    let path = format!("/v1/projects/{search}/users/{nobody}/roles");
    let page = client.get(&path).await.ok();
    let sources: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["assignment_sources"].clone())
        .collect();
    let group = client.group("Researchers");
    let through = json!([{"principal_id": group, "principal_type": "group"}]);
    assert_eq!(sources, [Value::Null, through]);
    let alias = client.get(&format!("{path}/role-api-project-member")).await;
    assert_eq!(alias.ok(), page["data"][1]);
    client
        .get(&format!("{path}/role-api-project-owner"))
        .await
        .error(404);
}

#[tokio::test]
async fn switches_decide_which_assignments_are_listed() {
    let base = Reading::default;
    let cases = [
        (base(), vec!["Auditor", "Reader", "Group manager"], vec![]),
        (
            Reading {
                inherited_assignments: false,
                ..base()
            },
            vec!["Auditor", "Reader"],
            vec![],
        ),
        (
            Reading {
                predefined_assignments: false,
                implicit_owner_assignments: true,
                ..base()
            },
            vec!["Auditor", "Group manager"],
            vec![],
        ),
        (
            Reading {
                implicit_owner_assignments: true,
                ..base()
            },
            vec!["Auditor", "Reader", "Group manager"],
            vec!["Owner"],
        ),
    ];
    for (switches, of_alan, of_ada) in cases {
        let client = reading(switches);
        let path = format!("/v1/organization/users/{}/roles", client.user_id("alan"));
        let page = client.get(&path).await.ok();
        let mut names = column(&page, "name");
        names.sort_unstable();
        let mut of_alan = of_alan;
        of_alan.sort_unstable();
        assert_eq!(names, of_alan);
        let (project, ada) = (client.project("Sandbox"), client.user_id("ada"));
        let path = format!("/v1/projects/{project}/users/{ada}/roles");
        assert_eq!(column(&client.get(&path).await.ok(), "name"), of_ada);
    }
}

#[tokio::test]
async fn groups_and_their_users_are_listed() {
    let client = Client::of(Template::Small);
    let page = client.get("/v1/organization/groups").await.ok();
    assert_eq!(column(&page, "name"), ["Researchers", "Support"]);
    assert_eq!(page["data"][1]["is_scim_managed"], true);
    let support = client.group("Support");
    let path = format!("/v1/organization/groups/{support}/users");
    let page = client.get(&path).await.ok();
    // The newest first.
    let names = ["Grace Hopper", "Annie Easley", "Alan Turing"];
    assert_eq!(column(&page, "name"), names);
    let one = format!("{path}/{}", client.user_id("alan"));
    assert_eq!(client.get(&one).await.ok()["user_type"], "user");
    let none = format!("{path}/{}", client.user_id("ada"));
    client.get(&none).await.error(404);
}

#[tokio::test]
async fn groups_of_a_project_are_listed_and_have_roles_elsewhere() {
    let client = Client::of(Template::Small);
    let (project, group) = (client.project("Support"), client.group("Support"));
    let path = format!("/v1/organization/projects/{project}/groups");
    let page = client.get(&path).await.ok();
    assert_eq!(column(&page, "group_name"), ["Support"]);
    assert!(page["data"][0].get("role").is_none());
    client.get(&format!("{path}/{group}")).await.ok();
    let tenant = format!("{path}/{group}?group_type=tenant_group");
    client.get(&tenant).await.error(404);
    let roles = format!("/v1/projects/{project}/groups/{group}/roles");
    let page = client.get(&roles).await.ok();
    assert_eq!(column(&page, "name"), ["Owner", "Answering"]);
    let wrong = format!("/v1/organization/projects/{project}/groups/{group}/roles");
    client.get(&wrong).await.error(404);
}

#[tokio::test]
async fn admin_keys_are_listed_in_both_orders() {
    let client = Client::of(Template::Small);
    let path = "/v1/organization/admin_api_keys";
    let up = client.get(path).await.ok();
    let down = client.get(&format!("{path}?order=desc")).await.ok();
    let mut names = column(&up, "name");
    names.reverse();
    assert_eq!(column(&down, "name"), names);
    let owners: Vec<_> = up["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["owner"]["type"].as_str().unwrap())
        .collect();
    assert_eq!(owners, ["user", "user", "user", "service_account"]);
}
