//! Every answer against the official OpenAPI document, where it is at hand.
//!
//! The document is no part of this repository: without it the test says that it
//! is skipped, and the official examples still hold. `GOVERNANCE_OPENAI_SPEC`
//! says where it is.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

use axum::http::Method;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::Client;
use crate::Template;

const DOCUMENT: &str = "../../../shared/reference/openai-admin-openapi.yaml";

pub(super) fn document() -> Option<Value> {
    let here = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let path = std::env::var_os("GOVERNANCE_OPENAI_SPEC").map_or_else(here, PathBuf::from);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is not there", path.display());
    }
    let mut document: Value = serde_norway::from_str(&text?).unwrap();
    let key = &mut document["components"]["schemas"]["ProjectApiKey"]["properties"];
    // Newer than the document of August 2026: the SDK of November has it.
    key["expires_at"] = json!({"type": ["integer", "null"]});
    let schemas = &mut document["components"]["schemas"];
    // Written as `allOf`, whose parts cannot be closed one by one.
    let mut made = schemas["AdminApiKey"].clone();
    made["properties"]["value"] = json!({"type": "string"});
    made["required"].as_array_mut()?.push(json!("value"));
    schemas["AdminApiKeyCreateResponse"] = made;
    close(schemas);
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

/// For `schema`, a part of the document.
fn validator_of(document: &Value, schema: &Value) -> Validator {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    jsonschema::validator_for(&root).unwrap()
}

/// What a schema finds wrong with `answer`.
fn faults(validator: &Validator, answer: &Value) -> Vec<String> {
    validator
        .iter_errors(answer)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect()
}

/// A client whose every answer is held against the document.
struct Official<'a> {
    document: &'a Value,
    client: Client,
    /// By `METHOD template`: making one takes longer than using it.
    validators: RefCell<HashMap<String, Validator>>,
}

impl<'a> Official<'a> {
    fn of(document: &'a Value, template: Template) -> Self {
        Self {
            document,
            client: Client::of(template),
            validators: RefCell::default(),
        }
    }
}

