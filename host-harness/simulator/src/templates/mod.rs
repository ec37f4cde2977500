//! The organizations to start with.

mod empty;
mod generated;
mod generated_groups;
mod generated_projects;
mod hostile;
mod large;
mod lenient;
mod names;
mod small;
mod small_projects;

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::organization::{InvitationRequest, Organization, OrganizationRole, User};
use crate::quirks::{Omissions, Reading};

/// An organization to start with. Times in it are relative to its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Five people and three service accounts: owners and readers, one managed by
    /// the identity provider, one banned, one without name and e-mail; a
    /// pending, an expired and an accepted invitation; five projects, one of
    /// them archived; two groups, one from the identity provider; custom roles;
    /// keys in every state.
    Small,
    /// One owner.
    Empty,
    /// Names and e-mails that attack whoever prints, exports or shows them.
    Hostile,
    /// Answers without the fields that the real API has been seen to leave out.
    Lenient,
    /// As many plausible people as are asked for, the same for the same seed.
    Generated,
    /// About as many grants as are asked for, nearly all by groups of 1,000
    /// people.
    Large,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Small,
        Self::Empty,
        Self::Hostile,
        Self::Lenient,
        Self::Generated,
        Self::Large,
    ];

    /// The name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Empty => "empty",
            Self::Hostile => "hostile",
            Self::Lenient => "lenient",
            Self::Generated => "generated",
            Self::Large => "large",
        }
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// `size` counts for generated and large organizations alone; `now` is Unix seconds.
    pub(crate) fn build(self, size: Size, seed: u64, now: u64) -> Result<Organization, Error> {
        let mut organization = Organization::new(seed);
        match self {
            Self::Small => small::fill(&mut organization, now)?,
            Self::Empty => empty::fill(&mut organization, now),
            Self::Hostile => hostile::fill(&mut organization, now)?,
            Self::Lenient => lenient::fill(&mut organization, now)?,
            Self::Generated if size.users == 0 => return Err(Error::NoUsers),
            Self::Generated => generated::fill(&mut organization, size, seed, now)?,
            Self::Large => large::fill(&mut organization, size.grants, seed, now)?,
        }
        let added = organization.users.iter().map(|user| user.added_at);
        let beginning = added.min().unwrap_or(now);
        let default = organization.default_project.clone();
        organization.project_mut(&default)?.created_at = beginning;
        Ok(organization)
    }

    /// What the lists of this organization show, beside what was asked for.
    pub(crate) fn reading(self, asked: Reading) -> Reading {
        Reading {
            sparse_rows: asked.sparse_rows || self == Self::Lenient,
            ..asked
        }
    }

    /// What answers about this organization leave out.
    pub(crate) fn omissions(self) -> Omissions {
        match self {
            Self::Lenient => lenient::omissions(),
            _ => Omissions::default(),
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Template {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|template| template.name() == name)
            .ok_or_else(|| Error::UnknownTemplate(name.to_owned()))
    }
}

/// How large a generated or large organization is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) users: usize,
    pub(crate) projects: usize,
    pub(crate) grants: usize,
}

/// Adds somebody whose name and e-mail are known.
fn person<'a>(
    organization: &'a mut Organization,
    name: &str,
    email: &str,
    role: OrganizationRole,
    added_at: u64,
) -> &'a mut User {
    let user = organization.add_user(role, added_at);
    user.name = Some(name.to_owned());
    user.email = Some(email.to_owned());
    user
}

