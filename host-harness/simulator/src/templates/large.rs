//! About as many grants as are asked for, told by few requests: what a client's
//! memory and time are measured with, where one of many small answers measures
//! the requests.
//!
//! | of the grants | are |
//! |---|---|
//! | one in ten | people in the organization, each with its role: two grants |
//! | nearly all others | people in groups of 1,000, a full page of a group's members |
//! | one in a thousand | groups in projects, ten in each |
//!
//! There are no custom roles, so that nobody has to be asked for singly.

use super::names::Names;
use super::person;
use crate::clock::days_before;
use crate::organization::{Organization, OrganizationRole, Predefined, ProjectRole, Refusal};
use crate::random::Random;

/// The largest page of a group's members.
const GROUP: usize = 1_000;
const GROUPS_IN_PROJECT: usize = 10;
const GRANTS_FOR_A_PROJECT: usize = 10_000;
const GRANTS_FOR_A_USER: usize = 20;

pub(super) fn fill(
    organization: &mut Organization,
    grants: usize,
    seed: u64,
    now: u64,
) -> Result<(), Refusal> {
    let people = add_people(organization, grants / GRANTS_FOR_A_USER, seed, now);
    let in_groups = grants.saturating_sub(people.len() * 2);
    let groups = add_groups(organization, &people, in_groups, now);
    let role = ProjectRole::Member;
    for number in 0..grants / GRANTS_FOR_A_PROJECT {
        let name = format!("Project {number}");
        let id = organization.add_project(&name, days_before(now, 200));
        let project = organization.project_mut(&id)?;
        let chosen = groups.iter().cycle().skip(number * GROUPS_IN_PROJECT);
        for group in chosen.take(GROUPS_IN_PROJECT) {
            project.put_group_role(group, &role.id_in(&id), days_before(now, 100));
        }
    }
    Ok(())
}

/// The first is the only owner, since every owner is in every project's list.
fn add_people(organization: &mut Organization, count: usize, seed: u64, now: u64) -> Vec<String> {
    let random = &mut Random::new(seed.rotate_left(29) ^ 0x5A5A_A5A5);
    let names = &mut Names::default();
    let add = |index| {
        let role = match index {
            0 => OrganizationRole::Owner,
            _ => OrganizationRole::Reader,
        };
        let (name, email) = names.next(random);
        let user = person(organization, &name, &email, role, days_before(now, 300));
        user.is_default = index == 0;
        user.id.clone()
    };
    (0..count.max(1)).map(add).collect()
}

/// Each person is in as many groups as any other, or in one more.
fn add_groups(
    organization: &mut Organization,
    people: &[String],
    members: usize,
    now: u64,
) -> Vec<String> {
    let size = GROUP.min(people.len());
    let mut next = people.iter().cycle();
    let add = |number| {
        let group = organization.add_group(&format!("Group {number}"), days_before(now, 200));
        for person in next.by_ref().take(size) {
            group.put(person);
        }
        group.id.clone()
    };
    (0..members / size).map(add).collect()
}
