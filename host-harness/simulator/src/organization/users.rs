//! Users: people and service accounts who are in the organization.

use super::{Identified, Organization, OrganizationRole, Reason, Refusal, same_email};
use crate::quirks::{Quirks, Ruling};

/// A member of the organization. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    /// `None` for a member who holds no classic role.
    pub(crate) role: Option<OrganizationRole>,
    pub(crate) added_at: u64,
    /// Whether this is the organization's default user.
    pub(crate) is_default: bool,
    /// Set when the service has disabled the user.
    pub(crate) banned_at: Option<u64>,
    pub(crate) is_service_account: bool,
    pub(crate) is_scim_managed: bool,
    pub(crate) api_key_last_used_at: Option<u64>,
    pub(crate) technical_level: Option<String>,
    pub(crate) developer_persona: Option<String>,
    /// Ids of the custom organization roles assigned to the user.
    pub(crate) custom_roles: Vec<String>,
}

impl Identified for User {
    fn id(&self) -> &str {
        &self.id
    }
}

impl User {
    pub(crate) fn has_email(&self, email: &str) -> bool {
        self.email
            .as_deref()
            .is_some_and(|own| same_email(own, email))
    }

    pub(crate) fn is_owner(&self) -> bool {
        self.role == Some(OrganizationRole::Owner)
    }
}

/// What to change of a user; `None` leaves as it is.
#[derive(Debug, Default)]
pub(crate) struct UserChange {
    pub(crate) role: Option<OrganizationRole>,
    pub(crate) technical_level: Option<String>,
    pub(crate) developer_persona: Option<String>,
}

impl Organization {
    /// Adds a person of whom nothing more is known; the caller fills in the rest.
    pub(crate) fn add_user(&mut self, role: OrganizationRole, added_at: u64) -> &mut User {
        let id = self.new_id("user-");
        self.users.add(User {
            id,
            name: None,
            email: None,
            role: Some(role),
            added_at,
            is_default: false,
            banned_at: None,
            is_service_account: false,
            is_scim_managed: false,
            api_key_last_used_at: None,
            technical_level: None,
            developer_persona: None,
            custom_roles: Vec::new(),
        })
    }

    /// Adds a service account to the organization; it is in no project yet.
    pub(crate) fn add_service_account(&mut self, name: &str, added_at: u64) -> &mut User {
        let user = self.add_user(OrganizationRole::Reader, added_at);
        user.name = Some(name.to_owned());
        user.is_service_account = true;
        user
    }

    pub(crate) fn user(&self, id: &str) -> Result<&User, Refusal> {
        self.users
            .get(id)
            .ok_or_else(|| Reason::NoSuchUser(id.to_owned()).not_found())
    }

    pub(crate) fn change_user(
        &mut self,
        id: &str,
        change: UserChange,
        quirks: &Quirks,
    ) -> Result<&User, Refusal> {
        self.require_person(id, quirks)?;
        if change
            .role
            .is_some_and(|role| role != OrganizationRole::Owner)
        {
            self.keep_an_owner(id, quirks.loss_of_the_last_owner)?;
        }
        let missing = || Reason::NoSuchUser(id.to_owned()).not_found();
        let user = self.users.get_mut(id).ok_or_else(missing)?;
        user.role = change.role.or(user.role);
        user.technical_level = change.technical_level.or(user.technical_level.take());
        user.developer_persona = change.developer_persona.or(user.developer_persona.take());
        Ok(user)
    }

    pub(crate) fn delete_user(&mut self, id: &str, quirks: &Quirks) -> Result<(), Refusal> {
        self.require_person(id, quirks)?;
        self.keep_an_owner(id, quirks.loss_of_the_last_owner)?;
        self.remove_user(id);
        Ok(())
    }

    /// Takes a user out of everything, without asking the rules. The keys stay:
    /// they belong to the projects, and work no more.
    pub(super) fn remove_user(&mut self, id: &str) {
        self.users.remove(id);
        for project in self.projects.iter_mut() {
            project.users.remove(id);
        }
        for group in self.groups.iter_mut() {
            group.members.remove(id);
        }
    }

    pub(super) fn require_person(&self, id: &str, quirks: &Quirks) -> Result<(), Refusal> {
        if self.user(id)?.is_service_account {
            let reason = Reason::ServiceAccount(id.to_owned());
            reason.unless_allowed(quirks.service_account_changed_as_user)?;
        }
        Ok(())
    }

    /// Refuses to lose `id` as an owner when no other owner would be left.
    pub(super) fn keep_an_owner(&self, id: &str, ruling: Ruling) -> Result<(), Refusal> {
        let others = self
            .users
            .iter()
            .any(|user| user.is_owner() && user.id != id);
        if self.user(id)?.is_owner() && !others {
            Reason::LastOwner(id.to_owned()).unless_allowed(ruling)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::OrganizationRole::{Owner, Reader};
    use super::*;

    fn with_roles(roles: &[OrganizationRole]) -> (Organization, Vec<String>) {
        let mut organization = Organization::new(1);
        let ids = roles
            .iter()
            .map(|&role| organization.add_user(role, 0).id.clone())
            .collect();
        (organization, ids)
    }

    fn demotion() -> UserChange {
        UserChange {
            role: Some(Reader),
            ..UserChange::default()
        }
    }

    #[test]
    fn the_last_owner_stays_unless_a_switch_lets_go() {
        let lenient = Quirks {
            loss_of_the_last_owner: Ruling::Allowed,
            ..Quirks::default()
        };
        let cases: [(&[OrganizationRole], &Quirks, bool); 4] = [
            (&[Owner, Reader], &Quirks::default(), false),
            (&[Owner, Owner], &Quirks::default(), true),
            (&[Reader, Owner], &Quirks::default(), true),
            (&[Owner, Reader], &lenient, true),
        ];
        for (roles, quirks, goes) in cases {
            let (mut organization, ids) = with_roles(roles);
            let changed = organization.change_user(&ids[0], demotion(), quirks);
            assert_eq!(changed.is_ok(), goes, "demoting in {roles:?}");
            let (mut organization, ids) = with_roles(roles);
            let deleted = organization.delete_user(&ids[0], quirks);
            assert_eq!(deleted.is_ok(), goes, "deleting in {roles:?}");
        }
    }

    #[test]
    fn a_service_account_is_no_user_to_change() {
        let (mut organization, ids) = with_roles(&[Owner]);
        let account = organization.add_user(Reader, 0);
        account.is_service_account = true;
        let account = account.id.clone();
        let refusal = Reason::ServiceAccount(account.clone()).with(StatusCode::BAD_REQUEST);
        let quirks = Quirks::default();
        assert_eq!(organization.delete_user(&account, &quirks), Err(refusal));
        assert!(
            organization
                .change_user(&account, demotion(), &quirks)
                .is_err()
        );
        assert!(organization.user(&ids[0]).is_ok());
    }

    #[test]
    fn a_change_leaves_alone_what_it_does_not_name() {
        let (mut organization, ids) = with_roles(&[Owner]);
        let level = |text: &str| UserChange {
            technical_level: Some(text.to_owned()),
            ..UserChange::default()
        };
        let quirks = Quirks::default();
        organization
            .change_user(&ids[0], level("expert"), &quirks)
            .unwrap();
        let user = organization
            .change_user(&ids[0], UserChange::default(), &quirks)
            .unwrap();
        assert_eq!(user.technical_level.as_deref(), Some("expert"));
        assert_eq!(user.role, Some(Owner));
    }
}
