//! As many plausible people as are asked for.
//!
//! | share | what |
//! |---|---|
//! | 3 % | owners; the first user always |
//! | 40 % | managed by the identity provider |
//! | 1 % | banned |
//! | 80 % | have used an API key |
//! | 5 % on top | pending invitations, most of them to projects |
//!
//! Groups and projects stand in files of their own.

use super::names::Names;
use super::{Size, generated_groups, generated_projects, invitation, person};
use crate::clock::{DAY, HOUR};
use crate::organization::{Organization, OrganizationRole, ProjectInvitation, Refusal};
use crate::random::Random;

/// The organization's age: nobody was added earlier.
pub(super) const AGE: u64 = 1_000 * DAY;

pub(super) fn fill(
    organization: &mut Organization,
    size: Size,
    seed: u64,
    now: u64,
) -> Result<(), Refusal> {
    // Another stream than that of the ids.
    let random = &mut Random::new(seed.rotate_left(17) ^ 0xA5A5_5A5A);
    let names = &mut Names::default();
    for index in 0..size.users {
        let is_founder = index == 0;
        add_user(organization, random, names, is_founder, now);
    }
    let people: Vec<String> = organization.users.iter().map(|it| it.id.clone()).collect();
    generated_groups::fill(organization, random, &people, now)?;
    generated_projects::fill(organization, random, &people, size.projects, now)?;
    for _ in 0..size.users / 20 {
        add_invitation(organization, random, names, now);
    }
    Ok(())
}

fn add_invitation(
    organization: &mut Organization,
    random: &mut Random,
    names: &mut Names,
    now: u64,
) {
    let role = role(random, false);
    let (_, email) = names.next(random);
    let projects: Vec<String> = organization
        .projects
        .iter()
        .filter(|project| project.is_live())
        .map(|project| project.id.clone())
        .collect();
    let mut request = invitation(&email, role);
    // One in ten names no projects at all, and one in three an empty list.
    let count = random.below(3);
    request.projects = (!random.chance(10)).then(|| {
        let mut chosen: Vec<String> = (0..count).map(|_| random.pick(&projects).clone()).collect();
        chosen.sort();
        chosen.dedup();
        let role = *random.pick(&["member", "member", "owner"]);
        let promise = |id| ProjectInvitation {
            id,
            role: role.to_owned(),
        };
        chosen.into_iter().map(promise).collect()
    });
    // Far enough from its end to stay pending for a while.
    let age = random.below(6 * DAY) + HOUR;
    organization.add_invitation(request, now.saturating_sub(age));
}

fn add_user(
    organization: &mut Organization,
    random: &mut Random,
    names: &mut Names,
    is_founder: bool,
    now: u64,
) {
    let role = role(random, is_founder);
    let (name, email) = names.next(random);
    let added_at = now.saturating_sub(random.below(AGE));
    let user = person(organization, &name, &email, role, added_at);
    let mut since = || added_at + random.below(now - added_at + 1);
    let (banned_at, last_used_at) = (since(), since());
    user.is_default = is_founder;
    user.is_scim_managed = random.chance(40);
    user.banned_at = (!is_founder && random.chance(1)).then_some(banned_at);
    user.api_key_last_used_at = random.chance(80).then_some(last_used_at);
}

fn role(random: &mut Random, is_founder: bool) -> OrganizationRole {
    match is_founder || random.chance(3) {
        true => OrganizationRole::Owner,
        false => OrganizationRole::Reader,
    }
}
