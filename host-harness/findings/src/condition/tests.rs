//! What each condition of an operator's own rules says, case by case.

use governance_contract::model::{
    AccountKind, Directness, Exclusion, Management, Resource, Status,
};
use governance_contract::samples::{id, resource, user};
use serde_json::json;

use crate::Rules;
use crate::fixtures::{Told, all_held, can_be_held, is, key, made, person, robot, shown};

/// What a rule of this condition says of users, unless it says of what.
fn said(told: &Told, when: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.toml");
    let of = if when.starts_with("type =") {
        ""
    } else {
        "type = [\"user\"], "
    };
    let head = "[rule.own]\nseverity = \"low\"\ntitle = \"t\"\nexplanation = \"e\"\n";
    std::fs::write(&path, format!("{head}when = {{ {of}{when} }}")).unwrap();
    let mut rules = Rules::read(&path).unwrap();
    rules.keep(|it| it.id == "own");
    shown(&told.findings(&rules)).join(" ")
}

fn untold(name: &str) -> Resource {
    let mut untold = is(person(name), Status::NotTold);
    if let Some(account) = &mut untold.account {
        account.kind = AccountKind::NotTold;
        account.emails.clear();
    }
    untold
}

#[test]
fn conditions_on_a_resource_itself_hold_or_are_open() {
    let ada = Resource {
        managed_by: Management::IdentityProvider,
        attributes: json!({"plan": {"tier": "pro", "seats": 3, "paid": true}}).to_string(),
        ..made(user("ada", &["ada@example.org", "Ada@Partner.example"]), 5)
    };
    let eve = Resource {
        name: "Eve [x]* ' OR 1=1 --".into(),
        attributes: json!({"plan.tier": "pro"}).to_string(),
        ..person("eve")
    };
    let bob = is(person("bob"), Status::Disabled);
    let told = Told {
        resources: vec![
            ada,
            bob,
            eve,
            robot("machine"),
            untold("nn"),
            key("k", "ada"),
        ],
        ..Told::default()
    };
    let cases = [
        ("type = [\"key\"]", "k"),
        ("type = [\"user\"], trait = [\"secret\"]", ""),
        ("type = [\"no such\"]", ""),
        ("status = [\"disabled\"]", "bob nn?"),
        ("status = [\"not-told\"]", "nn"),
        ("not-status = [\"active\"]", "bob nn"),
        ("kind = [\"service\"]", "machine nn?"),
        (
            "managed-by = [\"identity-provider\"]",
            "ada bob? eve? machine? nn?",
        ),
        ("name = [\"a*\"]", "ada"),
        ("name = [\"?OB\"]", "bob"),
        ("name = [\"eve [x]\\\\*\"]", ""),
        ("name = [\"eve [x]*\"]", "eve"),
        ("name = [\"' OR 1=1 --\"]", ""),
        ("email = [\"*@partner.example\"]", "ada nn?"),
        ("email-outside = [\"example.org\"]", "ada nn?"),
        ("email-outside = [\"example.org\", \"*.example\"]", "nn?"),
        ("older-than-days = 5", "bob eve machine nn"),
        (
            "attribute = { path = \"plan.tier\", equals = \"pro\" }",
            "ada",
        ),
        ("attribute = { path = \"plan.seats\", equals = 3 }", "ada"),
        ("attribute = { path = \"plan.paid\", equals = true }", "ada"),
        ("attribute = { path = \"plan.tier\", equals = \"Pro\" }", ""),
        ("type = [\"key\"], owner = [\"active\", \"disabled\"]", "k"),
        ("type = [\"key\"], owner = [\"gone\"]", ""),
    ];
    for (when, expected) in cases {
        assert_eq!(said(&told, when), expected, "{when}");
    }
}

#[test]
fn conditions_on_what_is_held_tell_ways_apart() {
    let mut told = Told {
        resources: vec![
            person("ada"),
            person("bob"),
            person("eve"),
            resource("project", "p"),
            resource("role", "r"),
            resource("group", "g"),
        ],
        entitlements: [
            "project:p:owner",
            "project:p:member",
            "role:r:assigned",
            "group:g:member",
        ]
        .map(can_be_held)
        .into(),
        grants: all_held(&[
            "ada project:p:owner",
            "bob role:r:assigned",
            "bob group:g:member",
            "eve project:p:owner pending",
            "role:r project:p:owner > assigned",
        ]),
        ..Told::default()
    };
    told.entitlements[1].exclusion = Some(Exclusion {
        group: "of p".into(),
        is_default: true,
    });
    let mut inherited = all_held(&["eve project:p:member"]);
    inherited[0].directness = Directness::Inherited(vec![id("group", "unread")]);
    told.grants.extend(inherited);
    let cases = [
        ("holds = { purpose = [\"ownership\"] }", "ada bob"),
        (
            "holds = { purpose = [\"ownership\"], how = \"direct\" }",
            "ada",
        ),
        (
            "holds = { purpose = [\"ownership\"], how = \"direct\", or-leads-there = true }",
            "ada bob",
        ),
        (
            "holds = { purpose = [\"ownership\"], how = \"pending\" }",
            "eve",
        ),
        ("holds = { slug = [\"MEM*\"] }", "bob eve"),
        (
            "holds = { slug = [\"member\"], trait = [\"scope\"] }",
            "eve",
        ),
        (
            "holds = { slug = [\"member\"], not-trait = [\"scope\"] }",
            "bob",
        ),
        ("holds = { type = [\"role\"] }", "bob"),
        (
            "holds = { resource = [\"p\"], resource-name = [\"P\"] }",
            "ada bob eve",
        ),
        ("holds = { resource-name = [\"q\"] }", ""),
        ("holds = { floor = true }", "eve"),
        ("holds = { exclusive = false, how = \"direct\" }", "ada bob"),
        ("lacks = { type = [\"project\"] }", ""),
        (
            "lacks = { type = [\"project\"], how = \"direct\" }",
            "bob eve",
        ),
        ("alone-holds = { type = [\"role\"] }", "bob"),
        (
            "type = [\"project\"], held-by = { slug = [\"owner\"], at-least = 2 }",
            "p",
        ),
        (
            "type = [\"project\"], held-by = { slug = [\"owner\"], at-least = 3 }",
            "",
        ),
        (
            "type = [\"project\"], held-by = { slug = [\"owner\"], at-most = 2 }",
            "p",
        ),
        (
            "type = [\"project\"], held-by = { slug = [\"owner\"], how = \"direct\", at-most = 1 }",
            "p",
        ),
        (
            "type = [\"role\"], held-by = { slug = [\"no such\"], at-most = 9 }",
            "",
        ),
    ];
    for (when, expected) in cases {
        assert_eq!(said(&told, when), expected, "{when}");
    }
}
