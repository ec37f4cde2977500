//! Changing and deleting custom roles. What is deleted is taken from everybody
//! who held it.

use super::{Collection, Organization, Predefined, Reason, Refusal, Role};
use crate::quirks::Writing;

/// What to change of a role; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoleChange {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) permissions: Option<Vec<String>>,
}

impl<P: Predefined> Collection<Role<P>> {
    /// Changes the role of that id or alias.
    pub(crate) fn change(
        &mut self,
        (id, scope): (&str, &str),
        change: RoleChange,
        now: u64,
        writing: &Writing,
    ) -> Result<&Role<P>, Refusal> {
        let id = self.custom(id, scope, writing)?;
        let missing = || Reason::NoSuchRole(id.clone()).not_found();
        let role = self.get_mut(&id).ok_or_else(missing)?;
        if let Some(name) = change.name {
            role.name = name;
        }
        if let Some(permissions) = change.permissions {
            role.permissions = permissions;
        }
        role.description = change.description.or(role.description.take());
        role.updated_at = Some(now);
        Ok(role)
    }

    /// The id of the role of that id or alias, unless it is predefined.
    fn custom(&self, id: &str, scope: &str, writing: &Writing) -> Result<String, Refusal> {
        let role = self.named(id, scope)?;
        if role.predefined.is_some() {
            Reason::PredefinedRole(role.id.clone()).unless_allowed(writing.predefined_role)?;
        }
        Ok(role.id.clone())
    }
}

impl Organization {
    pub(crate) fn delete_role(&mut self, id: &str, writing: &Writing) -> Result<(), Refusal> {
        let role = self.roles.custom(id, &self.id, writing)?;
        self.roles.remove(&role);
        for user in self.users.iter_mut() {
            user.custom_roles.retain(|held| *held != role);
        }
        for group in self.groups.iter_mut() {
            group.roles.retain(|held| *held != role);
        }
        Ok(())
    }

    pub(crate) fn delete_project_role(
        &mut self,
        project: &str,
        id: &str,
        writing: &Writing,
    ) -> Result<(), Refusal> {
        let project = self.live_project_mut(project)?;
        let role = project.roles.custom(id, &project.id, writing)?;
        project.roles.remove(&role);
        let users = project.users.iter_mut();
        for row in users.chain(project.groups.iter_mut()) {
            row.roles.retain(|held| *held != role);
        }
        Ok(())
    }
}
