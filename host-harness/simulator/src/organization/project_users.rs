//! Who the classic lists of a project show, and with which role.
//!
//! | person | shown | role |
//! |---|---|---|
//! | organization owner | always | `owner`, whatever else is assigned |
//! | holds owner or member | yes | the stronger |
//! | holds only viewer or custom roles | by the switch `other_roles` | by the same |
//! | in it through a group alone | by the switch `people_through_groups` | as above |
//! | service account | by the switch `service_accounts_as_project_users` | as above |

use super::{
    Collection, Identified, Organization, Predefined, Project, ProjectRole, Reason, Refusal, User,
};
use crate::quirks::{OtherRole, Reading};

/// A row of a project's user list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProjectUser {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) role: String,
    pub(crate) added_at: u64,
}

/// A row of a project's list of service accounts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServiceAccount {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// `None` for one without access, or with custom roles alone.
    pub(crate) role: Option<ProjectRole>,
    pub(crate) created_at: u64,
}

impl Identified for ProjectUser {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for ServiceAccount {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Organization {
    /// The project's user list: first who is in it, then who comes with the
    /// organization.
    pub(crate) fn project_users(
        &self,
        project: &Project,
        reading: &Reading,
    ) -> Collection<ProjectUser> {
        let own = project.users.iter().map(|row| row.id.as_str());
        let mut ids: Vec<&str> = own.collect();
        if reading.people_through_groups {
            let groups = project.groups.iter();
            let groups = groups.filter_map(|row| self.groups.get(&row.id));
            ids.extend(groups.flat_map(|group| group.members.iter().map(Identified::id)));
        }
        ids.extend(self.owners());
        let mut rows = Collection::default();
        for id in ids {
            if rows.get(id).is_none()
                && let Some(row) = self.project_user_row(project, id, reading)
            {
                rows.add(row);
            }
        }
        rows
    }

    /// One row of the same list.
    pub(crate) fn project_user(
        &self,
        project: &Project,
        user: &str,
        reading: &Reading,
    ) -> Result<ProjectUser, Refusal> {
        let is_listed = project.users.get(user).is_some()
            || self.is_owner(user)
            || reading.people_through_groups;
        let row = self.project_user_row(project, user, reading);
        let missing = || {
            Reason::NotInProject(user.to_owned(), project.id.clone()).with(reading.not_in_project)
        };
        row.filter(|_| is_listed).ok_or_else(missing)
    }

    fn project_user_row(
        &self,
        project: &Project,
        user: &str,
        reading: &Reading,
    ) -> Option<ProjectUser> {
        let user = self.users.get(user)?;
        if user.is_service_account && !reading.service_accounts_as_project_users {
            return None;
        }
        let since = project.created_at.max(user.added_at);
        let own = project.users.get(&user.id);
        Some(ProjectUser {
            role: self.shown_role(project, user, reading.other_roles)?,
            id: user.id.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            added_at: own.map_or(since, |row| row.added_at),
        })
    }

    /// The classic role that is shown of a user; `None` when nothing is.
    fn shown_role(&self, project: &Project, user: &User, other: OtherRole) -> Option<String> {
        if let Some(role) = self.classic_role(project, &user.id) {
            return Some(role.name().to_owned());
        }
        let held = self.project_roles_of(project, &user.id);
        let first = held.first()?;
        match other {
            OtherRole::Member => Some("member".to_owned()),
            OtherRole::Hidden => None,
            OtherRole::Named => {
                let predefined = ProjectRole::of_id(&first.role, &project.id);
                let custom = || project.roles.get(&first.role).map(|role| role.name.clone());
                predefined
                    .map(|role| role.name().to_owned())
                    .or_else(custom)
            }
        }
    }

    /// Owner or member, whichever is the stronger that the user holds in the
    /// project in any way; `None` for any other.
    pub(crate) fn classic_role(&self, project: &Project, user: &str) -> Option<ProjectRole> {
        if self.is_owner(user) {
            return Some(ProjectRole::Owner);
        }
        let held = self.project_roles_of(project, user);
        let held = held.iter();
        held.filter_map(|row| ProjectRole::of_id(&row.role, &project.id))
            .filter(|role| ProjectRole::CLASSIC.contains(role))
            .max()
    }

