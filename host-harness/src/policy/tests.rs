//! Decisions as tables of cases.

use governance_contract::manifest::{
    BaseUrl, Credential, CredentialScheme, Description, Effect, Field, FieldKind,
};
use governance_contract::samples::{self, BASE_URL, credential, field, route};
use url::Url;

use super::origin::Origin;
use super::{Access, Operator, Policy, Refusal};
use crate::settings::Settings;
use crate::trust::Trust;

const BASE: &str = "https://api.example.com/v1";

fn description() -> Description {
    let base_url = Field {
        default: Some(BASE.into()),
        ..field(BASE_URL, FieldKind::Url)
    };
    Description {
        fields: vec![base_url],
        routes: vec![
            route("list-users", "GET", "/users", Effect::Read),
            route("delete-user", "DELETE", "/users/{id}", Effect::Change),
        ],
        credentials: vec![credential()],
        ..samples::description(Vec::new())
    }
}

fn policy(base_url: Option<&str>, operator: &Operator) -> Policy {
    let description = description();
    let given: Vec<_> = base_url
        .map(|url| (BASE_URL.into(), url.into()))
        .into_iter()
        .collect();
    let settings = Settings::resolve(&description.fields, &given, |_| None).unwrap();
    Policy::new(&description, &settings, operator).unwrap()
}

fn builtin() -> Operator {
    Operator {
        all_declared: true,
        ..Operator::default()
    }
}

fn decide(policy: &Policy, access: Access, method: &str, url: &str) -> Result<String, Refusal> {
    let url = Url::parse(url).unwrap();
    policy
        .decide(access, method, &url)
        .map(|route| route.id.clone())
}

#[test]
fn only_declared_requests_go_out() {
    let policy = policy(None, &builtin());
    let cases = [
        (
            "GET",
            "https://api.example.com/v1/users",
            Some("list-users"),
        ),
        (
            "GET",
            "https://api.example.com/v1/users?limit=100",
            Some("list-users"),
        ),
        (
            "GET",
            "https://API.EXAMPLE.COM:443/v1/users",
            Some("list-users"),
        ),
        (
            "DELETE",
            "https://api.example.com/v1/users/user-1",
            Some("delete-user"),
        ),
        ("POST", "https://api.example.com/v1/users", None),
        ("get", "https://api.example.com/v1/users", None),
        ("GET", "https://api.example.com/users", None),
        ("GET", "https://api.example.com/v1/users/", None),
        ("GET", "https://api.example.com/v1/secrets", None),
        ("GET", "https://api.example.com:8443/v1/users", None),
        ("GET", "http://api.example.com/v1/users", None),
        ("GET", "https://api.example.com.evil.example/v1/users", None),
        ("GET", "https://api.example.com@evil.example/v1/users", None),
        ("GET", "https://user:pass@api.example.com/v1/users", None),
        ("DELETE", "https://api.example.com/v1/users/..%2Fkeys", None),
    ];
    for (method, url, expected) in cases {
        let decided = decide(&policy, Access::Plan, method, url);
        assert_eq!(decided.ok().as_deref(), expected, "{method} {url}");
    }
}

#[test]
fn a_route_that_changes_something_is_shut_while_reading() {
    let policy = policy(None, &builtin());
    let url = "https://api.example.com/v1/users/user-1";
    assert!(matches!(
        decide(&policy, Access::Read, "DELETE", url),
        Err(Refusal::ReadOnly { route }) if route == "delete-user"
    ));
    assert!(decide(&policy, Access::Plan, "DELETE", url).is_ok());
}

#[test]
fn a_change_cannot_be_declared_a_second_time_as_a_read() {
    let mut description = description();
    let twin = route("harmless", "DELETE", "/users/{name}", Effect::Read);
    description.routes.push(twin.clone());
    description.routes.insert(0, twin);
    let settings = Settings::resolve(&description.fields, &[], |_| None).unwrap();
    let policy = Policy::new(&description, &settings, &builtin()).unwrap();
    let url = "https://api.example.com/v1/users/user-1";
    assert!(matches!(
        decide(&policy, Access::Read, "DELETE", url),
        Err(Refusal::ReadOnly { route }) if route == "delete-user"
    ));
}

#[test]
fn a_component_that_nobody_trusts_reaches_nothing() {
    let url = "https://api.example.com/v1/users";
    let refused = decide(
        &policy(None, &Operator::default()),
        Access::Read,
        "GET",
        url,
    );
    let refusal = refused.unwrap_err();
    assert!(matches!(refusal, Refusal::Origin { .. }));
    assert!(
        refusal
            .hint()
            .ends_with("origins = [\"https://api.example.com\"]")
    );
}

#[test]
fn an_allowed_origin_is_not_yet_an_allowed_credential() {
    let operator = Operator {
        origins: vec![Origin::parse(BASE).unwrap()],
        ..Operator::default()
    };
    let url = "https://api.example.com/v1/users";
    let refusal = decide(&policy(None, &operator), Access::Read, "GET", url).unwrap_err();
    assert!(refusal.hint().ends_with("credentials = [\"token\"]"));
    let operator = Operator {
        credentials: vec!["token".into()],
        ..operator
    };
    assert!(decide(&policy(None, &operator), Access::Read, "GET", url).is_ok());
}