/// An invitation to no project.
fn invitation(email: &str, role: OrganizationRole) -> InvitationRequest {
    InvitationRequest {
        email: email.to_owned(),
        role,
        projects: Some(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;
    use crate::organization::{Group, Project, Status};

    const NOW: u64 = 1_780_000_000;

    fn built(template: Template, users: usize, seed: u64, now: u64) -> Organization {
        let size = Size {
            users,
            projects: 12,
            grants: 1_000,
        };
        template.build(size, seed, now).unwrap()
    }

    #[test]
    fn a_template_is_found_by_its_name() {
        for template in Template::ALL {
            assert_eq!(template.to_string().parse::<Template>().unwrap(), template);
        }
        let error = "tiny".parse::<Template>().unwrap_err().to_string();
        assert!(
            error.contains("`tiny`") && error.contains("lenient"),
            "{error}"
        );
    }

    #[test]
    fn every_organization_has_an_owner_and_a_past_only() {
        for template in Template::ALL {
            let organization = built(template, 50, 3, NOW);
            let owner = Some(OrganizationRole::Owner);
            assert!(organization.users.iter().any(|user| user.role == owner));
            for user in organization.users.iter() {
                assert!(user.added_at <= NOW, "{template}: {user:?}");
                assert!(user.api_key_last_used_at.is_none_or(|used| used <= NOW));
            }
            for row in organization.invitations.iter() {
                assert!(row.created_at <= NOW, "{template}: {row:?}");
            }
        }
    }

    #[test]
    fn an_organization_can_be_built_at_the_beginning_of_time() {
        for template in Template::ALL {
            let organization = built(template, 50, 3, 0);
            assert!(organization.users.iter().all(|user| user.added_at == 0));
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_organization() {
        for template in Template::ALL {
            let build = |seed| built(template, 200, seed, NOW);
            assert_eq!(build(1), build(1), "{template}");
            assert_ne!(build(1), build(2), "{template}");
        }
    }

    #[test]
    fn small_shows_every_state_of_a_person_and_of_an_invitation() {
        let organization = built(Template::Small, 0, 0, NOW);
        let users: Vec<_> = organization.users.iter().collect();
        let people = users.iter().filter(|user| !user.is_service_account).count();
        assert_eq!((people, users.len()), (5, 8));
        let has = |test: fn(&User) -> bool| users.iter().any(|user| test(user));
        assert!(has(|user| user.role == Some(OrganizationRole::Owner)));
        assert!(has(|user| user.role == Some(OrganizationRole::Reader)));
        assert!(has(|user| user.is_scim_managed));
        assert!(has(|user| user.banned_at.is_some()));
        assert!(has(|user| user.name.is_none() && user.email.is_none()));
        for status in [Status::Pending, Status::Expired, Status::Accepted] {
            let mut rows = organization.invitations.iter();
            assert!(rows.any(|row| row.status(NOW) == status), "{status:?}");
        }
    }

    #[test]
    fn a_generated_organization_has_the_mix_that_was_asked_for() {
        let organization = built(Template::Generated, 2_000, 7, NOW);
        let users: Vec<_> = organization.users.iter().collect();
        let share = |test: fn(&User) -> bool| users.iter().filter(|user| test(user)).count();
        assert_eq!(share(|user| !user.is_service_account), 2_000);
        assert!((30..=90).contains(&share(|user| user.role == Some(OrganizationRole::Owner))));
        assert!((400..=1_200).contains(&share(|user| user.is_scim_managed)));
        assert!(share(|user| user.api_key_last_used_at.is_some()) > 1_000);
        assert_eq!(organization.invitations.iter().count(), 100);
        let mut invitations = organization.invitations.iter();
        assert!(invitations.all(|row| row.is_pending(NOW + HOUR)));
    }

    #[test]
    fn a_generated_organization_has_as_many_projects_as_asked_for() {
        let build = |projects| {
            let size = Size {
                users: 2_000,
                projects,
                grants: 0,
            };
            Template::Generated.build(size, 7, NOW).unwrap()
        };
        assert_eq!(build(0).projects.iter().count(), 1);
        let organization = build(200);
        let projects: Vec<_> = organization.projects.iter().collect();
        assert_eq!(projects.len(), 200);
        let archived = projects.iter().filter(|it| !it.is_live()).count();
        assert!((3..=25).contains(&archived), "{archived}");
        for project in &projects[1..] {
            let accounts = organization.service_accounts(project).iter().count();
            let people = project.users.iter().count() - accounts;
            assert!((14..=25).contains(&people), "{people}");
            assert!(project.groups.iter().count() <= 3);
        }
        let any = |test: fn(&Project) -> bool| projects.iter().any(|project| test(project));
        assert!(any(|project| project.roles.iter().count() > 3));
        assert!(any(|project| project
            .keys
            .iter()
            .any(|key| key.last_used_at.is_none())));
        assert!(any(|project| project
            .keys
            .iter()
            .any(|key| key.expires_at.is_some())));
        let mut groups = organization.groups.iter();
        assert!(groups.any(|group| group.is_scim_managed));
    }

    #[test]
    fn a_large_organization_has_about_as_many_grants_as_asked_for() {
        let size = Size {
            users: 0,
            projects: 0,
            grants: 100_000,
        };
        let organization = Template::Large.build(size, 7, NOW).unwrap();
        let count = |group: &Group| group.members.iter().count();
        let members: Vec<_> = organization.groups.iter().map(count).collect();
        assert_eq!(members, [1_000; 90]);
        assert_eq!(organization.users.iter().count(), 5_000);
        assert_eq!(organization.projects.iter().count(), 11);
        let mut roles = organization.roles.iter();
        assert!(roles.all(|role| role.predefined.is_some()));
    }

    #[test]
    fn no_two_generated_people_share_an_address() {
        let organization = built(Template::Generated, 10_000, 7, NOW);
        let mut emails: Vec<_> = organization
            .users
            .iter()
            .filter_map(|user| user.email.clone())
            .chain(organization.invitations.iter().map(|row| row.email.clone()))
            .collect();
        assert_eq!(emails.len(), 10_500);
        emails.sort();
        emails.dedup();
        assert_eq!(emails.len(), 10_500);
    }

    #[test]
    fn an_organization_of_nobody_cannot_be_generated() {
        assert!(matches!(
            Template::Generated.build(
                Size {
                    users: 0,
                    projects: 1,
                    grants: 0,
                },
                0,
                NOW
            ),
            Err(Error::NoUsers)
        ));
    }
}
