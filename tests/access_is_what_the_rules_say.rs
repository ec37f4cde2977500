//! Effective access, as the store answers for every person and service account
//! and for every entitlement, is what the simulator's own authorizer says.

use std::collections::{BTreeMap, BTreeSet};

use governance_host::store::{Among, EntitlementFilter, NamedResource, Store, StoreError, access};
use openai_simulator::{HeldRole, Options, Template, Way};

use crate::support::{Bench, Organization, seed};

/// Who holds what by which groups: principal id, entitlement's resource id and
/// slug, and the ids of the groups that it is held through. No group stands for
/// a way that leads through none.
type Held = BTreeMap<(String, String, String), BTreeSet<Option<String>>>;

/// The types of people and of what stands in for them.
const PEOPLE: [&str; 2] = ["user", "service_account"];

/// The current sync of a bench, as the store answers about it.
struct Answers {
    store: Store,
}

impl Answers {
    fn of(bench: &Bench) -> Self {
        let store = Store::open_to_read(&bench.path("governance.db")).unwrap();
        Self { store }
    }

    /// What each person and service account reaches on resources of a type,
    /// asked person by person.
    fn by_person(&self, people: &BTreeSet<String>, resource_type: &str) -> Held {
        let mut all = Held::new();
        for person in people {
            let sync = self.store.current_syncs(None).unwrap()[0].id;
            let found = self.store.find(sync, person, Among::Principals).unwrap();
            assert_eq!(found.found.len(), 1, "{person}");
            let access = self.store.access_of("default", &found.found[0]).unwrap();
            assert!(access.is_known && access.unknown.is_nothing(), "{person}");
            let on_type =
                |it: &&access::Held| it.entitlement.resource.resource_type == resource_type;
            access
                .held
                .iter()
                .filter(on_type)
                .for_each(|it| add(&mut all, it));
        }
        all
    }

    /// The same, asked entitlement by entitlement.
    fn by_entitlement(&self, resource_type: &str) -> Held {
        let filter = EntitlementFilter {
            resource_type: Some(resource_type.into()),
            ..EntitlementFilter::default()
        };
        let mut entitlements = Vec::new();
        let listed = self.store.entitlements(&filter, |row| {
            entitlements.push(access::Entitlement {
                resource: NamedResource {
                    resource_type: row.resource_type,
                    id: row.resource_id,
                },
                slug: row.slug,
            });
            Ok::<_, StoreError>(())
        });
        listed.unwrap();
        let mut all = Held::new();
        for entitlement in &entitlements {
            let holders = self.store.holders("default", entitlement, |held| {
                if PEOPLE.contains(&held.principal.resource_type.as_str()) {
                    add(&mut all, &held);
                }
                Ok::<_, StoreError>(())
            });
            let holders = holders.unwrap();
            assert!(holders.is_known && holders.unknown.is_nothing());
        }
        all
    }
}

/// Adds the ways of one that is held, each by the group nearest to its holder.
fn add(all: &mut Held, held: &access::Held) {
    assert!(!held.more_ways, "{held:?}");
    let on = &held.entitlement;
    let key = (
        held.principal.id.clone(),
        on.resource.id.clone(),
        on.slug.clone(),
    );
    let groups = held.ways.iter().map(|way| {
        let mut through = way.through.iter().map(|it| &it.resource);
        let group = through.find(|it| it.resource_type == "group");
        group.map(|it| it.id.clone())
    });
    all.entry(key).or_default().extend(groups);
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

/// Syncs, and compares the store's answers with the authorizer.
pub(crate) fn compare(organization: &Organization) {
    let bench = organization.bench();
    bench.succeed("sync");
    let answers = Answers::of(&bench);
    let access = organization.simulator.access();
    let people = access.organization.iter().map(|row| row.person.clone());
    let people: BTreeSet<_> = people.collect();

    let mut truth = Held::new();
    for row in &access.projects {
        for role in &row.roles {
            let key = (row.person.clone(), row.project.clone(), role.role.clone());
            truth.insert(key, ways(role));
        }
    }
    for mut projects in [
        answers.by_person(&people, "project"),
        answers.by_entitlement("project"),
    ] {
        // How somebody owns the organization is told below; here it is one way.
        let mut truth = truth.clone();
        owners_by_one_way(&mut projects, &mut truth);
        assert_same(&projects, &truth);
    }

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
    assert_same(&answers.by_person(&people, "org_role"), &truth);
    assert_same(&answers.by_entitlement("org_role"), &truth);
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
