//! A scripted service, whose every request has to match a declared route.

use governance_guest::testing::{self, Script};
use governance_guest::transport::Request;
use governance_guest::wit::connector::{
    Context, Continuation, ListingTarget, Lookup, Mode, Page, Probe, Setting,
};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::Route;
use governance_guest::wit::model::{
    Directness, Gap, GapReason, Grant, Reference, ResourceId, Scope, Subject,
};
use openai_connector::connector::Connector;
use openai_connector::manifest::description;
use serde_json::{Value, json};

/// The time of every call: 2026-01-02T03:04:05Z.
pub(crate) const NOW: i64 = 1_767_323_045;

/// A connector over a script, and its configuration.
pub(crate) struct Service {
    connector: Connector<Script>,
    context: Context,
}

impl Service {
    pub(crate) fn new(script: Script) -> Self {
        let mut service = Self {
            connector: Connector(script),
            context: Context {
                settings: Vec::new(),
                now: NOW,
                mode: Mode::Read,
                credentials: Vec::new(),
            },
        };
        service.set("base_url", "https://api.example.com/v1");
        service
    }

    /// A service that answers these with status 200.
    pub(crate) fn of(answers: &[Value]) -> Self {
        let script = answers.iter().fold(Script::new(), Script::json);
        Self::new(script)
    }

    pub(crate) fn with_organization(mut self, id: &str) -> Self {
        self.set("organization_id", id);
        self
    }

    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.context.settings.retain(|setting| setting.key != key);
        self.context.settings.push(Setting {
            key: key.to_owned(),
            value: value.to_owned(),
        });
    }

    pub(crate) fn list(&self, resource_type: &str, token: Option<&str>) -> Result<Page, Error> {
        self.connector
            .list_resources(&self.context, resource_type, None, None, token)
    }

    pub(crate) fn list_below(
        &self,
        resource_type: &str,
        parent: &Reference,
        token: Option<&str>,
    ) -> Result<Page, Error> {
        self.connector
            .list_resources(&self.context, resource_type, Some(parent), None, token)
    }

    /// Lists the grants of a resource.
    pub(crate) fn grants(&self, of: &Reference, token: Option<&str>) -> Result<Page, Error> {
        let of = ListingTarget::Resource(of.clone());
        self.connector.list_grants(&self.context, &of, token)
    }

    /// Lists the grants of a type.
    pub(crate) fn grants_of_type(&self, resource_type: &str) -> Result<Page, Error> {
        let of = ListingTarget::ResourceType(resource_type.to_owned());
        self.connector.list_grants(&self.context, &of, None)
    }

    pub(crate) fn look_up(
        &self,
        resource_type: &str,
        (key, value): (&str, &str),
        token: Option<&str>,
    ) -> Result<Page, Error> {
        let lookup = Lookup {
            key: key.to_owned(),
            value: value.to_owned(),
        };
        self.connector
            .list_resources(&self.context, resource_type, None, Some(&lookup), token)
    }

    pub(crate) fn get(&self, of: &Reference) -> Result<Page, Error> {
        self.connector.get_resource(&self.context, of)
    }

    pub(crate) fn check(&self, surface: &str) -> Result<Probe, Error> {
        self.connector.check(&self.context, surface)
    }

    /// All requests so far.
    pub(crate) fn sent(&self) -> Vec<Request> {
        self.connector.0.requests()
    }

    /// The same, as `GET /path?query`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.sent().iter().map(line).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for request in self.sent() {
            assert!(route_of(&request).is_some(), "undeclared: {request:?}");
            let secret = request.headers.iter().any(|(name, _)| *name != "accept");
            assert!(!secret, "more headers than needed: {request:?}");
        }
    }
}

fn line(request: &Request) -> String {
    let path = request.url.path().trim_start_matches("/v1");
    let query = request.url.query();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{} {path}{query}", request.method.as_str())
}

/// The declared route that a request matches.
pub(crate) fn route_of(request: &Request) -> Option<Route> {
    testing::route_of(description().routes, "/v1", request)
}

/// The reference of a live project.
pub(crate) fn project() -> Reference {
    reference("project", "p1", None)
}

/// The reference of something in that project.
pub(crate) fn in_project(resource_type: &str, id: &str) -> Reference {
    Reference {
        parent: Some(project().id),
        ..reference(resource_type, id, None)
    }
}

pub(crate) fn reference(resource_type: &str, id: &str, hint: Option<&str>) -> Reference {
    Reference {
        id: ResourceId {
            resource_type: resource_type.to_owned(),
            id: id.to_owned(),
        },
        parent: None,
        hint: hint.map(str::to_owned),
    }
}

/// An answer of the family that goes on by `last_id`.
pub(crate) fn by_last_id(data: &[Value], more: bool) -> Value {
    let last = data.last().map(|row| row["id"].clone());
    json!({"object": "list", "data": data, "last_id": last, "has_more": more})
}

