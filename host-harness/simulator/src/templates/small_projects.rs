//! The projects, groups, roles and keys of `small`.
//!
//! | project | who is in it | what it shows |
//! |---|---|---|
//! | Default project | Annie (banned) as member | the default project |
//! | Search | Alan as member with a custom role, one viewer, the researchers, a service account with a custom role | direct and inherited roles, keys in every state |
//! | Support | Grace (an organization owner) as member, the support group as owner, a service account without access | overlapping ways |
//! | Sandbox | nobody | owners are in it all the same |
//! | Retired | Alan as owner, the researchers, a service account | archived |

use crate::clock::{DAY, HOUR, days_before};
use crate::organization::{KeyOwner, Organization, Predefined, ProjectRole, Refusal, RoleRequest};

/// Ids of the users.
pub(super) struct People {
    pub(super) ada: String,
    pub(super) grace: String,
    pub(super) alan: String,
    pub(super) annie: String,
    pub(super) nameless: String,
    pub(super) nightly: String,
    pub(super) idle: String,
}

/// Ids of the groups.
struct Groups {
    researchers: String,
    support: String,
}

pub(super) fn fill(
    organization: &mut Organization,
    people: &People,
    now: u64,
) -> Result<(), Refusal> {
    let groups = groups(organization, people, now);
    organization_roles(organization, people, &groups, now)?;
    let default = organization.default_project.clone();
    let default = organization.project_mut(&default)?;
    default.put_user(
        &people.annie,
        Some(ProjectRole::Member),
        days_before(now, 200),
    );
    search(organization, people, &groups, now)?;
    support(organization, people, &groups, now)?;
    organization.add_project("Sandbox", days_before(now, 3));
    retired(organization, people, &groups, now)?;
    admin_keys(organization, people, now)
}

fn groups(organization: &mut Organization, people: &People, now: u64) -> Groups {
    let researchers = organization.add_group("Researchers", days_before(now, 150));
    for user in [&people.alan, &people.nameless, &people.nightly] {
        researchers.put(user);
    }
    let researchers = researchers.id.clone();
    let support = organization.add_group("Support", days_before(now, 140));
    support.is_scim_managed = true;
    for user in [&people.alan, &people.annie, &people.grace] {
        support.put(user);
    }
    let support = support.id.clone();
    Groups {
        researchers,
        support,
    }
}

fn organization_roles(
    organization: &mut Organization,
    people: &People,
    groups: &Groups,
    now: u64,
) -> Result<(), Refusal> {
    let permissions = ["api.groups.read", "api.groups.write"];
    let manager = role("Group manager", "Manages groups", &permissions);
    let manager = organization.add_role(manager, days_before(now, 120));
    let auditor = role("Auditor", "Reads audit logs", &["api.audit_logs.read"]);
    let auditor = organization.add_role(auditor, days_before(now, 110));
    if let Some(role) = organization.roles.get_mut(&auditor) {
        role.created_by = Some(people.ada.clone());
    }
    let researchers = organization.group_mut(&groups.researchers)?;
    researchers.roles.push(manager);
    if let Some(alan) = organization.users.get_mut(&people.alan) {
        alan.custom_roles.push(auditor);
    }
    Ok(())
}

fn search(
    organization: &mut Organization,
    people: &People,
    groups: &Groups,
    now: u64,
) -> Result<(), Refusal> {
    let id = organization.add_project("Search", days_before(now, 130));
    let permissions = ["api.model.read", "api.model.request"];
    let engineer = role("Prompt engineer", "Tries prompts", &permissions);
    let engineer = organization.add_project_role(&id, engineer, days_before(now, 100))?;
    let project = organization.project_mut(&id)?;
    project.put_user(
        &people.alan,
        Some(ProjectRole::Member),
        days_before(now, 39),
    );
    project.put_user_role(&people.alan, &engineer, days_before(now, 39));
    let viewer = Some(ProjectRole::Viewer);
    project.put_user(&people.nameless, viewer, days_before(now, 60));
    let member = Some(ProjectRole::Member);
    project.put_user(&people.nightly, member, days_before(now, 90));
    project.put_user_role(&people.nightly, &engineer, days_before(now, 80));
    let member = ProjectRole::Member.id_in(&id);
    project.put_group_role(&groups.researchers, &member, days_before(now, 90));
    keys_of_search(organization, people, &id, now)
}

