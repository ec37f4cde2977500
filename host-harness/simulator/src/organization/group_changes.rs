//! Changing groups, their members, and in which projects they are.

use super::{Group, Organization, Reason, Refusal};
use crate::quirks::Writing;

impl Organization {
    pub(crate) fn rename_group(
        &mut self,
        id: &str,
        name: &str,
        writing: &Writing,
    ) -> Result<&Group, Refusal> {
        let group = self.own_group(id, writing)?;
        name.clone_into(&mut group.name);
        Ok(group)
    }

    /// Takes it out of every project too.
    pub(crate) fn delete_group(&mut self, id: &str, writing: &Writing) -> Result<(), Refusal> {
        self.own_group(id, writing)?;
        self.groups.remove(id);
        for project in self.projects.iter_mut() {
            project.groups.remove(id);
        }
        Ok(())
    }

    /// Adding a member again changes nothing.
    pub(crate) fn add_group_member(
        &mut self,
        group: &str,
        user: &str,
        writing: &Writing,
    ) -> Result<(), Refusal> {
        self.user(user)?;
        self.own_group(group, writing)?.put(user);
        Ok(())
    }

    pub(crate) fn remove_group_member(
        &mut self,
        group: &str,
        user: &str,
        writing: &Writing,
    ) -> Result<(), Refusal> {
        let removed = self.own_group(group, writing)?.members.remove(user);
        let missing = || Reason::NotInGroup(user.to_owned()).not_found();
        removed.map(|_| ()).ok_or_else(missing)
    }

    /// The group, unless the identity provider manages it.
    fn own_group(&mut self, id: &str, writing: &Writing) -> Result<&mut Group, Refusal> {
        if self.group(id)?.is_scim_managed {
            Reason::ScimGroup(id.to_owned()).unless_allowed(writing.scim_group)?;
        }
        self.group_mut(id)
    }

    /// Puts a group into a project, with the role of that id or alias.
    pub(crate) fn add_project_group(
        &mut self,
        project: &str,
        group: &str,
        role: &str,
        now: u64,
        writing: &Writing,
    ) -> Result<(), Refusal> {
        self.group(group)?;
        let found = self.live_project(project)?;
        let role = found.role(role)?.id.clone();
        if found.groups.get(group).is_some() {
            let reason = Reason::AlreadyInProject(group.to_owned(), project.to_owned());
            reason.unless_allowed(writing.already_in_project)?;
        }
        self.project_mut(project)?.put_group_role(group, &role, now);
        Ok(())
    }

    pub(crate) fn remove_project_group(
        &mut self,
        project: &str,
        group: &str,
    ) -> Result<(), Refusal> {
        let removed = self.live_project_mut(project)?.groups.remove(group);
        let missing = || Reason::GroupNotInProject(group.to_owned()).not_found();
        removed.map(|_| ()).ok_or_else(missing)
    }
}
