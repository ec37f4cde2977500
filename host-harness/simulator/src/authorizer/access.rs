//! Which roles are effective where, and by which ways.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{
    Access, HeldRole, OrganizationAccess, PendingAccess, PendingProject, ProjectAccess, Way,
};
use crate::organization::{
    Group, Invitation, Organization, OrganizationRole, Project, ProjectInvitation,
};

type Roles = BTreeMap<String, BTreeSet<Way>>;

/// The access of everybody, by the organization's clock `now` (Unix seconds).
pub(crate) fn access(organization: &Organization, now: u64) -> Access {
    let mut access = Access::default();
    let mut owners = BTreeSet::new();
    for (person, roles) in organization_roles(organization) {
        if roles.contains_key(OrganizationRole::Owner.name()) {
            owners.insert(person.clone());
        }
        let banned = is_banned(organization, &person);
        let roles = held(roles);
        access.organization.push(OrganizationAccess {
            person,
            banned,
            roles,
        });
    }
    for project in organization.projects.iter().filter(|it| it.is_live()) {
        for (person, roles) in project_roles(organization, project, &owners) {
            access.projects.push(ProjectAccess {
                banned: is_banned(organization, &person),
                person,
                project: project.id.clone(),
                roles: held(roles),
            });
        }
    }
    let invitations = organization.invitations.iter();
    let live = invitations.filter(|row| row.is_pending(now));
    access.pending = live.map(|row| pending(organization, row)).collect();
    access.permissions = permissions(organization);
    access
}

/// By person; everybody in the organization has an entry.
fn organization_roles(organization: &Organization) -> BTreeMap<String, Roles> {
    let mut people: BTreeMap<String, Roles> = BTreeMap::new();
    for user in organization.users.iter() {
        let roles = people.entry(user.id.clone()).or_default();
        if let Some(role) = user.role {
            add(roles, role.name(), Way::Direct);
        }
        for role in &user.custom_roles {
            add(roles, role, Way::Direct);
        }
    }
    for group in organization.groups.iter() {
        for role in &group.roles {
            let predefined = organization
                .roles
                .get(role)
                .and_then(|role| role.predefined);
            let word = predefined.map_or(role.as_str(), |role| role.name());
            for person in members(organization, group) {
                let roles = people.entry(person.to_owned()).or_default();
                add(roles, word, Way::Group(group.id.clone()));
            }
        }
    }
    people
}

/// By person; only who has a role.
fn project_roles(
    organization: &Organization,
    project: &Project,
    owners: &BTreeSet<String>,
) -> BTreeMap<String, Roles> {
    let word = |role: &String| -> String {
        let predefined = project.roles.get(role).and_then(|role| role.predefined);
        predefined.map_or_else(|| role.clone(), |role| role.name().to_owned())
    };
    let mut people: BTreeMap<String, Roles> = BTreeMap::new();
    for owner in owners {
        let roles = people.entry(owner.clone()).or_default();
        add(roles, "owner", Way::OrganizationOwner);
    }
    for row in project.users.iter() {
        for role in &row.roles {
            let roles = people.entry(row.id.clone()).or_default();
            add(roles, &word(role), Way::Direct);
        }
    }
    for row in project.groups.iter() {
        let Some(group) = organization.groups.get(&row.id) else {
            continue;
        };
        for person in members(organization, group) {
            for role in &row.roles {
                let roles = people.entry(person.to_owned()).or_default();
                add(roles, &word(role), Way::Group(group.id.clone()));
            }
        }
    }
    people
}

fn members<'a>(organization: &'a Organization, group: &'a Group) -> impl Iterator<Item = &'a str> {
    let members = group.members.iter().map(|member| member.id.as_str());
    members.filter(|id| organization.users.get(id).is_some())
}

fn add(roles: &mut Roles, role: &str, way: Way) {
    roles.entry(role.to_owned()).or_default().insert(way);
}

fn held(roles: Roles) -> Vec<HeldRole> {
    let held = |(role, ways)| HeldRole { role, ways };
    roles.into_iter().map(held).collect()
}

fn is_banned(organization: &Organization, person: &str) -> bool {
    let user = organization.users.get(person);
    user.is_some_and(|user| user.banned_at.is_some())
}

fn pending(organization: &Organization, invitation: &Invitation) -> PendingAccess {
    let projects = invitation.projects.iter();
    let live = projects.filter(|promise| {
        let project = organization.projects.get(&promise.id);
        project.is_some_and(Project::is_live)
    });
    let promise = |promise: &ProjectInvitation| PendingProject {
        project: promise.id.clone(),
        role: promise.role.clone(),
    };
    PendingAccess {
        invitation: invitation.id.clone(),
        email: invitation.email.clone(),
        until: invitation.expires_at,
        organization_role: invitation.role,
        projects: live.map(promise).collect(),
    }
}

/// All projects have the same predefined roles, with the same permissions.
fn permissions(organization: &Organization) -> BTreeMap<String, BTreeSet<String>> {
    let of_organization = organization.roles.iter().map(|role| {
        let word = role.predefined.map(OrganizationRole::name);
        let key = word.map(|word| format!("organization:{word}"));
        (key.unwrap_or_else(|| role.id.clone()), &role.permissions)
    });
    let projects = organization.projects.iter();
    let of_projects = projects
        .flat_map(|project| project.roles.iter())
        .map(|role| {
            let word = role.predefined.map(|role| role.name());
            let key = word.map(|word| format!("project:{word}"));
            (key.unwrap_or_else(|| role.id.clone()), &role.permissions)
        });
    of_organization
        .chain(of_projects)
        .map(|(key, permissions)| (key, permissions.iter().cloned().collect()))
        .collect()
}

#[cfg(test)]
mod tests;
