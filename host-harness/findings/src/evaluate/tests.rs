//! What each rule of the harness finds, and what it does not, case by case.

use governance_contract::model::{
    Entitlement, Exclusion, Resource, Scope, Secret, Status, Subject,
};
use governance_contract::samples::{gap, id, resource};

use crate::Rules;
use crate::fixtures::{
    NOW, Told, all_held, can_be_held, ends, is, key, made, person, robot, unread, used,
};
use governance_store::Asked;

fn of(resources: Vec<Resource>) -> Told {
    Told {
        resources,
        ..Told::default()
    }
}

/// Projects `p` and `q`, a group `g` and a role `r`, with what can be held.
fn organization(people: Vec<Resource>, grants: &[&str]) -> Told {
    let things = [
        ("project", "p"),
        ("project", "q"),
        ("group", "g"),
        ("role", "r"),
        ("app", "a"),
    ];
    let mut resources: Vec<_> = things.map(|(kind, name)| resource(kind, name)).into();
    resources.extend(people);
    let words = [
        "project:p:owner",
        "project:p:member",
        "project:q:owner",
        "group:g:member",
        "role:r:assigned",
        "app:a:member",
    ];
    Told {
        resources,
        entitlements: words.map(can_be_held).into(),
        grants: all_held(grants),
        ..Told::default()
    }
}

#[test]
fn secrets_are_told_by_what_became_of_their_account() {
    let nobodys = Resource {
        secret: Some(Secret {
            owner: None,
            redacted_value: None,
        }),
        ..key("nobodys", "")
    };
    let told = of(vec![
        person("ada"),
        is(person("bob"), Status::Disabled),
        key("of ada", "ada"),
        key("of bob", "bob"),
        key("of eve", "eve"),
        nobodys,
    ]);
    assert_eq!(told.said("secret-of-gone-account"), ["of eve", "nobodys?"]);
    assert_eq!(
        told.said("secret-of-disabled-account"),
        ["of bob", "nobodys?"]
    );
}

#[test]
fn secrets_are_told_by_their_use() {
    let told = of(vec![
        used(key("just used", "ada"), 1),
        used(key("used long ago", "ada"), 91),
        used(key("used on the day", "ada"), 90),
        key("never used", "ada"),
        made(key("new", "ada"), 5),
        ends(used(key("expired", "ada"), 91), -1),
    ]);
    assert_eq!(told.said("secret-unused"), ["never used", "used long ago"]);
    let untold = of(vec![key("a", "ada"), made(key("new", "ada"), 5)]);
    assert_eq!(untold.said("secret-unused"), ["a?"]);
}

#[test]
fn what_a_secret_does_its_account_does() {
    let machines = ["at work", "idle"].map(robot);
    let mut told = of(machines.into());
    told.resources.push(used(key("k", "at work"), 1));
    assert_eq!(told.said("service-account-unused"), ["idle"]);
    told.gaps = vec![unread(Subject::Resources, "key")];
    assert_eq!(told.said("service-account-unused"), ["idle?"]);
    told.resources.pop();
    assert_eq!(told.said("service-account-unused"), ["at work?", "idle?"]);
}

#[test]
fn secrets_are_told_by_their_end() {
    let told = of(vec![
        ends(key("over", "ada"), -1),
        ends(key("over now", "ada"), 0),
        ends(key("soon", "ada"), 14),
        ends(key("later", "ada"), 15),
        key("endless", "ada"),
        made(key("old and endless", "ada"), 366),
        ends(made(key("old", "ada"), 366), 100),
        made(is(key("archived", "ada"), Status::Archived), 366),
    ]);
    assert_eq!(told.said("secret-expired"), ["over", "over now"]);
    assert_eq!(told.said("secret-expiring"), ["soon"]);
    assert_eq!(told.said("secret-without-expiry"), ["old and endless"]);
}

