//! The organizations to start with.

mod empty;
mod generated;
mod hostile;
mod lenient;
mod names;
mod small;

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::organization::{InvitationRequest, Organization, OrganizationRole, User};
use crate::quirks::Omissions;

/// An organization to start with. Times in it are relative to its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Five people and a service account: owners and readers, one managed by
    /// the identity provider, one banned, one without name and e-mail; a
    /// pending, an expired and an accepted invitation.
    Small,
    /// One owner.
    Empty,
    /// Names and e-mails that attack whoever prints, exports or shows them.
    Hostile,
    /// Answers without the fields that the real API has been seen to leave out.
    Lenient,
    /// As many plausible people as are asked for, the same for the same seed.
    Generated,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Small,
        Self::Empty,
        Self::Hostile,
        Self::Lenient,
        Self::Generated,
    ];

    /// The name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Empty => "empty",
            Self::Hostile => "hostile",
            Self::Lenient => "lenient",
            Self::Generated => "generated",
        }
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// `users` counts for a generated organization alone; `now` is Unix seconds.
    pub(crate) fn build(self, users: usize, seed: u64, now: u64) -> Result<Organization, Error> {
        let mut organization = Organization::new(seed);
        match self {
            Self::Small => small::fill(&mut organization, now),
            Self::Empty => empty::fill(&mut organization, now),
            Self::Hostile => hostile::fill(&mut organization, now),
            Self::Lenient => lenient::fill(&mut organization, now),
            Self::Generated if users == 0 => return Err(Error::NoUsers),
            Self::Generated => generated::fill(&mut organization, users, seed, now),
        }
        Ok(organization)
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
    use crate::organization::Status;

    const NOW: u64 = 1_780_000_000;

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
            let organization = template.build(50, 3, NOW).unwrap();
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
            let organization = template.build(50, 3, 0).unwrap();
            assert!(organization.users.iter().all(|user| user.added_at == 0));
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_organization() {
        for template in Template::ALL {
            let build = |seed| template.build(200, seed, NOW).unwrap();
            assert_eq!(build(1), build(1), "{template}");
            assert_ne!(build(1), build(2), "{template}");
        }
    }

    #[test]
    fn small_shows_every_state_of_a_person_and_of_an_invitation() {
        let organization = Template::Small.build(0, 0, NOW).unwrap();
        let users: Vec<_> = organization.users.iter().collect();
        let people = users.iter().filter(|user| !user.is_service_account).count();
        assert_eq!((people, users.len()), (5, 6));
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
        let organization = Template::Generated.build(2_000, 7, NOW).unwrap();
        let users: Vec<_> = organization.users.iter().collect();
        let share = |test: fn(&User) -> bool| users.iter().filter(|user| test(user)).count();
        assert_eq!(users.len(), 2_000);
        assert!((30..=90).contains(&share(|user| user.role == Some(OrganizationRole::Owner))));
        assert!((400..=1_200).contains(&share(|user| user.is_scim_managed)));
        assert!(share(|user| user.api_key_last_used_at.is_some()) > 1_000);
        assert_eq!(organization.invitations.iter().count(), 100);
        let mut invitations = organization.invitations.iter();
        assert!(invitations.all(|row| row.is_pending(NOW + HOUR)));
    }

    #[test]
    fn no_two_generated_people_share_an_address() {
        let organization = Template::Generated.build(10_000, 7, NOW).unwrap();
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
            Template::Generated.build(0, 0, NOW),
            Err(Error::NoUsers)
        ));
    }
}
