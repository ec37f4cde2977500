//! What the connector declares holds together.

use std::collections::BTreeSet;

use governance_guest::wit::manifest::{BaseUrl, Effect};
use openai_connector::change;
use openai_connector::manifest::{CREDENTIAL, description};

use crate::service::*;

/// Sends every request that there is; the answers do not matter.
pub(crate) fn all_requests(service: &Service) {
    let steps = |steps: &[(&str, &str)]| -> Vec<String> {
        let token = |(step, with): &(&str, &str)| {
            format!(r#"{{"at":"{step}","v":1,"with":{{"id":"x","user":"x"{with}}}}}"#)
        };
        steps.iter().map(token).collect()
    };
    for resource_type in ["org_role", "user", "invitation", "group", "project"] {
        let _ = service.list(resource_type, None);
    }
    let _ = service.list("admin_api_key", None);
    for token in steps(&[("user-roles", "")]) {
        let _ = service.list("organization", Some(&token));
    }
    for token in steps(&[
        ("project-roles", ""),
        ("project-users", ""),
        ("project-user", r#","service":"yes""#),
        ("project-groups", ""),
        ("project-group", ""),
        ("service-accounts", ""),
    ]) {
        let _ = service.list_below("project_role", &project(), Some(&token));
    }
    let _ = service.list_below("api_key", &project(), None);
    for token in steps(&[("members", ""), ("roles", "")]) {
        let _ = service.grants(&reference("group", "g1", None), Some(&token));
    }
    for resource_type in ["user", "invitation", "group", "project", "org_role"] {
        let _ = service.get(&reference(resource_type, "x/1", None));
    }
    let _ = service.get(&reference("admin_api_key", "k1", None));
    for resource_type in ["project_role", "service_account", "api_key"] {
        let _ = service.get(&in_project(resource_type, "x"));
    }
}

/// Reading alone: what changes read and send beside that is tried by `changes`.
#[test]
fn every_route_that_reading_declares_is_used_and_every_request_is_declared() {
    let service = Service::of(&[]);
    all_requests(&service);
    let used: BTreeSet<String> = service
        .sent()
        .iter()
        .map(|request| route_of(request).expect("a declared route").id)
        .collect();
    let of_changes: BTreeSet<&str> = change::endpoints().iter().map(|it| it.id).collect();
    let declared: BTreeSet<String> = description()
        .routes
        .into_iter()
        .map(|route| route.id)
        .filter(|id| !of_changes.contains(id.as_str()))
        .collect();
    assert_eq!(used, declared);
}

#[test]
fn every_route_is_declared_once_and_what_does_not_read_as_a_change() {
    let routes = description().routes;
    let ids: BTreeSet<&str> = routes.iter().map(|route| route.id.as_str()).collect();
    assert_eq!(ids.len(), routes.len());
    for route in &routes {
        let reads = route.method == "GET";
        assert_eq!(route.effect == Effect::Read, reads, "{}", route.id);
    }
}

#[test]
fn every_list_is_asked_for_with_its_largest_page() {
    let service = Service::of(&[]);
    all_requests(&service);
    for request in service.requests() {
        let Some((path, query)) = request.split_once('?') else {
            continue;
        };
        let hundred = [
            "/organization/users",
            "/organization/invites",
            "/organization/projects",
            "/organization/admin_api_keys",
            "/organization/projects/p1/users",
            "/organization/projects/p1/groups",
            "/organization/projects/p1/service_accounts",
            "/organization/projects/p1/api_keys",
        ];
        let limit = match hundred.iter().any(|it| path == format!("GET {it}")) {
            true => "limit=100",
            false => "limit=1000",
        };
        assert_eq!(query.split('&').next(), Some(limit), "{request}");
    }
}

#[test]
fn all_routes_carry_the_credential_to_the_base_url_alone() {
    let description = description();
    let base = BaseUrl::FromField("base_url".to_owned());
    for route in &description.routes {
        assert_eq!(route.credential.as_deref(), Some(CREDENTIAL));
        assert_eq!(route.base, base);
        let known = ["/organization/", "/projects/"];
        assert!(known.iter().any(|start| route.path.starts_with(start)));
    }
    assert_eq!(description.credentials[0].bases, [base]);
    let field = &description.fields[0];
    assert_eq!(field.environment.as_deref(), Some("OPENAI_BASE_URL"));
    assert!(description.fields.iter().all(|field| !field.secret));
}

#[test]
fn types_name_only_what_is_declared() {
    let description = description();
    let types: Vec<_> = description
        .resource_types
        .iter()
        .map(|told| told.id.as_str())
        .collect();
    assert_eq!(
        types,
        [
            "organization",
            "org_role",
            "user",
            "invitation",
            "group",
            "project",
            "project_role",
            "service_account",
            "api_key",
            "admin_api_key"
        ]
    );
    let surfaces: Vec<_> = description
        .surfaces
        .iter()
        .map(|told| told.id.as_str())
        .collect();
    for told in &description.resource_types {
        assert!(surfaces.contains(&told.surface.as_str()), "{}", told.id);
        let mut named = told.children.iter().chain(&told.carried_by);
        assert!(named.all(|named| types.contains(&named.as_str())));
        for held in &told.static_entitlements {
            let mut holders = held.grantable_to.iter();
            assert!(holders.all(|holder| types.contains(&holder.as_str())));
        }
    }
    assert!(!description.events);
}

#[test]
fn each_change_is_offered_once_and_guarded_where_it_could_take_the_last_owner() {
    let mut guarded = BTreeSet::new();
    for told in description().resource_types {
        for (place, offered) in told.changes.iter().enumerate() {
            let mut others = told.changes.iter().skip(place + 1);
            assert!(
                others.all(|other| other.kind != offered.kind),
                "{}",
                told.id
            );
            assert!(!offered.permissions.is_empty(), "{}", told.id);
            if offered.guard.as_deref() == Some(change::OWNERS) {
                guarded.insert((told.id.clone(), format!("{:?}", offered.kind)));
            }
        }
    }
    let guarded: Vec<_> = guarded
        .iter()
        .map(|(of, kind)| format!("{of} {kind}"))
        .collect();
    let expected = [
        "org_role ChangeKind::Grant",
        "org_role ChangeKind::Revoke",
        "user ChangeKind::DeleteResource",
    ];
    assert_eq!(guarded, expected);
}

#[test]
fn the_default_base_url_is_the_real_one() {
    let mut service = Service::of(&[roles()]);
    service.set("base_url", "");
    service.list("org_role", None).expect("a page");
    let url = service.sent().remove(0).url;
    assert!(
        url.as_str()
            .starts_with("https://api.openai.com/v1/organization/roles?")
    );
}

#[test]
fn a_project_has_three_exclusive_roles_and_no_floor() {
    let description = description();
    let types = description.resource_types;
    let project = types.iter().find(|told| told.id == "project");
    let project = project.expect("projects");
    let held = project.static_entitlements.iter();
    let slugs: Vec<_> = held.map(|it| it.slug.as_str()).collect();
    assert_eq!(slugs, ["owner", "member", "viewer"]);
    for held in &project.static_entitlements {
        let exclusion = held.exclusion.as_ref().expect("a group");
        assert!(exclusion.per_resource && !exclusion.is_default);
        assert_eq!(exclusion.group, "project-role");
        assert_eq!(held.grantable_to, ["user", "group", "service_account"]);
    }
    assert_eq!(
        project.children,
        ["project_role", "service_account", "api_key"]
    );
}
