//! Lists, page by page.

use serde_json::Value;

use super::{Client, column, options};
use crate::{Options, Template};

fn crowd(users: usize) -> Client {
    // No projects, and so no service accounts among the users.
    Client::with(Options {
        users,
        projects: 0,
        ..options(Template::Generated)
    })
}

/// The sizes of the pages of a family A list, and the ids in their order.
async fn walk(client: &Client, path: &str, limit: usize) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut ids) = (Vec::new(), Vec::new());
    let mut next = format!("{path}?limit={limit}");
    loop {
        let page = client.get(&next).await.ok();
        let rows = column(&page, "id");
        sizes.push(rows.len());
        assert_eq!(page["first_id"].as_str(), rows.first().copied());
        assert_eq!(page["last_id"].as_str(), rows.last().copied());
        ids.extend(rows.into_iter().map(str::to_owned));
        if page["has_more"] == false {
            return (sizes, ids);
        }
        let last = page["last_id"].as_str().unwrap();
        next = format!("{path}?limit={limit}&after={last}");
    }
}

#[tokio::test]
async fn every_row_comes_once_whatever_the_page_size() {
    let cases = [
        (7, 100, vec![7]),
        (20, 20, vec![20]),
        (21, 20, vec![20, 1]),
        (40, 20, vec![20, 20]),
        (7, 1, vec![1; 7]),
        (250, 100, vec![100, 100, 50]),
    ];
    for (users, limit, expected) in cases {
        let client = crowd(users);
        let (sizes, ids) = walk(&client, "/v1/organization/users", limit).await;
        assert_eq!(sizes, expected, "{users} by {limit}");
        let organization = client.world.organization();
        let truth: Vec<_> = organization
            .users
            .iter()
            .map(|user| user.id.clone())
            .collect();
        assert_eq!(ids, truth);
    }
}

#[tokio::test]
async fn invitations_page_as_users_do() {
    let client = crowd(100);
    let (sizes, ids) = walk(&client, "/v1/organization/invites", 2).await;
    assert_eq!((sizes, ids.len()), (vec![2, 2, 1], 5));
}

#[tokio::test]
async fn a_page_has_twenty_rows_unless_asked_otherwise() {
    let client = crowd(500);
    for path in ["/v1/organization/users", "/v1/organization/invites"] {
        let page = client.get(path).await.ok();
        assert_eq!(column(&page, "id").len(), 20);
        assert_eq!(page["has_more"], true);
    }
}

#[tokio::test]
async fn a_page_of_nothing_has_no_ids() {
    let client = Client::of(Template::Empty);
    let page = client.get("/v1/organization/invites").await.ok();
    assert_eq!(page["data"], Value::Array(Vec::new()));
    assert_eq!(page["first_id"], Value::Null);
    assert_eq!(page["last_id"], Value::Null);
    assert_eq!(page["has_more"], false);
}

#[tokio::test]
async fn a_limit_or_cursor_out_of_range_is_a_400() {
    let client = Client::of(Template::Small);
    let (users, invites, roles) = ("users", "invites", "roles");
    let cases = [
        (users, "limit=0", "limit"),
        (users, "limit=101", "limit"),
        (users, "limit=many", "limit"),
        (users, "after=user-0", "after"),
        (users, "after=", "after"),
        (invites, "limit=0", "limit"),
        (invites, "limit=101", "limit"),
        (invites, "after=user-0", "after"),
        (roles, "limit=-1", "limit"),
        (roles, "limit=1001", "limit"),
        (roles, "after=next:role-0", "after"),
        (roles, "after=role-0", "after"),
        (roles, "order=newest", "order"),
    ];
    for (family, query, param) in cases {
        let path = format!("/v1/organization/{family}?{query}");
        let error = client.get(&path).await.error(400);
        assert_eq!(error["param"], param, "{path}");
    }
}

#[tokio::test]
async fn roles_continue_with_next_and_not_with_the_last_id() {
    let client = Client::of(Template::Small);
    let whole = client.get("/v1/organization/roles").await.ok();
    let ids = column(&whole, "id");
    assert_eq!(ids.len(), 4);
    assert_eq!(
        (&whole["has_more"], &whole["next"]),
        (&false.into(), &Value::Null)
    );
    assert!(whole.get("last_id").is_none() && whole.get("first_id").is_none());

    let first = client.get("/v1/organization/roles?limit=1").await.ok();
    assert_eq!(
        (column(&first, "id"), &first["has_more"]),
        (vec![ids[0]], &true.into())
    );
    let next = first["next"].as_str().unwrap();
    let path = format!("/v1/organization/roles?limit=1&after={next}");
    let second = client.get(&path).await.ok();
    assert_eq!(
        (column(&second, "id"), &second["has_more"]),
        (vec![ids[1]], &true.into())
    );
    let path = format!("/v1/organization/roles?after={}", ids[0]);
    client.get(&path).await.error(400);
}

#[tokio::test]
async fn roles_run_in_the_order_that_is_asked_for() {
    let client = Client::of(Template::Small);
    let up = client.get("/v1/organization/roles?order=asc").await.ok();
    let down = client.get("/v1/organization/roles?order=desc").await.ok();
    let mut reversed = column(&down, "id");
    reversed.reverse();
    assert_eq!(column(&up, "id"), reversed);
    let none = client.get("/v1/organization/roles?limit=0").await.ok();
    assert_eq!((column(&none, "id"), &none["next"]), (vec![], &Value::Null));
}

#[tokio::test]
async fn lists_of_projects_and_groups_page_as_the_others_do() {
    let client = Client::with(Options {
        users: 120,
        projects: 30,
        ..options(Template::Generated)
    });
    let path = "/v1/organization/projects";
    let live: Vec<String> = {
        let truth = client.world.organization();
        let projects = truth.projects.iter().filter(|it| it.is_live());
        projects.map(|it| it.id.clone()).collect()
    };
    let (live, project) = (live.len(), &live[1]);
    let (sizes, ids) = walk(&client, path, 7).await;
    assert_eq!((ids.len(), sizes.len()), (live, live.div_ceil(7)));
    for list in ["users", "service_accounts", "api_keys"] {
        let path = format!("{path}/{project}/{list}");
        let (_, ids) = walk(&client, &path, 3).await;
        let whole = client.get(&format!("{path}?limit=100")).await.ok();
        assert_eq!(column(&whole, "id"), ids);
    }
    let first = client.get("/v1/organization/groups?limit=2").await.ok();
    let path = format!(
        "/v1/organization/groups?limit=2&after={}",
        first["next"].as_str().unwrap()
    );
    let second = client.get(&path).await.ok();
    let whole = client.get("/v1/organization/groups").await.ok();
    let both = [column(&first, "id"), column(&second, "id")].concat();
    assert_eq!(both, column(&whole, "id")[..4]);
}
