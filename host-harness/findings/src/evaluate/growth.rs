//! What rules cost grows with the organization, and not with what each of its
//! accounts has to be held against: counted in the steps of SQLite, which are the
//! same on every machine.

use governance_contract::model::{Entitlement, Exclusion, Gap, Resource, Scope, Status, Subject};
use governance_contract::samples::{gap, resource};

use crate::fixtures::{Told, can_be_held, held, is, key, person, unread, used};
use crate::{Rules, evaluate};

/// The smaller one.
const ACCOUNTS: usize = 150;

/// Twice as large may take so many times the steps. What is proportional takes
/// two times, what grows with the square takes four.
const AT_MOST: f64 = 2.5;

/// What a rule takes that finds nothing to look at.
const BEGINNING: u64 = 2_000;

#[test]
fn twice_the_organization_takes_no_rule_much_more_than_twice_the_steps() {
    for with_gaps in [false, true] {
        let small = steps(&organization(ACCOUNTS, with_gaps));
        let large = steps(&organization(2 * ACCOUNTS, with_gaps));
        for ((rule, small), (_, large)) in small.into_iter().zip(large) {
            let times = large as f64 / (small + BEGINNING) as f64;
            assert!(
                times <= AT_MOST,
                "{rule}: {small} steps, then {large}, with gaps: {with_gaps}"
            );
        }
    }
}

/// What each rule of the harness takes by itself.
fn steps(told: &Told) -> Vec<(String, u64)> {
    let all = Rules::built_in().unwrap().rules;
    let one = |id: &str| {
        let mut rules = Rules::built_in().unwrap();
        rules.keep(|it| it.id == id);
        rules.rules[0].enabled = true;
        rules
    };
    told.answer(|store| {
        let of_rule = |id: String| {
            let before = store.steps();
            evaluate(store, "default", &one(&id), None).unwrap();
            (id, store.steps() - before)
        };
        all.into_iter().map(|it| of_rule(it.id)).collect()
    })
}

/// People in groups, groups in projects that a role owns; keys of people who are
/// there and who are not. For one person in ten a gap hides more.
fn organization(accounts: usize, with_gaps: bool) -> Told {
    let (groups, projects) = (accounts / 5, accounts / 10);
    let gaps = if with_gaps {
        gaps(accounts, groups)
    } else {
        Vec::new()
    };
    Told {
        resources: resources(accounts, groups, projects),
        entitlements: entitlements(groups, projects),
        grants: grants(accounts, groups, projects)
            .iter()
            .map(|it| held(it))
            .collect(),
        gaps,
        ..Told::default()
    }
}

fn resources(accounts: usize, groups: usize, projects: usize) -> Vec<Resource> {
    let people = (0..accounts).map(|it| match it % 20 {
        0 => is(person(&format!("u{it}")), Status::Disabled),
        1 => is(person(&format!("u{it}")), Status::Pending),
        2 => used(person(&format!("u{it}")), 100),
        _ => person(&format!("u{it}")),
    });
    let keys = (0..accounts).map(|it| match it % 3 {
        0 => used(key(&format!("k{it}"), &format!("gone{it}")), 100),
        _ => key(&format!("k{it}"), &format!("u{it}")),
    });
    let groups = (0..groups).map(|it| resource("group", &format!("g{it}")));
    let projects = (0..projects).map(|it| resource("project", &format!("p{it}")));
    let roles = [resource("role", "r")];
    people
        .chain(keys)
        .chain(groups)
        .chain(projects)
        .chain(roles)
        .collect()
}

fn entitlements(groups: usize, projects: usize) -> Vec<Entitlement> {
    let of_groups = (0..groups).map(|it| can_be_held(&format!("group:g{it}:member")));
    let of_projects = (0..projects).flat_map(|it| {
        ["owner", "member"].map(|slug| Entitlement {
            exclusion: Some(Exclusion {
                group: format!("p{it}"),
                is_default: false,
            }),
            ..can_be_held(&format!("project:p{it}:{slug}"))
        })
    });
    let of_roles = [can_be_held("role:r:assigned")];
    of_groups.chain(of_projects).chain(of_roles).collect()
}

fn grants(accounts: usize, groups: usize, projects: usize) -> Vec<String> {
    let in_groups = (0..accounts).flat_map(|it| {
        (0..4).map(move |place| format!("u{it} group:g{}:member", (it * 7 + place * 11) % groups))
    });
    let in_projects = (0..accounts).flat_map(|it| {
        let project = it % projects;
        let and_owns = (it % 4 == 0).then(|| format!("u{it} project:p{project}:owner"));
        and_owns
            .into_iter()
            .chain([format!("u{it} project:p{project}:member")])
    });
    let of_groups = (0..projects).flat_map(|it| {
        let group = it % groups;
        [
            format!("group:g{group} project:p{it}:member > member"),
            format!("role:r project:p{it}:owner fixed > assigned"),
        ]
    });
    let owners = (0..accounts / 15).map(|it| format!("u{it} role:r:assigned"));
    in_groups
        .chain(in_projects)
        .chain(of_groups)
        .chain(owners)
        .collect()
}

/// Of whom it is not known which roles they have, of which groups in which
/// projects they are, and which accounts and other roles there are.
fn gaps(accounts: usize, groups: usize) -> Vec<Gap> {
    let by = |of: &str, kind: &str, name: String| {
        gap(Scope {
            principal_type: Some(kind.into()),
            principal_id: Some(name),
            ..unread(Subject::Grants, of).scope
        })
    };
    let of_people = (0..accounts / 10).map(|it| by("role", "user", format!("u{}", it * 10)));
    let of_groups = (0..groups).map(|it| by("project", "group", format!("g{it}")));
    let of_keys = (0..accounts).map(|it| {
        gap(Scope {
            resource_id: Some(format!("hidden{it}")),
            ..unread(Subject::Resources, "user").scope
        })
    });
    of_people.chain(of_groups).chain(of_keys).collect()
}
