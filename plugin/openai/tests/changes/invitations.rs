//! Accounts created by invitation.

use governance_guest::wit::changes::{AccountCreation, ChangeRequest, Completion, Outcome};
use governance_guest::wit::model::EntitlementReference;
use openai_simulator::{Options, PendingAccess, Quirks, Ruling, Template};
use serde_json::{Value, json};

use crate::made::{again, made, named};
use crate::simulated::{Simulated, ended, small, written};

const NEW: &str = "mary.jackson@example.com";
pub(crate) const PENDING: &str = "Katherine.Johnson@example.com";
pub(crate) const EXPIRED: &str = "dorothy.vaughan@example.com";
pub(crate) const ACCEPTED: &str = "alan.turing@example.com";

/// An account with entitlements such as `org_role/owner`, `project/Search/member`.
fn creation(simulated: &Simulated, email: &str, entitlements: &[&str]) -> ChangeRequest {
    let entitlement = |written: &&str| {
        let parts: Vec<&str> = written.split('/').collect();
        EntitlementReference {
            resource: named(simulated, parts[0], parts[1]),
            slug: parts.get(2).unwrap_or(&"assigned").to_string(),
        }
    };
    ChangeRequest::CreateAccount(AccountCreation {
        resource_type: "invitation".to_owned(),
        email: email.to_owned(),
        name: None,
        entitlements: entitlements.iter().map(entitlement).collect(),
        attributes: "{}".to_owned(),
    })
}

/// What live invitations of an address promise, such as `reader Search/member`.
pub(crate) fn promised(simulated: &Simulated, email: &str) -> Vec<String> {
    let write = |row: &PendingAccess| {
        let mut parts = Vec::new();
        for project in &row.projects {
            let path = format!("/organization/projects/{}", project.project);
            let name = simulated.api("GET", &path, "")["name"].clone();
            parts.push(format!(
                "{}/{}",
                name.as_str().expect("a name"),
                project.role
            ));
        }
        parts.sort();
        parts.insert(0, row.organization_role.name().to_owned());
        parts.join(" ")
    };
    let access = simulated.simulator.access();
    let rows = access.pending.iter();
    let mut written: Vec<String> = rows
        .filter(|row| row.email.eq_ignore_ascii_case(email))
        .map(write)
        .collect();
    written.sort();
    written
}

fn summaries(outcome: &Outcome) -> Vec<&str> {
    let effects = outcome.effects.iter();
    effects.map(|effect| effect.summary.as_str()).collect()
}

pub(crate) fn told(outcome: &Outcome, part: &str) -> bool {
    outcome.consequences.iter().any(|it| it.contains(part))
}

fn with(quirks: Quirks) -> Simulated {
    Simulated::start(Options {
        quirks,
        ..Options::default()
    })
}

#[test]
fn an_account_is_created_as_the_state_of_its_address_says() {
    const DEFAULT: &str = "project/Default project/member";
    const OWNER: &str = "org_role/owner";
    let reader = "reader Default project/member";
    for (email, entitlements, expected, steps, then) in [
        (NEW, &[][..], "pending", 1, &["reader"][..]),
        (NEW, &["org_role/reader"], "pending", 1, &["reader"]),
        (
            NEW,
            &[OWNER, "project/Search/member", "project/Sandbox/owner"],
            "pending",
            1,
            &["owner Sandbox/owner Search/member"],
        ),
        // A live one: the same, and another.
        (PENDING, &[DEFAULT], "no-op", 0, &[reader]),
        (
            "katherine.johnson@EXAMPLE.com",
            &[DEFAULT],
            "no-op",
            0,
            &[reader],
        ),
        (PENDING, &[], "pending", 2, &["reader"]),
        (
            PENDING,
            &[OWNER, DEFAULT],
            "pending",
            2,
            &["owner Default project/member"],
        ),
        // An expired one, whatever it carried.
        (EXPIRED, &[OWNER], "pending", 2, &["owner"]),
        // A member.
        (ACCEPTED, &[], "no-op", 0, &[]),
        (" Alan.Turing@Example.com ", &[OWNER], "no-op", 0, &[]),
    ] {
        let simulated = small();
        let change = creation(&simulated, email, entitlements);
        let outcome = made(&simulated, &change);
        let case = format!("{email} {entitlements:?}: {outcome:?}");
        assert_eq!(ended(&outcome), expected, "{case}");
        let outcome = outcome.expect("an outcome");
        assert_eq!(outcome.effects.len(), steps, "{case}");
        assert_eq!(outcome.resources.len(), 1, "{case}");
        assert_eq!(told(&outcome, "e-mail goes out"), steps > 0, "{case}");
        assert_eq!(promised(&simulated, email.trim()), then, "{case}");
        again(&simulated, &change);
    }
}

