//! How many rows the lists of the Administration API have, said from the truth:
//! what the fewest requests of a client that reads everything follow from.

use serde::Serialize;

use crate::organization::{Organization, Project, Role};
use crate::quirks::Reading;

/// Rows by list.
#[derive(Debug, Serialize)]
pub(crate) struct Census {
    /// People and, where they are listed as such, service accounts.
    users: usize,
    invitations: usize,
    /// Organization roles, and how many of them are custom.
    roles: usize,
    custom_roles: usize,
    admin_keys: usize,
    groups: Vec<GroupCensus>,
    projects: Vec<ProjectCensus>,
}

/// Rows of one group's lists.
#[derive(Debug, Serialize)]
struct GroupCensus {
    members: usize,
    roles: usize,
}

/// Rows of one project's lists.
#[derive(Debug, Serialize)]
struct ProjectCensus {
    live: bool,
    roles: usize,
    custom_roles: usize,
    /// Owners of the organization included, as in the list.
    people: usize,
    groups: usize,
    service_accounts: usize,
    keys: usize,
}

/// Counts everything.
pub(crate) fn census(organization: &Organization, reading: &Reading) -> Census {
    let users = organization.users.iter();
    let users = users.filter(|it| reading.service_accounts_as_users || !it.is_service_account);
    let groups = organization.groups.iter().map(|group| GroupCensus {
        members: group.members.iter().count(),
        roles: group.roles.len(),
    });
    let projects = organization.projects.iter();
    Census {
        users: users.count(),
        invitations: organization.invitations.iter().count(),
        roles: organization.roles.iter().count(),
        custom_roles: custom(organization.roles.iter()),
        admin_keys: organization.admin_keys.iter().count(),
        groups: groups.collect(),
        projects: projects
            .map(|project| of_project(organization, project, reading))
            .collect(),
    }
}

fn of_project(organization: &Organization, project: &Project, reading: &Reading) -> ProjectCensus {
    ProjectCensus {
        live: project.is_live(),
        roles: project.roles.iter().count(),
        custom_roles: custom(project.roles.iter()),
        people: organization.project_users(project, reading).iter().count(),
        groups: project.groups.iter().count(),
        service_accounts: organization.service_accounts(project).iter().count(),
        keys: project.keys.iter().count(),
    }
}

fn custom<'a, P: 'a>(roles: impl Iterator<Item = &'a Role<P>>) -> usize {
    roles.filter(|role| role.predefined.is_none()).count()
}
