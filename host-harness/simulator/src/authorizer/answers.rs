//! What the authorizer answers, and how it is asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::organization::OrganizationRole;

/// What everybody may do, and what live invitations promise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// One row for each person or service account of the organization.
    pub organization: Vec<OrganizationAccess>,
    /// One row for each person or service account with any role in a live
    /// project; whoever has none there has no row.
    pub projects: Vec<ProjectAccess>,
    /// One row for each live invitation.
    pub pending: Vec<PendingAccess>,
    /// The permissions of each role by which anybody has access, by role:
    /// the id of a custom one, `project:member` and so on for predefined ones.
    pub permissions: BTreeMap<String, BTreeSet<String>>,
}

/// The organization roles of one person or service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationAccess {
    /// The user's id.
    pub person: String,
    /// Whether the person can use nothing of it.
    pub banned: bool,
    /// `owner`, `reader`, or the id of a custom role.
    pub roles: Vec<HeldRole>,
}

/// The effective roles of one person or service account in one live project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectAccess {
    /// The user's id.
    pub person: String,
    /// The project's id.
    pub project: String,
    /// Whether the person can use nothing of it.
    pub banned: bool,
    /// `owner`, `member`, `viewer`, or the id of a custom role.
    pub roles: Vec<HeldRole>,
}

/// A role, and by which ways it is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRole {
    /// The word of a predefined role, or the id of a custom one.
    pub role: String,
    /// At least one, each once, in their order.
    pub ways: BTreeSet<Way>,
}

/// By which way a role is held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It is assigned to the person.
    Direct,
    /// It is assigned to this group, and the person is in it.
    Group(String),
    /// The person owns the organization, and so every live project.
    OrganizationOwner,
}

/// What a live invitation gives once it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAccess {
    /// The invitation's id.
    pub invitation: String,
    /// As it was invited.
    pub email: String,
    /// Unix seconds.
    pub until: u64,
    /// The organization role.
    pub organization_role: OrganizationRole,
    /// Live projects alone.
    pub projects: Vec<PendingProject>,
}

/// A project that an invitation carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingProject {
    /// The project's id.
    pub project: String,
    /// `member` or `owner`.
    pub role: String,
}

/// Why somebody may do something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The word of a predefined role, or the id of a custom one.
    pub role: String,
    /// Whether it is a role of the organization.
    pub of_organization: bool,
    /// By which ways it is held.
    pub ways: BTreeSet<Way>,
}

impl Access {
    /// The roles of each row of `projects`, by person and project: for asking
    /// often.
    pub fn by_person_and_project(&self) -> HashMap<(&str, &str), &[HeldRole]> {
        let rows = self.projects.iter();
        rows.map(|row| ((&*row.person, &*row.project), &*row.roles))
            .collect()
    }

    /// The roles of that person in that project: none when there are none.
    pub fn roles_in(&self, person: &str, project: &str) -> &[HeldRole] {
        let mut rows = self.projects.iter();
        let row = rows.find(|row| row.person == person && row.project == project);
        row.map_or(&[], |row| &row.roles)
    }

    /// Why that person may do `action`, a permission such as
    /// `api.model.request`, in that live project: empty when they may not.
    /// Owners of a project may do everything there; a role of the organization
    /// that names the permission counts in every project; who is banned may do
    /// nothing.
    pub fn may(&self, person: &str, action: &str, project: &str) -> Vec<Reason> {
        let everywhere = self.organization.iter().find(|row| row.person == person);
        let here = self
            .projects
            .iter()
            .find(|row| row.person == person && row.project == project);
        let is_known = self.projects.iter().any(|row| row.project == project);
        let everywhere = everywhere.filter(|row| is_known && !row.banned);
        let everywhere = everywhere.map_or(&[][..], |row| &row.roles);
        let here = here.filter(|row| !row.banned);
        let here = here.map_or(&[][..], |row| &row.roles);
        let of_organization = self.reasons(everywhere, action, true);
        of_organization
            .chain(self.reasons(here, action, false))
            .collect()
    }

    fn reasons<'a>(
        &'a self,
        roles: &'a [HeldRole],
        action: &'a str,
        of_organization: bool,
    ) -> impl Iterator<Item = Reason> + 'a {
        let scope = match of_organization {
            true => "organization",
            false => "project",
        };
        let allows = move |held: &&HeldRole| {
            let predefined = self.permissions.get(&format!("{scope}:{}", held.role));
            let permissions = predefined.or_else(|| self.permissions.get(&held.role));
            held.role == "owner" || permissions.is_some_and(|all| all.contains(action))
        };
        roles.iter().filter(allows).map(move |held| Reason {
            role: held.role.clone(),
            of_organization,
            ways: held.ways.clone(),
        })
    }
}
