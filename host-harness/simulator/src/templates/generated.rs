//! As many plausible people as are asked for.
//!
//! | share | what |
//! |---|---|
//! | 3 % | owners; the first user always |
//! | 40 % | managed by the identity provider |
//! | 1 % | banned |
//! | 80 % | have used an API key |
//! | 5 % on top | pending invitations |

use super::names::Names;
use super::{invitation, person};
use crate::clock::{DAY, HOUR};
use crate::organization::{Organization, OrganizationRole};
use crate::random::Random;

/// The organization's age: nobody was added earlier.
const AGE: u64 = 1_000 * DAY;

pub(super) fn fill(organization: &mut Organization, users: usize, seed: u64, now: u64) {
    // Another stream than that of the ids.
    let random = &mut Random::new(seed.rotate_left(17) ^ 0xA5A5_5A5A);
    let names = &mut Names::default();
    for index in 0..users {
        let is_founder = index == 0;
        add_user(organization, random, names, is_founder, now);
    }
    for _ in 0..users / 20 {
        let role = role(random, false);
        let (_, email) = names.next(random);
        // Far enough from its end to stay pending for a while.
        let age = random.below(6 * DAY) + HOUR;
        organization.add_invitation(invitation(&email, role), now.saturating_sub(age));
    }
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
