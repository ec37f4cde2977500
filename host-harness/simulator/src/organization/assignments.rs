//! Which roles a principal holds in a scope, as the role-assignment endpoints
//! list them: assigned to it, or inherited from others.

use super::{
    Group, Identified, Organization, OrganizationRole, Predefined, Project, ProjectRole, Refusal,
};
use crate::quirks::Reading;

/// A role held, and from whom it is inherited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The id of the role.
    pub(crate) role: String,
    /// Whether it is assigned to the principal itself.
    pub(crate) is_direct: bool,
    /// Where else it comes from.
    pub(crate) sources: Vec<Source>,
}

/// A principal from which others inherit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) principal_id: String,
    /// `group`, or `organization` for what comes with owning it.
    pub(crate) principal_type: &'static str,
}

impl Identified for Assignment {
    fn id(&self) -> &str {
        &self.role
    }
}

/// Gathers what is held: each role once.
#[derive(Debug, Default)]
struct Held(Vec<Assignment>);

impl Held {
    fn of_direct<'a>(roles: impl IntoIterator<Item = &'a String>) -> Self {
        let mut held = Self::default();
        for role in roles {
            held.role(role).is_direct = true;
        }
        held
    }

    fn inherit<'a>(&mut self, roles: impl IntoIterator<Item = &'a String>, source: &Source) {
        for role in roles {
            self.role(role).sources.push(source.clone());
        }
    }

    fn role(&mut self, role: &str) -> &mut Assignment {
        let place = self.0.iter().position(|known| known.role == role);
        let place = place.unwrap_or_else(|| {
            self.0.push(Assignment {
                role: role.to_owned(),
                is_direct: false,
                sources: Vec::new(),
            });
            self.0.len() - 1
        });
        &mut self.0[place]
    }
}

impl Organization {
    /// The organization roles of a user: the classic one, custom ones, and
    /// those of the user's groups.
    pub(crate) fn roles_of(&self, user: &str) -> Result<Vec<Assignment>, Refusal> {
        let user = self.user(user)?;
        let classic = user.role.map(|role| role.id_in(&self.id));
        let mut held = Held::of_direct(classic.iter().chain(&user.custom_roles));
        for group in self.groups_of(&user.id) {
            held.inherit(&group.roles, &group.source());
        }
        Ok(held.0)
    }

    /// The project roles of a user or service account: assigned, and through
    /// groups. Those of organization owners are not among them.
    pub(crate) fn project_roles_of(&self, project: &Project, user: &str) -> Vec<Assignment> {
        let own = project.users.get(user);
        let mut held = Held::of_direct(own.into_iter().flat_map(|row| &row.roles));
        for row in project.groups.iter() {
            let group = self.groups.get(&row.id);
            if let Some(group) = group.filter(|group| group.has(user)) {
                held.inherit(&row.roles, &group.source());
            }
        }
        held.0
    }

    /// The project roles of a user as the role-assignment endpoints tell them:
    /// a switch adds what organization owners have.
    pub(crate) fn shown_project_roles_of(
        &self,
        project: &Project,
        user: &str,
        reading: &Reading,
    ) -> Result<Vec<Assignment>, Refusal> {
        let user = self.user(user)?;
        let mut held = Held(self.project_roles_of(project, &user.id));
        let is_owner = project.is_live() && self.is_owner(&user.id);
        if is_owner && reading.implicit_owner_assignments {
            let source = Source {
                principal_id: self.id.clone(),
                principal_type: "organization",
            };
            held.inherit([&ProjectRole::Owner.id_in(&project.id)], &source);
        }
        Ok(held.0)
    }

    /// The project roles assigned to a group; none when it is not in it.
    pub(crate) fn group_roles_in<'a>(
        &self,
        project: &'a Project,
        group: &str,
    ) -> Result<&'a [String], Refusal> {
        self.group(group)?;
        let row = project.groups.get(group);
        Ok(row.map_or(&[], |row| &row.roles))
    }

    /// Whether the user is an owner of the organization, by the classic role or
    /// through a group.
    pub(crate) fn is_owner(&self, user: &str) -> bool {
        let Some(user) = self.users.get(user) else {
            return false;
        };
        user.is_owner() || self.owner_groups().any(|group| group.has(&user.id))
    }

    /// The groups that hold the predefined owner role.
    pub(crate) fn owner_groups(&self) -> impl Iterator<Item = &Group> {
        let owner = OrganizationRole::Owner.id_in(&self.id);
        let groups = self.groups.iter();
        groups.filter(move |group| group.roles.contains(&owner))
    }

    fn groups_of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups.iter().filter(move |group| group.has(user))
    }
}

/// What is assigned and nothing inherited: groups inherit from nobody.
pub(crate) fn direct(roles: &[String]) -> Vec<Assignment> {
    Held::of_direct(roles).0
}

impl Group {
    fn source(&self) -> Source {
        Source {
            principal_id: self.id.clone(),
            principal_type: "group",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_held_in_two_ways_is_one_assignment_with_both() {
        let mut organization = Organization::new(1);
        let user = organization
            .add_user(OrganizationRole::Reader, 0)
            .id
            .clone();
        let group = organization.add_group("Readers", 0);
        group.put(&user);
        let group = group.id.clone();
        let id = organization.add_project("Search", 0);
        let project = organization.project_mut(&id).unwrap();
        let (member, owner) = (
            ProjectRole::Member.id_in(&id),
            ProjectRole::Owner.id_in(&id),
        );
        project.put_user_role(&user, &member, 0);
        project.put_group_role(&group, &member, 0);
        project.put_group_role(&group, &owner, 0);
        let held = organization.project_roles_of(organization.project(&id).unwrap(), &user);
        let seen: Vec<_> = held
            .iter()
            .map(|row| (&row.role, row.is_direct, row.sources.len()))
            .collect();
        assert_eq!(seen, [(&member, true, 1), (&owner, false, 1)]);
    }

    #[test]
    fn an_owner_is_one_by_the_classic_role_or_through_a_group() {
        let mut organization = Organization::new(1);
        let classic = organization.add_user(OrganizationRole::Owner, 0).id.clone();
        let grouped = organization
            .add_user(OrganizationRole::Reader, 0)
            .id
            .clone();
        let neither = organization
            .add_user(OrganizationRole::Reader, 0)
            .id
            .clone();
        let owner = OrganizationRole::Owner.id_in(&organization.id);
        let group = organization.add_group("Administrators", 0);
        group.put(&grouped);
        group.roles.push(owner);
        let owners = [&classic, &grouped, &neither].map(|user| organization.is_owner(user));
        assert_eq!(owners, [true, true, false]);
    }
}
