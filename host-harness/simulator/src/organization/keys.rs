//! API keys: of projects, owned by a person or a service account, and admin
//! keys of the organization. Only their redacted form is kept.

use super::{Identified, Organization, Project, Refusal, User};

/// A key of a project. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProjectKey {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) redacted_value: String,
    pub(crate) created_at: u64,
    /// `None` for a key that was never used.
    pub(crate) last_used_at: Option<u64>,
    pub(crate) expires_at: Option<u64>,
    pub(crate) owner: KeyOwner,
}

/// Who a key belongs to, as they were when it was made: the key may outlive
/// the owner's membership.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyOwner {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) created_at: u64,
    pub(crate) is_service_account: bool,
}

/// A key of the organization. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AdminKey {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) redacted_value: String,
    pub(crate) created_at: u64,
    pub(crate) last_used_at: Option<u64>,
    pub(crate) expires_at: Option<u64>,
    pub(crate) owner: KeyOwner,
}

impl Identified for ProjectKey {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for AdminKey {
    fn id(&self) -> &str {
        &self.id
    }
}

impl From<&User> for KeyOwner {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            created_at: user.added_at,
            is_service_account: user.is_service_account,
        }
    }
}

impl KeyOwner {
    /// A person who is no longer in the organization, but whose key is known.
    pub(crate) fn former(id: String, name: &str, email: &str, created_at: u64) -> Self {
        Self {
            id,
            name: Some(name.to_owned()),
            email: Some(email.to_owned()),
            created_at,
            is_service_account: false,
        }
    }
}

/// A new secret, and what answers show of it later.
pub(crate) struct Secret {
    pub(crate) value: String,
    pub(crate) redacted: String,
}

impl Organization {
    pub(crate) fn new_secret(&mut self, prefix: &str) -> Secret {
        let value = self.ids.id(prefix, 48);
        let end = &value[value.len() - 4..];
        let redacted = format!("{prefix}{}{end}", "*".repeat(16));
        Secret { redacted, value }
    }

    /// Adds a key of `owner` to the project; nobody learns its value.
    pub(crate) fn add_project_key(
        &mut self,
        project: &str,
        owner: KeyOwner,
        name: &str,
        created_at: u64,
    ) -> Result<&mut ProjectKey, Refusal> {
        let prefix = match owner.is_service_account {
            true => "sk-svcacct-",
            false => "sk-proj-",
        };
        let key = ProjectKey {
            id: self.new_id("key_"),
            name: name.to_owned(),
            redacted_value: self.new_secret(prefix).redacted,
            created_at,
            last_used_at: None,
            expires_at: None,
            owner,
        };
        Ok(self.project_mut(project)?.keys.add(key))
    }

    /// Adds an admin key of `owner`; nobody learns its value.
    pub(crate) fn add_admin_key(
        &mut self,
        owner: KeyOwner,
        name: &str,
        created_at: u64,
    ) -> &mut AdminKey {
        let key = AdminKey {
            id: self.new_id("key_"),
            name: Some(name.to_owned()),
            redacted_value: self.new_secret("sk-admin-").redacted,
            created_at,
            last_used_at: None,
            expires_at: None,
            owner,
        };
        self.admin_keys.add(key)
    }

    /// Whether the key's owner has any role in the project now, of whatever
    /// way: the `owner_project_access` of the spec.
    pub(crate) fn owner_has_access(&self, project: &Project, key: &ProjectKey) -> bool {
        let owner = &key.owner.id;
        project.is_live()
            && self.users.get(owner).is_some()
            && (self.is_owner(owner) || !self.project_roles_of(project, owner).is_empty())
    }
}