#[test]
fn invitations_are_told_by_their_time() {
    let invited = |name, days| made(is(person(name), Status::Pending), days);
    let told = Told {
        grants: all_held(&[
            "member project:p:member pending",
            "owner project:p:owner pending",
            "by-role role:r:assigned pending",
            "today project:p:owner pending",
            "role:r project:p:owner > assigned",
        ]),
        ..organization(
            vec![
                ends(invited("over", 5), -1),
                ends(invited("member", 15), 5),
                invited("owner", 4),
                invited("by-role", 14),
                invited("today", 0),
                person("ada"),
            ],
            &[],
        )
    };
    assert_eq!(told.said("invitation-expired"), ["over"]);
    assert_eq!(told.said("invitation-waiting"), ["member"]);
    assert_eq!(told.said("owner-invited"), ["by-role", "owner"]);
}

#[test]
fn owners_are_told_by_all_ways() {
    let told = organization(
        vec![
            used(person("direct"), 91),
            used(person("by group"), 91),
            used(person("in use"), 1),
            used(person("member"), 91),
            person("never"),
            is(used(person("shut out"), 91), Status::Disabled),
            used(robot("machine"), 91),
        ],
        &[],
    );
    let told = Told {
        grants: all_held(&[
            "direct project:p:owner",
            "never project:q:owner",
            "member project:p:member",
            "machine project:p:owner",
            "group:g role:r:assigned > member",
            "role:r project:q:owner > assigned",
        ])
        .into_iter()
        .chain([
            governance_contract::samples::grant(id("group", "g"), "member", id("user", "by group")),
            governance_contract::samples::grant(id("project", "p"), "owner", id("user", "in use")),
            governance_contract::samples::grant(
                id("project", "p"),
                "owner",
                id("user", "shut out"),
            ),
        ])
        .collect(),
        ..told
    };
    assert_eq!(
        told.said("owner-unused"),
        ["by group", "direct", "machine", "never"]
    );
    assert_eq!(told.said("service-account-owner"), ["machine"]);
    assert_eq!(told.said("service-account-unused"), ["machine"]);
    assert_eq!(
        told.said("account-unused"),
        ["never"],
        "the others were used within 180 days"
    );
}

#[test]
fn who_alone_owns_something_is_told_with_it() {
    let told = organization(
        vec![
            person("ada"),
            person("bob"),
            is(person("eve"), Status::Disabled),
        ],
        &[
            "ada project:p:owner",
            "bob project:p:owner",
            "bob project:q:owner",
            "eve project:q:owner",
        ],
    );
    assert_eq!(told.said("only-owner"), ["bob"], "eve cannot act");
    let mut rules = Rules::built_in().unwrap();
    rules.keep(|it| it.id == "only-owner");
    let facts = &told.findings(&rules).rules[0].findings[0].facts;
    assert_eq!(facts.entitlements, ["project:q:owner"]);
    assert_eq!(facts.entitlement_count, Some(1));
}

#[test]
fn owners_from_above_are_counted_where_they_can_be_taken() {
    let people = ["a", "b", "c", "d", "e", "f"];
    let mut all: Vec<_> = people.map(person).into();
    all.push(person("direct"));
    let lines: Vec<_> = people.map(|it| format!("{it} role:r:assigned")).into();
    let mut lines: Vec<_> = lines.iter().map(String::as_str).collect();
    lines.extend([
        "role:r project:p:owner fixed > assigned",
        "direct project:p:owner",
    ]);
    assert_eq!(organization(all.clone(), &lines).said("many-owners"), ["r"]);
    lines[0] = "a app:a:member";
    assert!(
        organization(all.clone(), &lines)
            .said("many-owners")
            .is_empty()
    );
    let six = people.map(|it| format!("{it} project:p:owner"));
    let six: Vec<_> = six.iter().map(String::as_str).collect();
    assert_eq!(organization(all, &six).said("many-owners"), ["p"]);
}

#[test]
fn disabled_accounts_are_told_by_what_they_hold() {
    let shut = |name| is(person(name), Status::Disabled);
    let told = organization(
        vec![
            shut("holder"),
            shut("member"),
            shut("by-group"),
            person("ada"),
        ],
        &[
            "holder project:p:member",
            "member app:a:member",
            "by-group group:g:member",
            "ada project:p:member",
            "group:g project:q:owner > member",
        ],
    );
    assert_eq!(
        told.said("disabled-account-with-access"),
        ["by-group", "holder"]
    );
}

