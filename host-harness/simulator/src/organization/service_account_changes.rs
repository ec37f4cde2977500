//! Making, changing and deleting service accounts and keys.

use super::keys::Secret;
use super::{
    AdminKey, KeyOwner, Organization, ProjectKey, ProjectRole, Reason, Refusal, ServiceAccount,
};
use crate::quirks::Writing;

/// A key that was just made, with the value that is shown this once.
#[derive(Debug)]
pub(crate) struct NewKey<K> {
    pub(crate) key: K,
    pub(crate) value: String,
}

impl Organization {
    pub(crate) fn create_service_account(
        &mut self,
        project: &str,
        name: &str,
        role: Option<ProjectRole>,
        now: u64,
    ) -> Result<ServiceAccount, Refusal> {
        self.live_project(project)?;
        let id = self.add_service_account(name, now).id.clone();
        self.project_mut(project)?.put_user(&id, role, now);
        self.service_account(self.live_project(project)?, &id)
    }

    pub(crate) fn change_service_account(
        &mut self,
        project: &str,
        id: &str,
        name: Option<&str>,
        role: Option<ProjectRole>,
    ) -> Result<ServiceAccount, Refusal> {
        self.service_account(self.live_project(project)?, id)?;
        if let (Some(name), Some(user)) = (name, self.users.get_mut(id)) {
            user.name = Some(name.to_owned());
        }
        if let Some(role) = role {
            self.set_project_role(project, id, role)?;
        }
        self.service_account(self.live_project(project)?, id)
    }

    /// Its keys go with it.
    pub(crate) fn delete_service_account(
        &mut self,
        project: &str,
        id: &str,
    ) -> Result<(), Refusal> {
        self.service_account(self.live_project(project)?, id)?;
        self.remove_user(id);
        let keys = &mut self.project_mut(project)?.keys;
        let owned = keys.iter().filter(|key| key.owner.id == id);
        let owned: Vec<String> = owned.map(|key| key.id.clone()).collect();
        for key in owned {
            keys.remove(&key);
        }
        Ok(())
    }

    pub(crate) fn create_service_account_key(
        &mut self,
        project: &str,
        account: &str,
        name: &str,
        now: u64,
    ) -> Result<NewKey<ProjectKey>, Refusal> {
        self.service_account(self.live_project(project)?, account)?;
        let owner = KeyOwner::from(self.user(account)?);
        let Secret { value, redacted } = self.new_secret("sk-svcacct-");
        let key = self.add_project_key(project, owner, name, now)?;
        key.redacted_value = redacted;
        let key = key.clone();
        Ok(NewKey { key, value })
    }

    pub(crate) fn delete_project_key(
        &mut self,
        project: &str,
        key: &str,
        writing: &Writing,
    ) -> Result<(), Refusal> {
        let keys = &mut self.live_project_mut(project)?.keys;
        let missing = || Reason::NoSuchKey(key.to_owned()).not_found();
        let found = keys.get(key).ok_or_else(missing)?;
        if found.owner.is_service_account {
            let reason = Reason::KeyOfServiceAccount(key.to_owned());
            reason.unless_allowed(writing.key_of_a_service_account_deleted)?;
        }
        keys.remove(key);
        Ok(())
    }

    /// Lets a key expire so many seconds from now, unless it has expired. What
    /// keys may do is not simulated.
    pub(crate) fn change_project_key(
        &mut self,
        project: &str,
        key: &str,
        lasts: Option<u64>,
        now: u64,
    ) -> Result<&ProjectKey, Refusal> {
        let keys = &mut self.live_project_mut(project)?.keys;
        let missing = || Reason::NoSuchKey(key.to_owned()).not_found();
        let found = keys.get_mut(key).ok_or_else(missing)?;
        if found.expires_at.is_some_and(|at| at <= now) {
            return Err(Reason::ExpiredKey(key.to_owned()).bad_request());
        }
        let expires_at = lasts.map(|seconds| now.saturating_add(seconds));
        found.expires_at = expires_at.or(found.expires_at);
        Ok(found)
    }

    /// The key belongs to the organization's first owner: whose key asked for
    /// it is not simulated.
    pub(crate) fn create_admin_key(
        &mut self,
        name: &str,
        lasts: Option<u64>,
        now: u64,
    ) -> Result<NewKey<AdminKey>, Refusal> {
        let owner = self.users.iter().find(|user| user.is_owner());
        let owner = owner.ok_or_else(|| Reason::NoSuchUser("owner".to_owned()).not_found());
        let owner = KeyOwner::from(owner?);
        let Secret { value, redacted } = self.new_secret("sk-admin-");
        let key = self.add_admin_key(owner, name, now);
        key.redacted_value = redacted;
        key.expires_at = lasts.map(|seconds| now.saturating_add(seconds));
        let key = key.clone();
        Ok(NewKey { key, value })
    }

    pub(crate) fn delete_admin_key(&mut self, id: &str) -> Result<(), Refusal> {
        let removed = self.admin_keys.remove(id);
        removed
            .map(|_| ())
            .ok_or_else(|| Reason::NoSuchKey(id.to_owned()).not_found())
    }
}
