//! Groups and custom organization roles of a generated organization.
//!
//! | share | what |
//! |---|---|
//! | one for 40 people, and two | groups, of 3 to 40 people |
//! | 30 % of the groups | managed by the identity provider |
//! | 5 % of the groups | of the identity tenant |
//! | 10 % of the groups, 2 % of the people | hold a custom organization role |
//! | one group in every second organization | holds the predefined owner role |

use crate::clock::days_before;
use crate::organization::{
    GroupKind, Organization, OrganizationRole, Predefined, Refusal, RoleRequest,
};
use crate::random::Random;

const TEAMS: [&str; 12] = [
    "Analytics",
    "Design",
    "Finance",
    "Infrastructure",
    "Legal",
    "Marketing",
    "Mobile",
    "Platform",
    "Research",
    "Sales",
    "Security",
    "Support",
];

const ROLES: [(&str, &[&str]); 3] = [
    ("Auditor", &["api.audit_logs.read"]),
    ("Group manager", &["api.groups.read", "api.groups.write"]),
    ("Usage analyst", &["api.usage.read"]),
];

pub(super) fn fill(
    organization: &mut Organization,
    random: &mut Random,
    people: &[String],
    now: u64,
) -> Result<(), Refusal> {
    let roles = ROLES.map(|(name, permissions)| {
        organization.add_role(role(name, permissions), days_before(now, 300))
    });
    for index in 0..people.len() / 40 + 2 {
        let team = TEAMS[index % TEAMS.len()];
        let name = match index / TEAMS.len() {
            0 => team.to_owned(),
            number => format!("{team} {}", number + 1),
        };
        add_group(organization, random, people, &name, &roles, now);
    }
    for user in organization.users.iter_mut() {
        if random.chance(2) {
            user.custom_roles.push(random.pick(&roles).clone());
        }
    }
    let owner = OrganizationRole::Owner.id_in(&organization.id);
    if random.chance(50) {
        let administrators = organization.add_group("Administrators", days_before(now, 200));
        administrators.roles.push(owner);
        for _ in 0..3 {
            let user = random.pick(people);
            administrators.put(user);
        }
    }
    Ok(())
}

fn add_group(
    organization: &mut Organization,
    random: &mut Random,
    people: &[String],
    name: &str,
    roles: &[String],
    now: u64,
) {
    let created_at = days_before(now, 100 + random.below(800));
    let group = organization.add_group(name, created_at);
    group.is_scim_managed = random.chance(30);
    if random.chance(5) {
        group.kind = GroupKind::TenantGroup;
    }
    for _ in 0..3 + random.below(38) {
        let user = random.pick(people);
        group.put(user);
    }
    if random.chance(10) {
        group.roles.push(random.pick(roles).clone());
    }
}

pub(super) fn role(name: &str, permissions: &[&str]) -> RoleRequest {
    RoleRequest {
        name: name.to_owned(),
        description: None,
        permissions: permissions.iter().map(|&text| text.to_owned()).collect(),
    }
}