#[test]
fn loopback_is_open_only_where_the_operator_names_it() {
    let loopback = "http://127.0.0.1:8080/v1";
    let named = policy(Some(loopback), &builtin());
    assert!(
        decide(
            &named,
            Access::Read,
            "GET",
            "http://127.0.0.1:8080/v1/users"
        )
        .is_ok()
    );
    let other_port = decide(
        &named,
        Access::Read,
        "GET",
        "http://127.0.0.1:8081/v1/users",
    );
    assert!(matches!(other_port, Err(Refusal::NoRoute { .. })));

    let by_default = policy(None, &builtin());
    let origin = Origin::parse(BASE).unwrap();
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::ffff:127.0.0.1",
    ] {
        let judged = by_default.judge(&origin, address.parse().unwrap());
        assert!(matches!(judged, Err(Refusal::Address { .. })), "{address}");
    }
    assert!(
        by_default
            .judge(&origin, "1.1.1.1".parse().unwrap())
            .is_ok()
    );
}

#[test]
fn a_public_name_that_the_operator_set_still_cannot_lead_inside() {
    let policy = policy(Some("https://proxy.example.com/v1"), &builtin());
    let origin = Origin::parse("https://proxy.example.com").unwrap();
    assert!(policy.judge(&origin, "127.0.0.1".parse().unwrap()).is_err());
    assert!(
        policy
            .judge(&origin, "192.168.0.1".parse().unwrap())
            .is_err()
    );
}

/// The line of configuration at the end of a hint.
fn line(refusal: &Refusal) -> Option<String> {
    let hint = refusal.hint();
    let (_, line) = hint.split_once("entry in harness.toml: ")?;
    Some(line.to_owned())
}

#[test]
fn the_lines_that_refusals_offer_are_all_that_a_component_needs() {
    let mut entry = "[[component]]\nsha256 = \"0\"\n".to_owned();
    let url = "https://api.example.com/v1/users";
    let mut offered = Vec::new();
    loop {
        let trust: Trust = toml::from_str(&entry).unwrap();
        let policy = policy(None, &trust.of("0").unwrap().unwrap());
        let Err(refusal) = decide(&policy, Access::Read, "GET", url) else {
            break;
        };
        let line = line(&refusal).unwrap();
        entry.push_str(&format!("{line}\n"));
        offered.push(line);
    }
    let expected = [
        "origins = [\"https://api.example.com\"]",
        "credentials = [\"token\"]",
    ];
    assert_eq!(offered, expected);
}

#[test]
fn no_line_is_offered_where_none_would_help() {
    let elsewhere = BaseUrl::Fixed("https://other.example/v1".into());
    let below = BaseUrl::Fixed(format!("{BASE}/admin"));
    let unbound = |base| Credential {
        bases: vec![base],
        ..credential()
    };
    let signed = Credential {
        scheme: CredentialScheme::Other("signed".into()),
        ..credential()
    };
    for credential in [unbound(elsewhere), unbound(below), signed] {
        let description = Description {
            credentials: vec![credential],
            ..description()
        };
        let settings = Settings::resolve(&description.fields, &[], |_| None).unwrap();
        let policy = Policy::new(&description, &settings, &builtin()).unwrap();
        let url = "https://api.example.com/v1/users";
        let refusal = decide(&policy, Access::Read, "GET", url).unwrap_err();
        let kind = matches!(refusal, Refusal::Unbound { .. } | Refusal::Scheme { .. });
        assert!(kind && line(&refusal).is_none(), "{refusal:?}");
    }
}

#[test]
fn both_layers_have_to_allow() {
    let origin = || Origin::parse(BASE).unwrap();
    let other = || Origin::parse("https://other.example").unwrap();
    let operator = |origins: Vec<Origin>, credentials: &[&str]| Operator {
        all_declared: false,
        origins,
        credentials: credentials.iter().map(|it| (*it).to_owned()).collect(),
    };
    let declared = "https://api.example.com/v1/users";
    let undeclared = "https://other.example/v1/users";
    let cases = [
        (declared, operator(vec![], &[]), Some("Origin")),
        (declared, operator(vec![], &["token"]), Some("Origin")),
        (
            declared,
            operator(vec![other()], &["token"]),
            Some("Origin"),
        ),
        (declared, operator(vec![origin()], &[]), Some("Credential")),
        (
            declared,
            operator(vec![origin()], &["other"]),
            Some("Credential"),
        ),
        (declared, operator(vec![origin()], &["token"]), None),
        // What the operator allows and the connector does not declare.
        (
            undeclared,
            operator(vec![other()], &["token"]),
            Some("NoRoute"),
        ),
        (undeclared, builtin(), Some("NoRoute")),
        (declared, builtin(), None),
    ];
    for (url, operator, expected) in cases {
        let policy = policy(None, &operator);
        let decided = decide(&policy, Access::Read, "GET", url);
        match (decided, expected) {
            (Ok(_), None) => {}
            (Err(refusal), Some(kind)) => {
                assert!(
                    format!("{refusal:?}").starts_with(kind),
                    "{operator:?}: {refusal:?}"
                );
            }
            other => panic!("{operator:?}: {other:?}"),
        }
    }
}
