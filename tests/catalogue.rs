//! A change for each request that changes something, and some of two requests:
//! each of its own things, so that none disturbs another.

use serde_json::{Map, Value, json};

use crate::scenes::{invite, join};
use crate::support::{Organization, text};

/// A change, and how to see whether it is made.
pub(crate) struct Change {
    /// As a line of `harness apply`.
    pub(crate) desired: Value,
    times: Times,
}

/// How often a change has been made, by the service's own lists.
type Times = Box<dyn Fn(&Organization) -> usize + Send + Sync>;

impl Change {
    pub(crate) fn times(&self, at: &Organization) -> usize {
        (self.times)(at)
    }

    /// The kind, such as `grant`.
    pub(crate) fn kind(&self) -> &str {
        text(&self.desired, "change")
    }

    /// What has to be enabled for it.
    pub(crate) fn needs(&self) -> &'static str {
        match self.kind() {
            "revoke" | "delete-resource" => "remove",
            "update-resource" => "create,remove",
            _ => "create",
        }
    }

    /// The command that makes it, with its arguments.
    pub(crate) fn command(&self) -> Vec<String> {
        let of = |key: &str| text(&self.desired, key).to_owned();
        let command = match self.kind() {
            "grant" => vec!["grant".into(), of("entitlement"), of("principal")],
            "revoke" => vec!["revoke".into(), of("entitlement"), of("principal")],
            "create-account" => vec!["account".into(), "create".into(), of("email")],
            "resend-invitation" => vec!["account".into(), "resend".into(), of("of")],
            "create-resource" => {
                vec!["resource".into(), "create".into(), of("type"), of("name")]
            }
            "update-resource" => vec!["resource".into(), "update".into(), of("of")],
            "delete-resource" => vec!["resource".into(), "delete".into(), of("of")],
            other => panic!("no command for {other}"),
        };
        command.into_iter().chain(self.options()).collect()
    }

    fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        if let Some(parent) = self.desired["parent"].as_str() {
            options.extend(["--parent".to_owned(), parent.to_owned()]);
        }
        if let (Some(name), "update-resource") = (self.desired["name"].as_str(), self.kind()) {
            options.extend(["--name".to_owned(), name.to_owned()]);
        }
        for held in self.desired["entitlements"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let held = held.as_str().unwrap();
            options.extend(["--entitlement".to_owned(), held.to_owned()]);
        }
        let none = Map::new();
        for (key, value) in self.desired["attributes"].as_object().unwrap_or(&none) {
            match value {
                Value::Bool(_) if self.kind() == "delete-resource" => {
                    options.push(format!("--{key}"));
                }
                Value::String(value) => {
                    options.extend(["--attribute".into(), format!("{key}={value}")])
                }
                value => options.extend(["--attribute".into(), format!("{key}={value}")]),
            }
        }
        options
    }
}

/// The rows of a list of the service.
pub(crate) fn rows(at: &Organization, path: &str) -> Vec<Value> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let answer = at.api("GET", &format!("{path}{separator}limit=100"), &Value::Null);
    answer["data"].as_array().unwrap().clone()
}

/// How many rows of a list have this value.
fn counts(path: String, key: &'static str, value: impl Into<Value>) -> Times {
    let value = value.into();
    Box::new(move |at| {
        rows(at, &path)
            .iter()
            .filter(|row| row[key] == value)
            .count()
    })
}

/// That no row has it.
fn gone(path: String, key: &'static str, value: impl Into<Value>) -> Times {
    let counted = counts(path, key, value);
    Box::new(move |at| usize::from(counted(at) == 0))
}

/// Makes what the changes are about. `make` adds a change.
struct Maker<'a> {
    at: &'a Organization,
    alpha: String,
    tester: String,
    auditor: String,
    changes: Vec<Change>,
}

/// All of it, in an organization.
pub(crate) fn catalogue(at: &Organization) -> Vec<Change> {
    let alpha = at.made("/organization/projects", &json!({ "name": "Alpha" }));
    let mut maker = Maker {
        at,
        tester: role(at, &format!("/projects/{alpha}/roles"), "Tester"),
        auditor: role(at, "/organization/roles", "Checker"),
        alpha,
        changes: Vec::new(),
    };
    maker.in_the_organization();
    maker.people_in_projects();
    maker.groups_in_projects();
    maker.accounts();
    maker.groups_and_projects();
    maker.roles();
    maker.service_accounts();
    maker.keys();
    maker.changes
}