/// Used, never used, expired, soon to expire, of owners without access, and of
/// somebody who has left the organization.
fn keys_of_search(
    organization: &mut Organization,
    people: &People,
    project: &str,
    now: u64,
) -> Result<(), Refusal> {
    let created_at = days_before(now, 35);
    let [ada, alan, annie, nightly] = [&people.ada, &people.alan, &people.annie, &people.nightly];
    let keys = [
        (alan, "notebook", Some(days_before(now, 35)), None),
        (alan, "never used", None, None),
        (alan, "expired", None, Some(days_before(now, 5))),
        (ada, "demonstration", Some(now), Some(now + DAY)),
        (annie, "left behind", Some(days_before(now, 15)), None),
        (nightly, "nightly", Some(now.saturating_sub(HOUR)), None),
    ];
    for (owner, name, last_used_at, expires_at) in keys {
        let owner = KeyOwner::from(organization.user(owner)?);
        let key = organization.add_project_key(project, owner, name, created_at)?;
        key.last_used_at = last_used_at;
        key.expires_at = expires_at;
    }
    let margaret = margaret(organization, now);
    let key = organization.add_project_key(project, margaret, "guidance", created_at)?;
    key.last_used_at = Some(days_before(now, 31));
    Ok(())
}

/// Somebody who was in the organization once.
fn margaret(organization: &mut Organization, now: u64) -> KeyOwner {
    let id = organization.new_id("user-");
    let (name, email) = ("Margaret Hamilton", "margaret.hamilton@example.com");
    KeyOwner::former(id, name, email, days_before(now, 350))
}

fn support(
    organization: &mut Organization,
    people: &People,
    groups: &Groups,
    now: u64,
) -> Result<(), Refusal> {
    let id = organization.add_project("Support", days_before(now, 100));
    let answering = role("Answering", "Answers tickets", &["api.model.request"]);
    let answering = organization.add_project_role(&id, answering, days_before(now, 90))?;
    let project = organization.project_mut(&id)?;
    let member = Some(ProjectRole::Member);
    project.put_user(&people.grace, member, days_before(now, 95));
    project.put_user(&people.idle, None, days_before(now, 20));
    let owner = ProjectRole::Owner.id_in(&id);
    project.put_group_role(&groups.support, &owner, days_before(now, 85));
    project.put_group_role(&groups.support, &answering, days_before(now, 85));
    Ok(())
}

fn retired(
    organization: &mut Organization,
    people: &People,
    groups: &Groups,
    now: u64,
) -> Result<(), Refusal> {
    let id = organization.add_project("Retired", days_before(now, 140));
    let alan = KeyOwner::from(organization.user(&people.alan)?);
    organization.add_project_key(&id, alan, "of the past", days_before(now, 38))?;
    let old = organization.add_service_account("old-crawler", days_before(now, 130));
    let old = old.id.clone();
    let project = organization.project_mut(&id)?;
    project.put_user(&people.alan, Some(ProjectRole::Owner), days_before(now, 39));
    project.put_user(&old, Some(ProjectRole::Member), days_before(now, 130));
    let member = ProjectRole::Member.id_in(&id);
    project.put_group_role(&groups.researchers, &member, days_before(now, 130));
    project.archived_at = Some(days_before(now, 25));
    Ok(())
}

fn admin_keys(organization: &mut Organization, people: &People, now: u64) -> Result<(), Refusal> {
    let [ada, nightly] = [&people.ada, &people.nightly].map(|id| organization.user(id));
    let [ada, nightly] = [KeyOwner::from(ada?), KeyOwner::from(nightly?)];
    let margaret = margaret(organization, now);
    let created_at = days_before(now, 60);
    let keys = [
        (ada.clone(), "governance", Some(now), None),
        (ada, "never used", None, Some(days_before(now, 1))),
        (
            margaret,
            "pipeline",
            Some(days_before(now, 31)),
            Some(now + 3 * DAY),
        ),
        (
            nightly,
            "usage export",
            Some(now.saturating_sub(HOUR)),
            None,
        ),
    ];
    for (owner, name, last_used_at, expires_at) in keys {
        let key = organization.add_admin_key(owner, name, created_at);
        key.last_used_at = last_used_at;
        key.expires_at = expires_at;
    }
    Ok(())
}

fn role(name: &str, description: &str, permissions: &[&str]) -> RoleRequest {
    RoleRequest {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        permissions: permissions.iter().map(|&text| text.to_owned()).collect(),
    }
}