#[test]
fn an_invitation_is_told_with_what_it_promises_and_until_when() {
    let simulated = small();
    let change = creation(&simulated, NEW, &["project/Search/owner"]);
    let (planned, requests) = simulated.plan(&change);
    let planned = planned.expect("a plan");
    assert_eq!(planned.resources[0].id.id, "new-invitation");
    assert!(
        requests[0].contains(r#""projects":[{"id":"proj_"#),
        "{requests:?}"
    );
    let outcome = made(&simulated, &change).expect("an outcome");
    let row = &simulated.simulator.access().pending;
    let row = row.iter().find(|row| row.email == NEW).expect("invited");
    let until = i64::try_from(row.until).expect("a time");
    assert_eq!(outcome.completion, Completion::Pending(Some(until)));
    assert_eq!(outcome.resources[0].id.id, row.invitation);
    let project = &row.projects[0].project;
    let id = &row.invitation;
    let held = [
        format!("org_role:role-api-organization-reader:assigned:invitation:{id}"),
        format!("project:{project}:owner:invitation:{id}"),
    ];
    assert_eq!(written(&outcome.held), held);
    assert!(outcome.held.iter().all(|grant| grant.pending));
    let told = format!("invited {NEW} as reader, and as owner to the project Search");
    assert_eq!(summaries(&outcome), [told]);
}

#[test]
fn projects_are_sent_even_where_there_are_none() {
    let simulated = small();
    let (_, requests) = simulated.plan(&creation(&simulated, NEW, &[]));
    let (line, body) = requests[0].split_at("POST /organization/invites ".len());
    assert_eq!(line, "POST /organization/invites ");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let expected = json!({"email": NEW, "role": "reader", "projects": []});
    assert_eq!(body, expected);
}

#[test]
fn what_cannot_be_promised_is_refused_before_anything_is_sent() {
    let payment = with(Quirks {
        any_invite: Ruling::Refused(openai_simulator::StatusCode::BAD_REQUEST),
        ..Quirks::default()
    });
    let invalid = r#"InvalidInput("entitlements")"#;
    for (simulated, email, entitlements, expected, named) in [
        (
            small(),
            NEW,
            &["project/Search/viewer"][..],
            invalid,
            "viewer",
        ),
        (small(), NEW, &["org_role/Auditor"], invalid, "cannot carry"),
        (
            small(),
            NEW,
            &["group/Researchers/member"],
            invalid,
            "group",
        ),
        (
            small(),
            NEW,
            &["project/Retired/member"],
            "Precondition",
            "archived",
        ),
        (
            small(),
            NEW,
            &["project/no project/member"],
            "Precondition",
            "nothing-1",
        ),
        (small(), "mary", &[], r#"InvalidInput("email")"#, "address"),
        (
            small(),
            "m j@example.com",
            &[],
            r#"InvalidInput("email")"#,
            "address",
        ),
        (payment, NEW, &[], "Precondition", "payment method"),
    ] {
        let change = creation(&simulated, email, entitlements);
        let error = made(&simulated, &change).expect_err(named);
        assert_eq!(ended(&Err(error.clone())), expected, "{error:?}");
        assert!(error.message.contains(named), "{error:?}");
        assert!(promised(&simulated, email).is_empty());
    }
}

#[test]
fn a_member_is_told_with_what_is_still_to_be_granted() {
    let simulated = small();
    let entitlements = ["org_role/owner", "project/Sandbox/member"];
    let change = creation(&simulated, "ALAN.TURING@example.com", &entitlements);
    let outcome = made(&simulated, &change).expect("an outcome");
    assert_eq!(outcome.resources[0].id.resource_type, "user");
    assert!(told(
        &outcome,
        "the organization role owner, member of project proj_"
    ));
    let change = creation(&simulated, "ada.lovelace@example.com", &[]);
    let outcome = made(&simulated, &change).expect("an outcome");
    assert!(told(&outcome, "is an owner"), "more than asked for");
}

#[test]
fn of_several_live_invitations_the_right_one_stays() {
    let simulated = with(Quirks {
        second_pending_invite: Ruling::Allowed,
        ..Quirks::default()
    });
    for role in ["reader", "owner"] {
        let body = json!({"email": NEW, "role": role, "projects": []}).to_string();
        simulated.api("POST", "/organization/invites", &body);
    }
    let change = creation(&simulated, NEW, &[]);
    let outcome = made(&simulated, &change).expect("an outcome");
    assert!(matches!(outcome.completion, Completion::Pending(Some(_))));
    assert_eq!(
        summaries(&outcome),
        [format!("withdrew the invitation of {NEW}")]
    );
    assert_eq!(outcome.replaced.len(), 1);
    assert_eq!(promised(&simulated, NEW), ["reader"]);
    again(&simulated, &change);
    let body = json!({"email": NEW, "role": "owner", "projects": []}).to_string();
    simulated.api("POST", "/organization/invites", &body);
    let change = creation(&simulated, NEW, &["project/Search/member"]);
    let outcome = made(&simulated, &change).expect("an outcome");
    assert_eq!((outcome.effects.len(), outcome.replaced.len()), (3, 2));
    assert_eq!(promised(&simulated, NEW), ["reader Search/member"]);
}

#[test]
fn an_invitation_whose_time_is_over_is_expired_whatever_its_status_says() {
    let simulated = with(Quirks {
        expired_invites_read_pending: true,
        ..Quirks::default()
    });
    let change = creation(&simulated, EXPIRED, &["org_role/owner"]);
    let outcome = made(&simulated, &change).expect("an outcome");
    let deleted = format!("deleted the expired invitation of {EXPIRED}");
    assert_eq!(summaries(&outcome)[0], deleted);
    assert!(outcome.replaced.is_empty(), "it gave nothing any more");
    assert_eq!(promised(&simulated, EXPIRED), ["owner"]);
}

#[test]
fn a_service_that_tells_little_is_no_reason_to_invite_twice() {
    let simulated = Simulated::start(Options {
        organization: Template::Lenient,
        ..Options::default()
    });
    let change = creation(&simulated, NEW, &[]);
    let outcome = made(&simulated, &change);
    assert_eq!(ended(&outcome), "pending", "{outcome:?}");
    again(&simulated, &change);
}

#[test]
fn a_name_is_not_lost_silently() {
    let simulated = small();
    let ChangeRequest::CreateAccount(account) = creation(&simulated, NEW, &[]) else {
        return;
    };
    let named = AccountCreation {
        name: Some("Mary Jackson".to_owned()),
        ..account.clone()
    };
    let outcome = made(&simulated, &ChangeRequest::CreateAccount(named));
    assert!(told(&outcome.expect("an outcome"), "name"));
    let unknown = AccountCreation {
        attributes: r#"{"team": "west"}"#.to_owned(),
        ..account
    };
    let outcome = made(&simulated, &ChangeRequest::CreateAccount(unknown));
    assert_eq!(ended(&outcome), r#"InvalidInput("team")"#);
}
