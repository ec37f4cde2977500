use governance_guest::items;
use governance_guest::wit::faults::ErrorKind;
use governance_guest::wit::model::Reference;

use super::*;

fn entitlement(written: &str) -> EntitlementReference {
    let mut parts = written.split(':');
    let mut next = || parts.next().expect("a part");
    EntitlementReference {
        resource: Reference {
            id: items::id(next(), next()),
            parent: None,
            hint: None,
        },
        slug: next().to_owned(),
    }
}

fn asked(written: &[&str]) -> Result<Content, Error> {
    let entitlements: Vec<_> = written.iter().map(|it| entitlement(it)).collect();
    Content::asked(&entitlements)
}

#[test]
fn what_an_invitation_can_carry_is_sent_and_projects_always() {
    const OWNER: &str = "org_role:role-api-organization-owner:assigned";
    for (written, role, projects) in [
        (&[][..], "reader", json!([])),
        (&[OWNER], "owner", json!([])),
        (&[OWNER, OWNER], "owner", json!([])),
        (
            &["org_role:role-api-organization-reader__api-organization__org-1:assigned"],
            "reader",
            json!([]),
        ),
        (
            &["project:b:owner", "project:a:member", "project:a:member"],
            "reader",
            json!([{"id": "a", "role": "member"}, {"id": "b", "role": "owner"}]),
        ),
    ] {
        let content = asked(written).expect("content");
        let expected = json!({"email": "ada@example.com", "role": role, "projects": projects});
        assert_eq!(content.body("ada@example.com"), expected, "{written:?}");
        let carried = Content::carried(&expected).expect("content");
        assert!(carried.is_same(&content), "{written:?}");
    }
}

#[test]
fn what_an_invitation_cannot_carry_is_refused_and_named() {
    for (written, named) in [
        (&["project:a:viewer"][..], "project:a:viewer"),
        (&["project:a:role_1"], "project:a:role_1"),
        (&["org_role:role_1:assigned"], "org_role:role_1:assigned"),
        (&["group:g:member"], "group:g:member"),
        (&["organization:org-1:member"], "organization:org-1:member"),
        (
            &["org_role:role-api-organization-owner:held"],
            "org_role:role-api-organization-owner:held",
        ),
        (&["project:a:member", "project:a:owner"], "project:a:owner"),
        (
            &[
                "org_role:role-api-organization-owner:assigned",
                "org_role:role-api-organization-reader:assigned",
            ],
            "org_role:role-api-organization-reader:assigned",
        ),
    ] {
        let error = asked(written).expect_err("refused");
        let kind = ErrorKind::InvalidInput("entitlements".to_owned());
        assert_eq!(error.kind, kind, "{written:?}");
        assert!(error.message.contains(named), "{}", error.message);
        assert!(error.hint.is_some(), "{written:?}");
    }
}

#[test]
fn what_is_not_known_of_an_invitation_is_like_nothing_that_is_asked_for() {
    for row in [
        json!({"role": "admin"}),
        json!({}),
        json!({"role": "reader", "projects": [{"id": "a", "role": "painter"}]}),
        json!({"role": "reader", "projects": [{"role": "member"}]}),
    ] {
        assert_eq!(Content::carried(&row), None, "{row}");
    }
    let bare = Content::carried(&json!({"role": "reader"})).expect("content");
    assert!(bare.is_same(&Content::default()));
}
