//! Projects of a generated organization, with who and what is in them.
//!
//! | share | what |
//! |---|---|
//! | 5 % | archived |
//! | 15 to 25 people | in each directly: 10 % owners, 15 % viewers, the others members |
//! | up to 3 groups | in each, a few with a custom role |
//! | up to 2 | service accounts in each, one in ten without access |
//! | 30 % | have one or two custom roles, held by one in ten |
//! | up to 8 | keys in each: one in four unused, one in five with an expiry, some of owners without access |

use super::generated::AGE;
use super::generated_groups::role;
use crate::clock::{DAY, days_before};
use crate::organization::{KeyOwner, Organization, Predefined, ProjectRole, Refusal};
use crate::random::Random;

const SUBJECTS: [&str; 16] = [
    "Assistant",
    "Billing",
    "Catalogue",
    "Chat",
    "Contracts",
    "Documents",
    "Evaluation",
    "Forecast",
    "Invoices",
    "Labels",
    "Moderation",
    "Onboarding",
    "Search",
    "Summaries",
    "Tickets",
    "Translation",
];

const STAGES: [&str; 4] = ["production", "staging", "development", "experiments"];

const ROLES: [(&str, &[&str]); 2] = [
    ("Prompt engineer", &["api.model.read", "api.model.request"]),
    (
        "Key manager",
        &[
            "api.organization.projects.api_keys.read",
            "api.organization.projects.api_keys.write",
        ],
    ),
];

/// `count` projects, the default one included.
pub(super) fn fill(
    organization: &mut Organization,
    random: &mut Random,
    people: &[String],
    count: usize,
    now: u64,
) -> Result<(), Refusal> {
    let groups: Vec<String> = organization.groups.iter().map(|it| it.id.clone()).collect();
    for index in 1..count {
        let subject = SUBJECTS[index % SUBJECTS.len()];
        let stage = STAGES[index / SUBJECTS.len() % STAGES.len()];
        let round = index / (SUBJECTS.len() * STAGES.len());
        let name = match round {
            0 => format!("{subject} {stage}"),
            round => format!("{subject} {stage} {}", round + 1),
        };
        let id = organization.add_project(&name, now.saturating_sub(DAY + random.below(AGE)));
        let roles = add_roles(organization, random, &id, now)?;
        add_people(organization, random, &id, people, &roles)?;
        add_groups(organization, random, &id, &groups, &roles)?;
        add_service_accounts(organization, random, &id, now)?;
        add_keys(organization, random, &id, people, now)?;
        let project = organization.project_mut(&id)?;
        project.archived_at = random.chance(5).then(|| days_before(now, 1));
    }
    Ok(())
}

fn add_roles(
    organization: &mut Organization,
    random: &mut Random,
    project: &str,
    now: u64,
) -> Result<Vec<String>, Refusal> {
    let count = match random.chance(30) {
        true => 1 + random.below(2) as usize,
        false => 0,
    };
    let roles = ROLES.iter().take(count);
    roles
        .map(|(name, permissions)| {
            organization.add_project_role(project, role(name, permissions), days_before(now, 1))
        })
        .collect()
}

fn add_people(
    organization: &mut Organization,
    random: &mut Random,
    project: &str,
    people: &[String],
    roles: &[String],
) -> Result<(), Refusal> {
    let project = organization.project_mut(project)?;
    let since = project.created_at;
    for _ in 0..15 + random.below(11) {
        let user = random.pick(people);
        if project.users.get(user).is_none() {
            project.put_user(user, Some(some_role(random)), since);
            if !roles.is_empty() && random.chance(10) {
                let role = random.pick(roles);
                project.put_user_role(user, role, since);
            }
        }
    }
    Ok(())
}

fn add_groups(
    organization: &mut Organization,
    random: &mut Random,
    project: &str,
    groups: &[String],
    roles: &[String],
) -> Result<(), Refusal> {
    let project = organization.project_mut(project)?;
    let since = project.created_at;
    for _ in 0..random.below(4) {
        let role = match roles {
            [_, ..] if random.chance(30) => random.pick(roles).clone(),
            _ => some_role(random).id_in(&project.id),
        };
        let group = random.pick(groups);
        project.put_group_role(group, &role, since);
    }
    Ok(())
}

fn add_service_accounts(
    organization: &mut Organization,
    random: &mut Random,
    project: &str,
    now: u64,
) -> Result<(), Refusal> {
    let since = organization.project(project)?.created_at;
    for number in 1..=random.below(3) {
        let name = format!("service-{number}");
        let account = organization.add_service_account(&name, since);
        let used_at = since + random.below(now - since + 1);
        account.api_key_last_used_at = random.chance(80).then_some(used_at);
        let account = account.id.clone();
        let role = match random.below(10) {
            0 => None,
            1 => Some(ProjectRole::Owner),
            _ => Some(ProjectRole::Member),
        };
        let project = organization.project_mut(project)?;
        project.put_user(&account, role, since);
    }
    Ok(())
}

/// Of people and service accounts of the project, and now and then of somebody
/// who is not in it.
fn add_keys(
    organization: &mut Organization,
    random: &mut Random,
    project: &str,
    people: &[String],
    now: u64,
) -> Result<(), Refusal> {
    let found = organization.project(project)?;
    let since = found.created_at;
    let inside: Vec<String> = found.users.iter().map(|row| row.id.clone()).collect();
    for number in 1..=random.below(9) {
        let owner = match random.chance(85) {
            true => random.pick(&inside),
            false => random.pick(people),
        };
        let owner = KeyOwner::from(organization.user(owner)?);
        let created_at = since + random.below(now - since + 1);
        let name = format!("key {number}");
        let key = organization.add_project_key(project, owner, &name, created_at)?;
        let used_at = created_at + random.below(now - created_at + 1);
        key.last_used_at = random.chance(75).then_some(used_at);
        let ends = days_before(now, 30) + random.below(120) * DAY;
        key.expires_at = random.chance(20).then_some(ends);
    }
    Ok(())
}

fn some_role(random: &mut Random) -> ProjectRole {
    match random.below(100) {
        0..10 => ProjectRole::Owner,
        10..25 => ProjectRole::Viewer,
        _ => ProjectRole::Member,
    }
}