    /// Everybody who owns the organization, by whatever way; some perhaps twice.
    fn owners(&self) -> impl Iterator<Item = &str> {
        let classic = self.users.iter().filter(|user| user.is_owner());
        let groups = self.owner_groups();
        let grouped = groups.flat_map(|group| group.members.iter().map(Identified::id));
        classic.map(Identified::id).chain(grouped)
    }

    /// The project's service accounts.
    pub(crate) fn service_accounts(&self, project: &Project) -> Collection<ServiceAccount> {
        let rows = project.users.iter();
        rows.filter_map(|row| self.service_account(project, &row.id).ok())
            .collect()
    }

    pub(crate) fn service_account(
        &self,
        project: &Project,
        id: &str,
    ) -> Result<ServiceAccount, Refusal> {
        let row = project.users.get(id);
        let user = self.users.get(id).filter(|user| user.is_service_account);
        let missing = || Reason::NoSuchServiceAccount(id.to_owned()).not_found();
        let (row, user) = row.zip(user).ok_or_else(missing)?;
        let classic = row.predefined(&project.id);
        Ok(ServiceAccount {
            id: user.id.clone(),
            name: user.name.clone(),
            role: classic.filter(|role| ProjectRole::CLASSIC.contains(role)),
            created_at: row.added_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::OrganizationRole;

    struct Case {
        organization: Organization,
        project: String,
    }

    fn case() -> Case {
        let mut organization = Organization::new(1);
        let project = organization.add_project("Search", 5);
        Case {
            organization,
            project,
        }
    }

    impl Case {
        fn user(&mut self, role: OrganizationRole) -> String {
            self.organization.add_user(role, 7).id.clone()
        }

        fn shown(&self, reading: &Reading) -> Vec<(String, String)> {
            let project = self.organization.project(&self.project).unwrap();
            let rows = self.organization.project_users(project, reading);
            for row in rows.iter() {
                let one = self.organization.project_user(project, &row.id, reading);
                assert_eq!(one.as_ref(), Ok(row));
            }
            rows.iter()
                .map(|row| (row.id.clone(), row.role.clone()))
                .collect()
        }
    }

    #[test]
    fn organization_owners_are_owners_whatever_is_assigned() {
        let mut case = case();
        let (boss, both) = (
            case.user(OrganizationRole::Owner),
            case.user(OrganizationRole::Owner),
        );
        let project = case.organization.project_mut(&case.project).unwrap();
        project.put_user(&both, Some(ProjectRole::Viewer), 8);
        let owner = "owner".to_owned();
        assert_eq!(
            case.shown(&Reading::default()),
            [(both, owner.clone()), (boss, owner)]
        );
    }

    #[test]
    fn what_is_neither_owner_nor_member_is_shown_as_the_switch_says() {
        let mut case = case();
        let user = case.user(OrganizationRole::Reader);
        let project = case.organization.project_mut(&case.project).unwrap();
        project.put_user(&user, Some(ProjectRole::Viewer), 8);
        let cases = [
            (OtherRole::Member, vec!["member"]),
            (OtherRole::Named, vec!["viewer"]),
            (OtherRole::Hidden, vec![]),
        ];
        for (other_roles, expected) in cases {
            let reading = Reading {
                other_roles,
                ..Reading::default()
            };
            let shown = case.shown(&reading);
            let roles: Vec<_> = shown.iter().map(|(_, role)| role.as_str()).collect();
            assert_eq!(roles, expected);
        }
    }

    #[test]
    fn people_of_groups_and_service_accounts_are_shown_when_a_switch_says_so() {
        let mut case = case();
        let person = case.user(OrganizationRole::Reader);
        let account = case.user(OrganizationRole::Reader);
        let user = case.organization.users.get_mut(&account).unwrap();
        user.is_service_account = true;
        let group = case.organization.add_group("Crew", 8);
        group.put(&person);
        let group = group.id.clone();
        let project = case.organization.project_mut(&case.project).unwrap();
        let role = ProjectRole::Owner.id_in(&case.project);
        project.put_group_role(&group, &role, 9);
        project.put_user(&account, Some(ProjectRole::Member), 9);
        assert_eq!(case.shown(&Reading::default()), []);
        let all = Reading {
            people_through_groups: true,
            service_accounts_as_project_users: true,
            ..Reading::default()
        };
        let expected = [(account, "member".to_owned()), (person, "owner".to_owned())];
        assert_eq!(case.shown(&all), expected);
    }
}
