//! Every answer against the official OpenAPI document, where it is at hand.
//!
//! The document is no part of this repository: without it the test says that it
//! is skipped, and the official examples still hold.

use std::path::PathBuf;

use axum::http::Method;
use serde_json::{Value, json};

use super::Client;
use crate::Template;

const DOCUMENT: &str = "../../../shared/reference/openai-admin-openapi.yaml";

fn document() -> Option<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is not there", path.display());
    }
    let mut document: Value = serde_norway::from_str(&text?).unwrap();
    close(&mut document["components"]["schemas"]);
    Some(document)
}

/// Lets no object have a property that its schema does not know, so that a
/// misspelt optional field is found.
fn close(schema: &mut Value) {
    if schema["properties"].is_object() {
        schema["additionalProperties"] = json!(false);
    }
    let parts = schema
        .as_object_mut()
        .into_iter()
        .flat_map(|object| object.values_mut());
    parts.for_each(close_any);
}

fn close_any(part: &mut Value) {
    match part {
        Value::Object(_) => close(part),
        Value::Array(items) => items.iter_mut().for_each(close_any),
        _ => {}
    }
}

/// What `schema` (a part of the document) finds wrong with `answer`.
fn faults(document: &Value, schema: &Value, answer: &Value) -> Vec<String> {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&root).unwrap();
    validator
        .iter_errors(answer)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect()
}

/// A client whose every answer is held against the document.
struct Official<'a> {
    document: &'a Value,
    client: Client,
}

impl Official<'_> {
    /// Asks the path that `template` becomes with `id` in its braces. Both the
    /// template and the answer must be as the document says.
    async fn ask(&self, method: Method, template: &str, id: &str, body: Value) -> Value {
        let operation = &self.document["paths"][template][method.as_str().to_lowercase()];
        let content = &operation["responses"]["200"]["content"];
        let schema = &content["application/json"]["schema"];
        assert!(
            schema.is_object(),
            "the document has no {method} {template}"
        );
        let collection = template.split("{").next().unwrap_or_default();
        let answer = self
            .client
            .ask(method, &format!("/v1{collection}{id}"), body)
            .await;
        let answer = answer.ok();
        let found = faults(self.document, schema, &answer);
        assert!(found.is_empty(), "{template}: {found:?} in {answer}");
        answer
    }

    async fn ask_everything(&self) {
        let [users, user] = ["/organization/users", "/organization/users/{user_id}"];
        let [invites, invite] = ["/organization/invites", "/organization/invites/{invite_id}"];
        let [roles, role] = ["/organization/roles", "/organization/roles/{role_id}"];
        let invitation = json!({"email": "brand.new@example.com", "role": "reader"});
        let made = self.ask(Method::POST, invites, "", invitation).await;
        let made = made["id"].as_str().unwrap();
        self.ask(Method::GET, invites, "?limit=100", Value::Null)
            .await;
        self.ask(Method::GET, invite, made, Value::Null).await;
        self.ask(Method::DELETE, invite, made, Value::Null).await;

        let page = self
            .ask(Method::GET, users, "?limit=100", Value::Null)
            .await;
        let first = page["first_id"].as_str().unwrap();
        self.ask(Method::GET, user, first, Value::Null).await;
        self.ask(Method::POST, user, first, json!({"role": "owner"}))
            .await;
        if page["data"][1].is_object() {
            self.ask(
                Method::DELETE,
                user,
                page["data"][1]["id"].as_str().unwrap(),
                Value::Null,
            )
            .await;
        }
        self.ask(Method::GET, roles, "?limit=1", Value::Null).await;
        self.ask(
            Method::GET,
            role,
            "role-api-organization-owner",
            Value::Null,
        )
        .await;
    }
}

#[tokio::test]
async fn every_answer_is_valid_by_the_official_document() {
    let Some(document) = document() else { return };
    for template in Template::ALL {
        if template != Template::Lenient {
            let client = Client::of(template);
            let document = &document;
            Official { document, client }.ask_everything().await;
        }
    }
}

#[tokio::test]
async fn every_error_is_valid_by_the_official_document() {
    let Some(document) = document() else { return };
    let schema = json!({"$ref": "#/components/schemas/ErrorResponse"});
    let client = Client::of(Template::Small);
    for path in [
        "/v1/nothing",
        "/v1/organization/users?limit=0",
        "/v1/organization/users/user-0",
    ] {
        let answer = client.get(path).await;
        assert_eq!(
            faults(&document, &schema, &answer.body),
            Vec::<String>::new()
        );
    }
}

#[tokio::test]
async fn the_document_finds_what_lenient_answers_leave_out() {
    let Some(document) = document() else { return };
    let answer = Client::of(Template::Lenient)
        .get("/v1/organization/invites")
        .await;
    let schema = json!({"$ref": "#/components/schemas/InviteListResponse"});
    let found = faults(&document, &schema, &answer.ok()).join("\n");
    for field in ["projects", "created_at", "invited_at"] {
        assert!(found.contains(field), "{field} is not in {found}");
    }
}