fn role(at: &Organization, path: &str, name: &str) -> String {
    let permissions = ["api.model.read"];
    at.made(
        path,
        &json!({ "role_name": name, "permissions": permissions, "description": "" }),
    )
}

impl Maker<'_> {
    fn make(&mut self, desired: Value, times: Times) {
        self.changes.push(Change { desired, times });
    }

    fn person(&self, name: &str) -> String {
        join(self.at, &email(name))
    }

    fn group(&self, name: &str) -> String {
        self.at
            .made("/organization/groups", &json!({ "name": name }))
    }

    fn robot(&self, name: &str) -> String {
        let path = format!("/organization/projects/{}/service_accounts", self.alpha);
        let body = json!({ "name": name, "create_service_account_only": true });
        self.at.made(&path, &body)
    }

    fn post(&self, path: &str, body: &Value) {
        self.at.api("POST", path, body);
    }

    fn in_the_organization(&mut self) {
        let auditor = self.auditor.clone();
        let role = json!({ "role_id": auditor });
        let id = self.person("ascends");
        self.make(grant("org_role:owner", &email("ascends")), {
            let id = id.clone();
            Box::new(move |at| {
                let row = at.api("GET", &format!("/organization/users/{id}"), &Value::Null);
                usize::from(row["role"] == "owner")
            })
        });
        let path = format!("/organization/users/{}/roles", self.person("audits"));
        self.make(
            grant("org_role:Checker", &email("audits")),
            counts(path, "id", &*auditor),
        );
        let path = format!("/organization/users/{}/roles", self.person("audited"));
        self.post(&path, &role);
        self.make(
            revoke("org_role:Checker", &email("audited")),
            gone(path, "id", &*auditor),
        );
        let path = format!("/organization/groups/{}/roles", self.group("audits"));
        self.make(
            grant("org_role:Checker", "group:audits"),
            counts(path, "id", &*auditor),
        );
        let path = format!("/organization/groups/{}/roles", self.group("audited"));
        self.post(&path, &role);
        self.make(
            revoke("org_role:Checker", "group:audited"),
            gone(path, "id", &*auditor),
        );
        let (group, id) = (self.group("crew"), self.person("joins"));
        let path = format!("/organization/groups/{group}/users");
        self.make(
            grant("group:crew:member", &email("joins")),
            counts(path.clone(), "id", id),
        );
        let id = self.person("quits");
        self.post(&path, &json!({ "user_id": id }));
        self.make(
            revoke("group:crew:member", &email("quits")),
            gone(path, "id", id),
        );
    }

    /// Puts a person into the project, and gives the paths of the row and the roles.
    fn member(&self, name: &str, role: Option<&str>) -> (String, String) {
        let id = self.person(name);
        let users = format!("/organization/projects/{}/users", self.alpha);
        if let Some(role) = role {
            self.post(&users, &json!({ "user_id": id, "role": role }));
        }
        let roles = format!("/projects/{}/users/{id}/roles", self.alpha);
        (id, roles)
    }

    fn people_in_projects(&mut self) {
        let tester = self.tester.clone();
        let users = format!("/organization/projects/{}/users", self.alpha);
        let (id, _) = self.member("enters", None);
        self.make(
            grant("project:Alpha:member", &email("enters")),
            counts(users.clone(), "id", id),
        );
        let (_, roles) = self.member("rises", Some("member"));
        self.make(
            grant("project:Alpha:owner", &email("rises")),
            counts(roles, "name", "Owner"),
        );
        let (id, _) = self.member("leaves", Some("member"));
        self.make(
            revoke("project:Alpha:member", &email("leaves")),
            gone(users, "id", id),
        );
        let (_, roles) = self.member("tests", Some("member"));
        self.make(
            grant("project:Alpha:Tester", &email("tests")),
            counts(roles, "id", &*tester),
        );
        let (_, roles) = self.member("tested", Some("member"));
        self.post(&roles, &json!({ "role_id": tester }));
        self.make(
            revoke("project:Alpha:Tester", &email("tested")),
            gone(roles, "id", &*tester),
        );
        // Two requests each.
        let (_, roles) = self.member("outside", None);
        self.make(
            grant("project:Alpha:Tester", &email("outside")),
            counts(roles, "id", &*tester),
        );
        let (_, roles) = self.member("falls", Some("member"));
        self.make(
            grant("project:Alpha:viewer", &email("falls")),
            Box::new(move |at| {
                let roles = rows(at, &roles);
                let names: Vec<_> = roles.iter().map(|it| text(it, "name")).collect();
                usize::from(names == ["Viewer"])
            }),
        );
    }

    fn groups_in_projects(&mut self) {
        let (alpha, tester) = (self.alpha.clone(), self.tester.clone());
        let groups = format!("/organization/projects/{alpha}/groups");
        let member = "role-api-project-member";
        let of = |id: &str| format!("/projects/{alpha}/groups/{id}/roles");
        let add = |maker: &Self, id: &str| {
            maker.post(&groups, &json!({ "group_id": id, "role": member }));
        };
        let id = self.group("enters");
        self.make(
            grant("project:Alpha:member", "group:enters"),
            counts(groups.clone(), "group_id", id),
        );
        let id = self.group("leaves");
        add(self, &id);
        self.make(
            revoke("project:Alpha:member", "group:leaves"),
            gone(groups.clone(), "group_id", id),
        );
        let id = self.group("tests");
        add(self, &id);
        self.make(
            grant("project:Alpha:Tester", "group:tests"),
            counts(of(&id), "id", &*tester),
        );
        let id = self.group("tested");
        add(self, &id);
        self.post(&of(&id), &json!({ "role_id": tester }));
        self.make(
            revoke("project:Alpha:Tester", "group:tested"),
            gone(of(&id), "id", &*tester),
        );
    }

    fn accounts(&mut self) {
        let invites = || "/organization/invites".to_owned();
        let id = self.person("goes");
        self.make(
            delete(&email("goes")),
            gone("/organization/users".into(), "id", id),
        );
        let desired = json!({
            "change": "create-account",
            "email": email("comes"),
            "entitlements": ["org_role:reader", "project:Alpha:member"],
        });
        self.make(desired, counts(invites(), "email", email("comes")));
        let id = invite(self.at, &email("withdrawn"));
        self.make(delete(&email("withdrawn")), gone(invites(), "id", id));
        // Two requests each.
        let old = invite(self.at, &email("waits"));
        let desired = json!({ "change": "resend-invitation", "of": email("waits") });
        self.make(desired, counts_others(email("waits"), old));
        let old = invite(self.at, &email("promoted"));
        let desired = json!({
            "change": "create-account",
            "email": email("promoted"),
            "entitlements": ["org_role:owner"],
        });
        self.make(desired, counts_others(email("promoted"), old));
    }

    fn groups_and_projects(&mut self) {
        for (kind, path) in [
            ("group", "/organization/groups"),
            ("project", "/organization/projects"),
        ] {
            let path = path.to_owned();
            self.make(
                create(kind, "brought", None, json!({})),
                counts(path.clone(), "name", "brought"),
            );
            self.at.made(&path, &json!({ "name": "before" }));
            self.make(
                update(&format!("{kind}:before"), "after"),
                counts(path.clone(), "name", "after"),
            );
            let id = self.at.made(&path, &json!({ "name": "ended" }));
            self.make(delete(&format!("{kind}:ended")), gone(path, "id", id));
        }
    }

    fn roles(&mut self) {
        let alpha = self.alpha.clone();
        let levels = [
            ("org_role", "/organization/roles".to_owned(), None, ""),
            (
                "project_role",
                format!("/projects/{alpha}/roles"),
                Some("project:Alpha"),
                "Alpha/",
            ),
        ];
        for (kind, path, parent, within) in levels {
            let permissions = json!({ "permissions": ["api.model.request"] });
            let desired = create(kind, "brought", parent, permissions);
            self.make(desired, counts(path.clone(), "name", "brought"));
            role(self.at, &path, "before");
            let desired = update(&format!("{kind}:{within}before"), "after");
            self.make(desired, counts(path.clone(), "name", "after"));
            let id = role(self.at, &path, "ended");
            self.make(
                delete(&format!("{kind}:{within}ended")),
                gone(path, "id", id),
            );
        }
    }

    fn service_accounts(&mut self) {
        let path = format!("/organization/projects/{}/service_accounts", self.alpha);
        let parent = Some("project:Alpha");
        let named = |name: &'static str| counts(path.clone(), "name", name);
        self.make(
            create("service_account", "robot", parent, json!({})),
            named("robot"),
        );
        let with_key = json!({ "with_key": "true" });
        self.make(
            create("service_account", "keyed", parent, with_key),
            named("keyed"),
        );
        // Two requests.
        let owner = json!({ "role": "owner" });
        let created = named("leader");
        let role = role_of(path.clone(), "leader");
        self.make(
            create("service_account", "leader", parent, owner),
            Box::new(move |at| created(at) * usize::from(role(at) == 1)),
        );
        self.robot("riser");
        self.make(
            grant("project:Alpha:owner", "service_account:Alpha/riser"),
            role_of(path.clone(), "riser"),
        );
        let id = self.robot("scrapped");
        self.make(
            delete("service_account:Alpha/scrapped"),
            gone(path, "id", id),
        );
    }

    fn keys(&mut self) {
        let robot = self.robot("holder");
        let path = format!("/organization/projects/{}/api_keys", self.alpha);
        let accounts = format!("/organization/projects/{}/service_accounts", self.alpha);
        let make = format!("{accounts}/{robot}/api_keys");
        let listed = format!("{path}?owner_project_access=any");
        let of_robot = json!({ "service_account": robot });
        let desired = create("api_key", "fresh", Some("project:Alpha"), of_robot);
        self.make(desired, counts(listed.clone(), "name", "fresh"));
        self.at.made(&make, &json!({ "name": "lasting" }));
        let desired = json!({
            "change": "update-resource",
            "of": "api_key:Alpha/lasting",
            "attributes": { "expires_in_seconds": "3600" },
        });
        let all = listed.clone();
        self.make(
            desired,
            Box::new(move |at| {
                let rows = rows(at, &all);
                let row = rows.iter().find(|row| row["name"] == "lasting").unwrap();
                usize::from(row["expires_at"].is_u64())
            }),
        );
        let id = self.at.made(&make, &json!({ "name": "revoked" }));
        self.make(delete("api_key:Alpha/revoked"), gone(listed, "id", id));
        let keys = "/organization/admin_api_keys";
        let id = self.at.made(keys, &json!({ "name": "spare" }));
        let mut desired = delete("admin_api_key:spare");
        desired["attributes"] = json!({ "force": true });
        self.make(desired, gone(keys.to_owned(), "id", id));
    }
}