/// An answer of the family that goes on by `next`.
pub(crate) fn by_next(data: &[Value], next: Option<&str>) -> Value {
    json!({"object": "list", "data": data, "next": next, "has_more": next.is_some()})
}

/// A role list that tells the organization.
pub(crate) fn roles() -> Value {
    by_next(&[role("owner", "org-1"), role("reader", "org-1")], None)
}

pub(crate) fn role(name: &str, organization: &str) -> Value {
    json!({
        "object": "role",
        "id": format!("role-api-organization-{name}__api-organization__{organization}"),
        "name": name,
        "description": format!("The {name} role"),
        "permissions": ["api.all.read"],
        "resource_type": "api.organization",
        "predefined_role": true,
    })
}

/// A custom role.
pub(crate) fn custom_role(id: &str) -> Value {
    json!({
        "object": "role", "id": id, "name": format!("Role {id}"), "description": null,
        "permissions": ["api.groups.read"], "predefined_role": false,
    })
}

/// A predefined role of a project.
pub(crate) fn project_role(name: &str) -> Value {
    json!({
        "object": "role", "id": format!("role-api-project-{name}__api-project__p1"),
        "name": name, "description": format!("The {name}"), "permissions": ["api.model.read"],
        "resource_type": "api.project", "predefined_role": true,
    })
}

/// An assignment of a role, through a group if one is given.
pub(crate) fn assigned(role: Value, through: Option<&str>) -> Value {
    let mut row = role;
    row["assignment_sources"] = match through {
        Some(group) => json!([{"principal_id": group, "principal_type": "group"}]),
        None => json!(null),
    };
    row
}

pub(crate) fn person(id: &str, role: &str) -> Value {
    json!({
        "object": "organization.user", "id": id, "name": id.to_uppercase(),
        "email": format!("{id}@example.com"), "role": role, "added_at": 1_711_471_533,
    })
}

/// A page's resources as `type:id`.
pub(crate) fn resources(page: &Page) -> Vec<String> {
    let resources = page.resources.iter();
    resources.map(|resource| written(&resource.id)).collect()
}

/// A page's grants as `resource:slug:principal`, and how they are held unless
/// directly.
pub(crate) fn grants(page: &Page) -> Vec<String> {
    page.grants.iter().map(grant).collect()
}

fn grant(grant: &Grant) -> String {
    let (resource, principal) = (written(&grant.resource), written(&grant.principal));
    let held = match &grant.directness {
        Directness::Direct => String::new(),
        Directness::NotTold => " not told".to_owned(),
        Directness::Inherited(sources) => {
            let sources: Vec<_> = sources.iter().map(written).collect();
            format!(" through {}", sources.join(" "))
        }
    };
    format!("{resource}:{}:{principal}{held}", grant.slug)
}

/// A page's ways to go on, as what each covers.
pub(crate) fn covers(page: &Page) -> Vec<Vec<String>> {
    let scopes = |next: &Continuation| next.covers.iter().map(scope).collect();
    page.next.iter().map(scopes).collect()
}

fn written(id: &ResourceId) -> String {
    format!("{}:{}", id.resource_type, id.id)
}

/// A page's gaps as `surface reason scope`.
pub(crate) fn gaps(page: &Page) -> Vec<String> {
    page.gaps.iter().map(gap).collect()
}

fn gap(gap: &Gap) -> String {
    let reason = match gap.reason {
        GapReason::Permission => "permission",
        GapReason::Plan => "plan",
        GapReason::Failure => "failure",
        GapReason::Assumption => "assumption",
    };
    format!("{} {reason} {}", gap.surface, scope(&gap.scope))
}

/// A scope as `subject on type[:id][:slug] [below type:id] [by type[:id]]`.
pub(crate) fn scope(scope: &Scope) -> String {
    let subject = match scope.subject {
        Some(Subject::Resources) => "resources",
        Some(Subject::Entitlements) => "entitlements",
        Some(Subject::Grants) => "grants",
        Some(Subject::Events) => "events",
        None => "all",
    };
    let side = |word: &str, kind: &Option<String>, id: &Option<String>| {
        let kind = kind.as_deref().map(|kind| format!(" {word} {kind}"));
        let id = id.as_deref().map(|id| format!(":{id}"));
        kind.unwrap_or_default() + &id.unwrap_or_default()
    };
    let on = side("on", &scope.resource_type, &scope.resource_id);
    let slug = scope.slug.as_ref().map(|slug| format!(":{slug}"));
    let below = scope.parent.as_ref();
    let below = below.map(|parent| format!(" below {}", written(parent)));
    let by = side("by", &scope.principal_type, &scope.principal_id);
    let (slug, below) = (slug.unwrap_or_default(), below.unwrap_or_default());
    format!("{subject}{on}{slug}{below}{by}")
}