#[test]
fn accounts_that_reach_nothing_are_told_unless_they_are_new() {
    let told = organization(
        vec![
            person("member"),
            person("nothing"),
            person("holder"),
            made(person("new"), 3),
            is(person("invited"), Status::Pending),
        ],
        &["member app:a:member", "holder role:r:assigned"],
    );
    assert_eq!(told.said("account-without-access"), ["member", "nothing"]);
    let mut floor = told;
    let group = Exclusion {
        group: "roles".into(),
        is_default: true,
    };
    floor.entitlements[4].exclusion = Some(group);
    assert_eq!(
        floor.said("account-without-access"),
        ["holder", "member", "nothing"]
    );
}

#[test]
fn two_of_what_excludes_each_other_are_told_once() {
    let of_group = |words: &str, group: &str| Entitlement {
        exclusion: Some(Exclusion {
            group: group.into(),
            is_default: false,
        }),
        ..can_be_held(words)
    };
    let mut told = organization(
        vec![person("both"), person("one"), person("two")],
        &[
            "both project:p:owner",
            "both project:p:member",
            "one project:p:owner",
            "two project:p:member",
            "two project:q:owner",
        ],
    );
    told.entitlements = vec![
        of_group("project:p:owner", "p"),
        of_group("project:p:member", "p"),
        of_group("project:q:owner", "q"),
    ];
    assert_eq!(told.said("conflicting-entitlements"), ["both"]);
}

#[test]
fn a_group_is_without_members_if_nobody_is_in_it_by_any_way() {
    let mut told = organization(
        vec![is(person("shut out"), Status::Disabled)],
        &["group:in group:g:member > member"],
    );
    told.resources.push(resource("group", "in"));
    told.entitlements.push(can_be_held("group:in:member"));
    assert_eq!(told.said("group-without-members"), ["g", "in"]);
    told.grants.push(governance_contract::samples::grant(
        id("group", "in"),
        "member",
        id("user", "shut out"),
    ));
    assert!(told.said("group-without-members").is_empty());
}

#[test]
fn what_a_gap_leaves_open_is_neither_found_nor_fine() {
    let of_project = |subject, name: &str| {
        gap(Scope {
            subject,
            resource_type: Some("project".into()),
            resource_id: Some(name.into()),
            ..Scope::default()
        })
    };
    let by = |kind: &str| {
        gap(Scope {
            subject: Some(Subject::Grants),
            resource_type: Some("project".into()),
            principal_type: Some(kind.into()),
            ..Scope::default()
        })
    };
    let at_owner = gap(Scope {
        slug: Some("owner".into()),
        ..of_project(Some(Subject::Grants), "p").scope
    });
    let at_member = gap(Scope {
        slug: Some("member".into()),
        ..of_project(Some(Subject::Grants), "p").scope
    });
    // Gaps, then what is said of bob, who holds nothing, as an owner and as one
    // who reaches nothing; ada owns `p` by herself, and that stays so.
    let cases = [
        (vec![], "", "bob"),
        (vec![gap(Scope::default())], "bob?", "bob?"),
        (vec![unread(Subject::Grants, "project")], "bob?", "bob?"),
        (vec![unread(Subject::Resources, "project")], "bob?", "bob?"),
        (vec![of_project(Some(Subject::Grants), "p")], "bob?", "bob?"),
        (
            vec![of_project(Some(Subject::Resources), "unread")],
            "bob?",
            "bob?",
        ),
        (vec![at_owner], "bob?", "bob?"),
        (vec![at_member], "", "bob?"),
        (vec![by("user")], "bob?", "bob?"),
        (vec![by("group")], "", "bob"),
        (
            vec![by("group"), unread(Subject::Grants, "group")],
            "bob?",
            "bob?",
        ),
        (vec![unread(Subject::Grants, "group")], "bob?", "bob?"),
        (vec![unread(Subject::Events, "project")], "", "bob"),
        (vec![unread(Subject::Resources, "key")], "", "bob"),
        (vec![unread(Subject::Grants, "app")], "", "bob"),
    ];
    for (gaps, as_owner, without) in cases {
        let people = vec![used(person("ada"), 91), used(person("bob"), 91)];
        let lines = ["ada project:p:owner", "group:g project:q:owner > member"];
        let mut told = organization(people, &lines);
        told.gaps = gaps;
        let of_bob = |rule| {
            let mut said = told.said(rule);
            said.retain(|it| it.starts_with("bob"));
            said.join("")
        };
        let got = (of_bob("owner-unused"), of_bob("account-without-access"));
        assert_eq!((&*got.0, &*got.1), (as_owner, without), "{:?}", told.gaps);
        assert_eq!(told.said("owner-unused")[0], "ada");
    }
}