impl Official<'_> {
    /// Asks the path that `template` becomes with `ids` in its braces, and
    /// `query` after it. Both the template and the answer must be as the
    /// document says.
    async fn ask(
        &self,
        method: Method,
        template: &str,
        (ids, query): (&[&str], &str),
        body: Value,
    ) -> Value {
        let operation = &self.document["paths"][template][method.as_str().to_lowercase()];
        let content = &operation["responses"]["200"]["content"];
        let schema = &content["application/json"]["schema"];
        assert!(
            schema.is_object(),
            "the document has no {method} {template}"
        );
        let path = format!("/v1{}{query}", filled(template, ids));
        let operation = format!("{method} {template}");
        let answer = self.client.ask(method, &path, body).await.ok();
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(operation);
        let validator = validator.or_insert_with(|| validator_of(self.document, schema));
        let found = faults(validator, &answer);
        assert!(found.is_empty(), "{template}: {found:?} in {answer}");
        answer
    }

    async fn get(&self, template: &str, ids: &[&str]) -> Value {
        self.ask(Method::GET, template, (ids, ""), Value::Null)
            .await
    }

    /// The whole of a list, in one page.
    async fn list(&self, template: &str, ids: &[&str], query: &str) -> Vec<Value> {
        let page = self.ask(Method::GET, template, (ids, query), Value::Null);
        page.await["data"].as_array().unwrap().clone()
    }

    async fn ask_people(&self) {
        let [users, user] = ["/organization/users", "/organization/users/{user_id}"];
        let [invites, invite] = ["/organization/invites", "/organization/invites/{invite_id}"];
        let invitation = json!({"email": "brand.new@example.com", "role": "reader"});
        let made = self.ask(Method::POST, invites, (&[], ""), invitation).await;
        let made = text(&made, "id");
        self.list(invites, &[], "?limit=100").await;
        self.get(invite, &[made]).await;
        self.ask(Method::DELETE, invite, (&[made], ""), Value::Null)
            .await;
        let rows = self.list(users, &[], "?limit=100").await;
        let first = text(&rows[0], "id");
        self.get(user, &[first]).await;
        let change = json!({"role": "owner"});
        self.ask(Method::POST, user, (&[first], ""), change).await;
        if let Some(second) = rows.get(1) {
            let second = text(second, "id");
            self.ask(Method::DELETE, user, (&[second], ""), Value::Null)
                .await;
        }
    }

    /// Asks a list of role assignments, and each row of it by itself.
    async fn ask_assignments(&self, template: &str, ids: &[&str]) {
        for row in self.list(template, ids, "?limit=1000").await {
            let one = format!("{template}/{{role_id}}");
            let ids = [ids, &[text(&row, "id")]].concat();
            assert_eq!(self.get(&one, &ids).await, row);
        }
    }

    async fn ask_organization(&self) {
        for role in self.list("/organization/roles", &[], "?limit=1000").await {
            let one = "/organization/roles/{role_id}";
            assert_eq!(self.get(one, &[text(&role, "id")]).await, role);
        }
        self.get(
            "/organization/roles/{role_id}",
            &["role-api-organization-owner"],
        )
        .await;
        for user in self.list("/organization/users", &[], "?limit=100").await {
            let ids = [text(&user, "id")];
            self.ask_assignments("/organization/users/{user_id}/roles", &ids)
                .await;
        }
        for group in self.list("/organization/groups", &[], "").await {
            self.ask_group(&group).await;
        }
        for key in self.list("/organization/admin_api_keys", &[], "").await {
            let one = "/organization/admin_api_keys/{key_id}";
            assert_eq!(self.get(one, &[text(&key, "id")]).await, key);
        }
    }

    async fn ask_group(&self, group: &Value) {
        let ids = [text(group, "id")];
        let one = "/organization/groups/{group_id}";
        assert_eq!(self.get(one, &ids).await, *group);
        self.ask_assignments("/organization/groups/{group_id}/roles", &ids)
            .await;
        let users = "/organization/groups/{group_id}/users";
        for user in self.list(users, &ids, "").await {
            let one = "/organization/groups/{group_id}/users/{user_id}";
            self.get(one, &[ids[0], text(&user, "id")]).await;
        }
    }

    async fn ask_projects(&self) {
        let projects = "/organization/projects";
        let query = "?limit=100&include_archived=true";
        for project in self.list(projects, &[], query).await {
            let ids = [text(&project, "id")];
            let one = "/organization/projects/{project_id}";
            assert_eq!(self.get(one, &ids).await, project);
            self.ask_open_lists(&ids).await;
            if project["status"] == "active" {
                self.ask_participants(&ids).await;
            }
        }
    }

    async fn ask_open_lists(&self, ids: &[&str]) {
        for role in self.list("/projects/{project_id}/roles", ids, "").await {
            let one = "/projects/{project_id}/roles/{role_id}";
            assert_eq!(self.get(one, &[ids[0], text(&role, "id")]).await, role);
        }
        let keys = "/organization/projects/{project_id}/api_keys";
        for key in self.list(keys, ids, "?owner_project_access=any").await {
            let one = format!("{keys}/{{api_key_id}}");
            assert_eq!(self.get(&one, &[ids[0], text(&key, "id")]).await, key);
        }
        let groups = "/organization/projects/{project_id}/groups";
        for row in self.list(groups, ids, "").await {
            let one = format!("{groups}/{{group_id}}");
            let group = text(&row, "group_id");
            let query = format!("?group_type={}", text(&row, "group_type"));
            self.ask(Method::GET, &one, (&[ids[0], group], &query), Value::Null)
                .await;
            let roles = "/projects/{project_id}/groups/{group_id}/roles";
            self.ask_assignments(roles, &[ids[0], group]).await;
        }
    }

    async fn ask_participants(&self, ids: &[&str]) {
        let users = "/organization/projects/{project_id}/users";
        for user in self.list(users, ids, "?limit=100").await {
            let one = format!("{users}/{{user_id}}");
            let id = text(&user, "id");
            assert_eq!(self.get(&one, &[ids[0], id]).await, user);
            let roles = "/projects/{project_id}/users/{user_id}/roles";
            self.ask_assignments(roles, &[ids[0], id]).await;
        }
        let accounts = "/organization/projects/{project_id}/service_accounts";
        for account in self.list(accounts, ids, "").await {
            let one = format!("{accounts}/{{service_account_id}}");
            assert_eq!(
                self.get(&one, &[ids[0], text(&account, "id")]).await,
                account
            );
        }
    }

    async fn post(&self, template: &str, ids: &[&str], body: Value) -> Value {
        self.ask(Method::POST, template, (ids, ""), body).await
    }

    async fn delete(&self, template: &str, ids: &[&str]) -> Value {
        self.ask(Method::DELETE, template, (ids, ""), Value::Null)
            .await
    }

    /// Assigns a role, asks for it and takes it.
    async fn change_assignments(&self, template: &str, ids: &[&str], role: &str) {
        let one = format!("{template}/{{role_id}}");
        let all = [ids, &[role]].concat();
        self.post(template, ids, json!({ "role_id": role })).await;
        self.get(&one, &all).await;
        self.delete(&one, &all).await;
    }

    /// Makes, changes and deletes a role, which is given and taken meanwhile.
    async fn change_roles(&self, template: &str, ids: &[&str], assigned: [(&str, &str); 2]) {
        let one = format!("{template}/{{role_id}}");
        let new = json!({"role_name": "New", "permissions": ["api.model.read"]});
        let role = self.post(template, ids, new).await;
        let all = [ids, &[text(&role, "id")]].concat();
        let change = json!({"role_name": "Newer", "description": "Reads"});
        let changed = self.post(&one, &all, change).await;
        assert_eq!(changed["permissions"], role["permissions"]);
        for (template, principal) in assigned {
            let ids = [ids, &[principal]].concat();
            self.change_assignments(template, &ids, text(&role, "id"))
                .await;
        }
        self.delete(&one, &all).await;
    }

    async fn change_groups(&self, user: &str) -> String {
        let [groups, group] = ["/organization/groups", "/organization/groups/{group_id}"];
        let made = self.post(groups, &[], json!({"name": "New"})).await;
        let id = text(&made, "id");
        self.post(group, &[id], json!({"name": "Newer"})).await;
        let users = "/organization/groups/{group_id}/users";
        self.post(users, &[id], json!({ "user_id": user })).await;
        let one = "/organization/groups/{group_id}/users/{user_id}";
        self.get(one, &[id, user]).await;
        self.delete(one, &[id, user]).await;
        id.to_owned()
    }

    async fn change_participants(&self, project: &str, user: &str, group: &str) {
        let users = "/organization/projects/{project_id}/users";
        let one = "/organization/projects/{project_id}/users/{user_id}";
        let body = json!({"user_id": user, "role": "member"});
        self.post(users, &[project], body).await;
        let body = json!({"role": "owner"});
        self.post(one, &[project, user], body).await;
        let groups = "/organization/projects/{project_id}/groups";
        let body = json!({"group_id": group, "role": "role-api-project-viewer"});
        self.post(groups, &[project], body).await;
        let assigned = [
            ("/projects/{project_id}/users/{user_id}/roles", user),
            ("/projects/{project_id}/groups/{group_id}/roles", group),
        ];
        self.change_roles("/projects/{project_id}/roles", &[project], assigned)
            .await;
        self.delete(one, &[project, user]).await;
        let one = "/organization/projects/{project_id}/groups/{group_id}";
        self.delete(one, &[project, group]).await;
    }

    async fn change_service_accounts(&self, project: &str) {
        let accounts = "/organization/projects/{project_id}/service_accounts";
        let one = format!("{accounts}/{{service_account_id}}");
        let bare = json!({"name": "bare", "create_service_account_only": true});
        let bare = self.post(accounts, &[project], bare).await;
        assert_eq!(
            (&bare["role"], &bare["api_key"]),
            (&json!("none"), &Value::Null)
        );
        let ids = [project, text(&bare, "id")];
        let body = json!({"name": "dressed", "role": "owner"});
        self.post(&one, &ids, body).await;
        let keys = format!("{one}/api_keys");
        self.post(&keys, &ids, json!({"name": "key"})).await;
        let made = self.post(&keys, &ids, Value::Null).await;
        let key = "/organization/projects/{project_id}/api_keys/{api_key_id}";
        self.delete(key, &[project, text(&made, "id")]).await;
        self.delete(&one, &ids).await;
        let full = json!({"name": "full"});
        let full = self.post(accounts, &[project], full).await;
        assert!(full["api_key"]["value"].is_string());
    }

    async fn change_everything(&self) {
        let user = &self.client.user_id("alan");
        let group = &self.change_groups(user).await;
        let assigned = [
            ("/organization/users/{user_id}/roles", user.as_str()),
            ("/organization/groups/{group_id}/roles", group),
        ];
        for (template, principal) in assigned {
            let role = "role-api-organization-owner";
            self.change_assignments(template, &[principal], role).await;
        }
        for (template, principal) in assigned {
            let new = json!({"role_name": "New", "permissions": []});
            let role = self.post("/organization/roles", &[], new).await;
            let role = text(&role, "id");
            self.change_assignments(template, &[principal], role).await;
            let one = "/organization/roles/{role_id}";
            self.post(one, &[role], json!({"permissions": ["api.usage.read"]}))
                .await;
            self.delete(one, &[role]).await;
        }
        let [projects, one] = [
            "/organization/projects",
            "/organization/projects/{project_id}",
        ];
        let new = json!({"name": "New", "residency": "EU_STORAGE_PROCESSING"});
        let made = self.post(projects, &[], new).await;
        let project = text(&made, "id");
        self.post(one, &[project], json!({"name": "Newer"})).await;
        self.change_participants(project, user, group).await;
        self.change_service_accounts(project).await;
        let archive = format!("{one}/archive");
        let archived = self.post(&archive, &[project], Value::Null).await;
        assert_eq!(archived["status"], "archived");
        self.delete("/organization/groups/{group_id}", &[group])
            .await;
        let [keys, key] = [
            "/organization/admin_api_keys",
            "/organization/admin_api_keys/{key_id}",
        ];
        let new = json!({"name": "New", "expires_in_seconds": 60});
        let made = self.post(keys, &[], new).await;
        self.delete(key, &[text(&made, "id")]).await;
    }

    /// One page of the audit log, whose events are all that was changed.
    async fn ask_audit_log(&self) {
        let body = json!({"invitation": "katherine.johnson@example.com"});
        let accept = "/control/invitations/accept";
        self.client.post(accept, body).await.ok();
        let events = self
            .list("/organization/audit_logs", &[], "?limit=100")
            .await;
        let mut types: Vec<_> = events.iter().map(|event| text(event, "type")).collect();
        types.sort_unstable();
        types.dedup();
        assert!(types.len() > 18, "{types:?}");
    }

    async fn ask_everything(&self) {
        self.ask_organization().await;
        self.ask_projects().await;
        self.ask_people().await;
    }
}

/// The template with ids in its braces.
fn filled(template: &str, ids: &[&str]) -> String {
    let mut ids = ids.iter();
    let part = |part: &str| match part.starts_with('{') {
        true => (*ids.next().unwrap()).to_owned(),
        false => part.to_owned(),
    };
    let parts: Vec<_> = template.split('/').map(part).collect();
    parts.join("/")
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap()
}

#[tokio::test]
async fn every_answer_is_valid_by_the_official_document() {
    let Some(document) = document() else { return };
    for template in Template::ALL {
        if template != Template::Lenient {
            Official::of(&document, template).ask_everything().await;
        }
    }
}

#[tokio::test]
async fn every_change_is_answered_by_the_official_document() {
    let Some(document) = document() else { return };
    let official = Official::of(&document, Template::Small);
    official.change_everything().await;
    official.ask_people().await;
    official.ask_audit_log().await;
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
            faults(&validator_of(&document, &schema), &answer.body),
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
    let found = faults(&validator_of(&document, &schema), &answer.ok()).join("\n");
    for field in ["projects", "created_at", "invited_at"] {
        assert!(found.contains(field), "{field} is not in {found}");
    }
}