/// How many live invitations of the address there are, but for this one.
fn counts_others(email: String, but: String) -> Times {
    Box::new(move |at| {
        let rows = rows(at, "/organization/invites");
        let others = rows
            .iter()
            .filter(|row| row["email"] == *email && row["id"] != *but);
        others.count()
    })
}

fn role_of(path: String, name: &'static str) -> Times {
    Box::new(move |at| {
        let rows = rows(at, &path);
        let is_owner = |row: &&Value| row["name"] == name && row["role"] == "owner";
        rows.iter().filter(is_owner).count()
    })
}

pub(crate) fn email(name: &str) -> String {
    format!("{name}@example.com")
}

pub(crate) fn grant(entitlement: &str, principal: &str) -> Value {
    json!({ "change": "grant", "entitlement": entitlement, "principal": principal })
}

pub(crate) fn revoke(entitlement: &str, principal: &str) -> Value {
    json!({ "change": "revoke", "entitlement": entitlement, "principal": principal })
}

pub(crate) fn create(kind: &str, name: &str, parent: Option<&str>, attributes: Value) -> Value {
    let mut desired = json!({ "change": "create-resource", "type": kind, "name": name });
    if let Some(parent) = parent {
        desired["parent"] = parent.into();
    }
    if attributes != json!({}) {
        desired["attributes"] = attributes;
    }
    desired
}

pub(crate) fn update(of: &str, name: &str) -> Value {
    json!({ "change": "update-resource", "of": of, "name": name })
}

pub(crate) fn delete(of: &str) -> Value {
    json!({ "change": "delete-resource", "of": of })
}