#[test]
fn counts_of_holders_are_open_where_a_gap_covers_them() {
    let empty = |gaps| Told {
        gaps,
        ..organization(vec![person("ada")], &[])
    };
    let one_group = gap(Scope {
        resource_id: Some("other".into()),
        ..unread(Subject::Grants, "group").scope
    });
    let cases = [
        (vec![], "g"),
        (vec![unread(Subject::Grants, "group")], "g?"),
        (vec![gap(Scope::default())], "g?"),
        (vec![one_group], "g"),
        (vec![unread(Subject::Grants, "project")], "g"),
    ];
    for (gaps, expected) in cases {
        let told = empty(gaps);
        assert_eq!(
            told.said("group-without-members"),
            [expected],
            "{:?}",
            told.gaps
        );
    }
    let people = vec![person("ada")];
    let mut told = organization(people, &["ada project:p:owner"]);
    assert_eq!(told.said("only-owner"), ["ada"]);
    told.gaps = vec![unread(Subject::Grants, "project")];
    assert_eq!(told.said("only-owner"), ["ada?"]);
}

#[test]
fn an_account_is_gone_only_if_all_accounts_were_read() {
    let cases = [
        (unread(Subject::Resources, "user"), "k?"),
        (unread(Subject::Resources, "group"), "k"),
        (unread(Subject::Grants, "user"), "k"),
        (gap(Scope::default()), "k?"),
    ];
    for (gap, expected) in cases {
        let told = Told {
            gaps: vec![gap],
            ..of(vec![key("k", "eve")])
        };
        assert_eq!(
            told.said("secret-of-gone-account"),
            [expected],
            "{:?}",
            told.gaps
        );
    }
}

#[test]
fn a_narrow_sync_knows_nothing_to_be_absent() {
    let told = Told {
        asked: Asked {
            types: vec!["key".into()],
            within: Vec::new(),
        },
        ..of(vec![key("k", "eve"), ends(key("over", "eve"), -1)])
    };
    assert_eq!(told.said("secret-of-gone-account"), ["k?", "over?"]);
    assert_eq!(told.said("secret-expired"), ["over"]);
    let findings = told.findings(&Rules::built_in().unwrap());
    let unknown = |rule: &str| {
        let summary = findings.rules.iter().map(|it| &it.summary);
        let mut of_rule = summary.filter(|it| it.rule == rule);
        of_rule.next().unwrap().unknown.clone()
    };
    assert!(unknown("secret-expired").is_nothing());
    assert_eq!(unknown("owner-unused").asked, Some(told.asked.clone()));
}

#[test]
fn a_listing_that_was_lost_is_told_with_its_gap() {
    let told = Told {
        gaps: vec![unread(Subject::Resources, "key")],
        ..of(vec![person("ada")])
    };
    let findings = told.findings(&Rules::built_in().unwrap());
    for rule in &findings.rules {
        let is_of_secrets = rule.summary.rule.starts_with("secret");
        assert_eq!(
            rule.summary.unknown.gap_count,
            u64::from(is_of_secrets),
            "{rule:?}"
        );
    }
    assert_eq!(findings.at.0, NOW);
}
