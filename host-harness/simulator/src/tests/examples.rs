//! Every answer against the official example body of its endpoint: all fields
//! of the example are there, with a value of the same type.
//!
//! The examples are of `openai/openai-openapi` at f85dbe2 (MIT).

use axum::http::Method;
use serde_json::{Value, json};

use super::Client;
use crate::Template;

fn examples() -> Value {
    serde_json::from_str(include_str!("../../tests/data/official-examples.json")).unwrap()
}

/// The operation, its request, and whether its example has a body to send.
fn requests(client: &Client) -> Vec<(&'static str, Method, String)> {
    let role = "/v1/organization/roles/role-api-organization-owner";
    vec![
        ("list-users", Method::GET, "/v1/organization/users".into()),
        ("retrieve-user", Method::GET, client.user("ada")),
        ("modify-user", Method::POST, client.user("alan")),
        ("delete-user", Method::DELETE, client.user("annie")),
        (
            "list-invites",
            Method::GET,
            "/v1/organization/invites?limit=1".into(),
        ),
        (
            "inviteUser",
            Method::POST,
            "/v1/organization/invites".into(),
        ),
        ("retrieve-invite", Method::GET, client.invitation("alan")),
        (
            "delete-invite",
            Method::DELETE,
            client.invitation("katherine"),
        ),
        (
            "list-roles",
            Method::GET,
            "/v1/organization/roles?limit=20".into(),
        ),
        ("retrieve-role", Method::GET, role.into()),
    ]
}

/// Where `answer` lacks a field of `example`, or has it of another type. The
/// rows of a list are all held against the first of the example.
fn differences(at: &str, example: &Value, answer: &Value) -> Vec<String> {
    match (example, answer) {
        (Value::Object(fields), Value::Object(_)) => fields
            .iter()
            .flat_map(|(name, value)| match answer.get(name) {
                Some(found) => differences(&format!("{at}.{name}"), value, found),
                None => vec![format!("{at}.{name} is missing")],
            })
            .collect(),
        (Value::Array(rows), Value::Array(found)) => rows
            .first()
            .into_iter()
            .flat_map(|row| found.iter().map(move |found| (row, found)))
            .filter(|(_, found)| !is_nameless(found))
            .flat_map(|(row, found)| differences(&format!("{at}[]"), row, found))
            .collect(),
        (example, answer) if kind(example) == kind(answer) => vec![],
        _ => vec![format!("{at} is {answer} and not like {example}")],
    }
}

/// The examples know no user without name or e-mail; the spec does.
fn is_nameless(row: &Value) -> bool {
    row["object"] == "organization.user" && (row["name"].is_null() || row["email"].is_null())
}

fn kind(value: &Value) -> std::mem::Discriminant<Value> {
    std::mem::discriminant(value)
}

#[tokio::test]
async fn every_answer_has_the_shape_of_the_official_example() {
    let examples = examples();
    let client = Client::of(Template::Small);
    let requests = requests(&client);
    assert_eq!(requests.len(), examples.as_object().unwrap().len());
    for (operation, method, path) in requests {
        let example = &examples[operation];
        assert!(example["response"].is_object(), "no example of {operation}");
        let mut body = example["request_body"].clone();
        // The projects of the example are none of this organization.
        for (project, name) in [(0, "Search"), (1, "Support")] {
            if let Some(project) = body.pointer_mut(&format!("/projects/{project}/id")) {
                *project = client.project(name).into();
            }
        }
        let answer = client.ask(method, &path, body).await.ok();
        let found = differences(operation, &example["response"], &answer);
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn a_difference_in_shape_is_seen() {
    let example = json!({"a": 1, "list": [{"b": "x"}]});
    let cases = [
        (
            json!({"a": 2, "list": [{"b": "y"}, {"b": "z"}], "more": 1}),
            0,
        ),
        (json!({"a": 2, "list": []}), 0),
        (json!({"list": []}), 1),
        (json!({"a": "1", "list": [{"b": "y"}, {}]}), 2),
        (json!([]), 1),
    ];
    for (answer, count) in cases {
        assert_eq!(differences("", &example, &answer).len(), count, "{answer}");
    }
}
