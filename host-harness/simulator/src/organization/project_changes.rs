//! Changing projects and who is in them. Nothing of an archived project can be
//! changed, and its name least of all; the default project keeps its name too.

use super::{
    Organization, Participant, Predefined, Project, ProjectRole, Reason, Refusal, same_email,
};
use crate::quirks::{Quirks, Writing};

/// What to change of a project; `None` leaves as it is.
#[derive(Debug, Default)]
pub(crate) struct ProjectChange {
    pub(crate) name: Option<String>,
    pub(crate) external_key_id: Option<String>,
}

impl Organization {
    pub(crate) fn live_project_mut(&mut self, id: &str) -> Result<&mut Project, Refusal> {
        self.live_project(id)?;
        self.project_mut(id)
    }

    pub(crate) fn change_project(
        &mut self,
        id: &str,
        change: ProjectChange,
    ) -> Result<&Project, Refusal> {
        self.not_the_default(id)?;
        let project = self.live_project_mut(id)?;
        if let Some(name) = change.name {
            project.name = name;
        }
        project.external_key_id = change.external_key_id.or(project.external_key_id.take());
        Ok(project)
    }

    /// Archiving what is archived changes nothing.
    pub(crate) fn archive_project(&mut self, id: &str, now: u64) -> Result<&Project, Refusal> {
        self.not_the_default(id)?;
        let project = self.project_mut(id)?;
        project.archived_at.get_or_insert(now);
        Ok(project)
    }

    fn not_the_default(&self, id: &str) -> Result<(), Refusal> {
        if id == self.default_project {
            return Err(Reason::DefaultProject.bad_request());
        }
        Ok(())
    }

    fn may_change_members(&self, project: &str, writing: &Writing) -> Result<(), Refusal> {
        self.live_project(project)?;
        if project == self.default_project {
            let ruling = writing.default_project_membership;
            Reason::DefaultProject.unless_allowed(ruling)?;
        }
        Ok(())
    }

    /// The person of that id, or of that e-mail.
    pub(crate) fn find_user(
        &self,
        id: Option<&str>,
        email: Option<&str>,
    ) -> Result<String, Refusal> {
        let is_meant = |user: &&super::User| match (id, email) {
            (Some(id), _) => user.id == id,
            (None, Some(email)) => user
                .email
                .as_deref()
                .is_some_and(|own| same_email(own, email)),
            (None, None) => false,
        };
        let name = id.or(email).unwrap_or_default();
        let missing = || Reason::NoSuchUser(name.to_owned()).not_found();
        let user = self.users.iter().find(is_meant).ok_or_else(missing)?;
        Ok(user.id.clone())
    }

    pub(crate) fn add_project_user(
        &mut self,
        project: &str,
        user: &str,
        role: ProjectRole,
        now: u64,
        quirks: &Quirks,
    ) -> Result<(), Refusal> {
        self.may_change_members(project, &quirks.writing)?;
        self.require_person(user, quirks)?;
        self.not_an_owner(user, &quirks.writing)?;
        let found = self.live_project(project)?;
        if found.users.get(user).is_some() {
            let reason = Reason::AlreadyInProject(user.to_owned(), project.to_owned());
            reason.unless_allowed(quirks.writing.already_in_project)?;
            return self.set_project_role(project, user, role);
        }
        self.project_mut(project)?.put_user(user, Some(role), now);
        Ok(())
    }

    /// Replaces the predefined role of a user in a project; custom ones stay.
    pub(crate) fn change_project_user(
        &mut self,
        project: &str,
        user: &str,
        role: Option<ProjectRole>,
        quirks: &Quirks,
    ) -> Result<(), Refusal> {
        self.live_project(project)?;
        self.require_person(user, quirks)?;
        self.not_an_owner(user, &quirks.writing)?;
        self.require_participant(project, user, quirks)?;
        match role {
            Some(role) => self.set_project_role(project, user, role),
            None => Ok(()),
        }
    }

    pub(crate) fn remove_project_user(
        &mut self,
        project: &str,
        user: &str,
        quirks: &Quirks,
    ) -> Result<(), Refusal> {
        self.may_change_members(project, &quirks.writing)?;
        self.require_person(user, quirks)?;
        self.not_an_owner(user, &quirks.writing)?;
        self.require_participant(project, user, quirks)?;
        self.project_mut(project)?.users.remove(user);
        Ok(())
    }

    /// Replaces predefined roles, whoever holds them.
    pub(super) fn set_project_role(
        &mut self,
        project: &str,
        user: &str,
        role: ProjectRole,
    ) -> Result<(), Refusal> {
        let project = self.project_mut(project)?;
        if let Some(row) = project.users.get_mut(user) {
            row.replace_predefined(role, &project.id);
        }
        Ok(())
    }

    fn not_an_owner(&self, user: &str, writing: &Writing) -> Result<(), Refusal> {
        if self.is_owner(user) {
            Reason::ImplicitOwner(user.to_owned()).unless_allowed(writing.implicit_owner)?;
        }
        Ok(())
    }

    fn require_participant(
        &self,
        project: &str,
        user: &str,
        quirks: &Quirks,
    ) -> Result<(), Refusal> {
        if self.project(project)?.users.get(user).is_none() {
            let reason = Reason::NotInProject(user.to_owned(), project.to_owned());
            return Err(reason.with(quirks.reading.not_in_project));
        }
        Ok(())
    }
}

impl Participant {
    fn replace_predefined(&mut self, role: ProjectRole, project: &str) {
        self.roles
            .retain(|id| ProjectRole::of_id(id, project).is_none());
        self.roles.insert(0, role.id_in(project));
    }
}
