//! Effective access, computed from synced grants alone, is what the simulator's
//! own authorizer says of every person and service account in every project.

use std::collections::{BTreeMap, BTreeSet};

use openai_simulator::{HeldRole, Options, Template, Way};
use serde_json::Value;

use crate::support::{Bench, Organization, seed, text};

/// Who holds what by which groups: principal id, entitlement's resource id and
/// slug, and the ids of the groups that it is held through. No group stands for
/// a way that leads through none.
type Held = BTreeMap<(String, String, String), BTreeSet<Option<String>>>;

/// A grant, as far as expansion goes.
struct Grant {
    entitlement: String,
    resource: (String, String),
    slug: String,
    principal: (String, String),
    expands: Vec<String>,
    deep: bool,
    inherited: bool,
}

fn grants(bench: &Bench) -> Vec<Grant> {
    let rows = bench.succeed("list grants --json").rows();
    let held = rows.iter().filter(|row| row["pending"] == false);
    held.map(|row| Grant {
        entitlement: text(row, "entitlement_id").into(),
        resource: (
            text(row, "resource_type").into(),
            text(row, "resource_id").into(),
        ),
        slug: text(row, "slug").into(),
        principal: (
            text(row, "principal_type").into(),
            text(row, "principal_id").into(),
        ),
        expands: texts(&row["expands"]),
        deep: row["expands_deep"] == true,
        inherited: row["directness"] == "inherited",
    })
    .collect()
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// Everybody who holds an entitlement, with the groups that lead to them.
fn holders<'a>(
    by_entitlement: &BTreeMap<&'a str, Vec<&'a Grant>>,
    entitlement: &str,
    seen: &mut BTreeSet<String>,
) -> Vec<(&'a (String, String), Option<&'a str>)> {
    if !seen.insert(entitlement.to_owned()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for &grant in by_entitlement.get(entitlement).into_iter().flatten() {
        let group = (grant.principal.0 == "group").then_some(grant.principal.1.as_str());
        // An inherited grant is what an expanding one says already.
        if !grant.inherited {
            found.push((&grant.principal, None));
        }
        for via in &grant.expands {
            let below = match grant.deep {
                true => holders(by_entitlement, via, seen),
                false => directly(by_entitlement, via),
            };
            found.extend(below.into_iter().map(|(who, inner)| (who, inner.or(group))));
        }
    }
    found
}

fn directly<'a>(
    by_entitlement: &BTreeMap<&'a str, Vec<&'a Grant>>,
    entitlement: &str,
) -> Vec<(&'a (String, String), Option<&'a str>)> {
    let grants = by_entitlement.get(entitlement).into_iter().flatten();
    grants.map(|grant| (&grant.principal, None)).collect()
}

/// What people and service accounts hold on resources of a type.
fn synced(grants: &[Grant], resource_type: &str) -> Held {
    let mut by_entitlement: BTreeMap<&str, Vec<&Grant>> = BTreeMap::new();
    for grant in grants {
        by_entitlement
            .entry(&grant.entitlement)
            .or_default()
            .push(grant);
    }
    let mut held = Held::new();
    let mut done = BTreeSet::new();
    for grant in grants.iter().filter(|it| it.resource.0 == resource_type) {
        if !done.insert(&grant.entitlement) {
            continue;
        }
        for ((kind, id), group) in
            holders(&by_entitlement, &grant.entitlement, &mut BTreeSet::new())
        {
            if ["user", "service_account"].contains(&kind.as_str()) {
                let key = (id.clone(), grant.resource.1.clone(), grant.slug.clone());
                held.entry(key)
                    .or_default()
                    .insert(group.map(str::to_owned));
            }
        }
    }
    held
}

/// The groups of an authorizer's answer; owning the organization and direct
/// assignment lead through none.
fn ways(role: &HeldRole) -> BTreeSet<Option<String>> {
    let ways = role.ways.iter().map(|way| match way {
        Way::Group(group) => Some(group.clone()),
        Way::Direct | Way::OrganizationOwner => None,
    });
    ways.collect()
}

fn assert_same(synced: &Held, truth: &Held) {
    for (key, ways) in truth {
        assert_eq!(synced.get(key), Some(ways), "{key:?} by the rules");
    }
    let invented = synced.keys().find(|key| !truth.contains_key(key));
    assert_eq!(invented, None, "nobody holds this");
}

/// Syncs, and compares all that is read with the authorizer.
pub(crate) fn compare(organization: &Organization) {
    let bench = organization.bench();
    bench.succeed("sync");
    let grants = grants(&bench);
    let access = organization.simulator.access();

    let mut truth = Held::new();
    for row in &access.projects {
        for role in &row.roles {
            let key = (row.person.clone(), row.project.clone(), role.role.clone());
            truth.insert(key, ways(role));
        }
    }
    let mut projects = synced(&grants, "project");
    // How somebody owns the organization is told below; here it is one way.
    owners_by_one_way(&mut projects, &mut truth);
    assert_same(&projects, &truth);

    let mut truth = Held::new();
    for row in &access.organization {
        for role in &row.roles {
            let id = match role.role.as_str() {
                word @ ("owner" | "reader") => format!("role-api-organization-{word}"),
                id => id.to_owned(),
            };
            truth.insert((row.person.clone(), id, "assigned".into()), ways(role));
        }
    }
    assert_same(&synced(&grants, "org_role"), &truth);
}

/// Somebody may own the organization through a group: the expansion then names
/// the group, the authorizer names the ownership.
fn owners_by_one_way(synced: &mut Held, truth: &mut Held) {
    for (key, ways) in synced.iter_mut().filter(|(key, _)| key.2 == "owner") {
        if let Some(told) = truth.get_mut(key)
            && told.contains(&None)
        {
            ways.insert(None);
            told.extend(ways.iter().cloned());
        }
    }
}

#[test]
fn in_the_small_organization() {
    compare(&Organization::named(Template::Small));
}

#[test]
fn in_an_organization_with_one_owner() {
    compare(&Organization::named(Template::Empty));
}

#[test]
fn in_an_organization_with_hostile_names() {
    compare(&Organization::named(Template::Hostile));
}

#[test]
fn in_random_organizations() {
    for (index, (users, projects)) in [(5, 2), (60, 12), (150, 25)].into_iter().enumerate() {
        compare(&Organization::start(Options {
            organization: Template::Generated,
            users,
            projects,
            seed: seed() + index as u64,
            ..Options::default()
        }));
    }
}
