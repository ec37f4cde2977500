//! Assigning roles, and taking them.
//!
//! | principal | taking the last role in a project |
//! |---|---|
//! | user, group | ends its being there |
//! | service account | leaves it there without access |

use super::{Collection, Organization, OrganizationRole, Participant, Reason, Refusal, User};
use crate::quirks::{Quirks, Ruling, Writing};

impl Organization {
    /// Assigns an organization role, by id or alias, and answers its id. Owners
    /// who are made readers stay owners: access is the union of all roles.
    pub(crate) fn assign_role(&mut self, user: &str, role: &str) -> Result<String, Refusal> {
        let role = self.role(role)?.clone();
        let user = self.user_mut(user)?;
        match role.predefined {
            Some(role) => user.role = user.role.max(Some(role)),
            None => push(&mut user.custom_roles, &role.id),
        }
        Ok(role.id)
    }

    /// Takes an organization role. An owner without it is a reader.
    pub(crate) fn unassign_role(
        &mut self,
        user: &str,
        role: &str,
        quirks: &Quirks,
    ) -> Result<(), Refusal> {
        let role = self.role(role)?.clone();
        let missing = Reason::NotAssigned(role.id.clone());
        let missing = missing.with(quirks.writing.not_assigned);
        let held = self.user(user)?.role;
        match role.predefined {
            None => {
                let roles = &mut self.user_mut(user)?.custom_roles;
                take(roles, &role.id).then_some(()).ok_or(missing)
            }
            predefined if predefined != held => Err(missing),
            Some(OrganizationRole::Owner) => {
                self.keep_an_owner(user, quirks.loss_of_the_last_owner)?;
                self.user_mut(user)?.role = Some(OrganizationRole::Reader);
                Ok(())
            }
            _ => {
                let reason = Reason::FloorRole(user.to_owned());
                reason.unless_allowed(quirks.writing.reader_revoked)?;
                self.user_mut(user)?.role = None;
                Ok(())
            }
        }
    }

    pub(crate) fn assign_group_role(&mut self, group: &str, role: &str) -> Result<String, Refusal> {
        let role = self.role(role)?.id.clone();
        push(&mut self.group_mut(group)?.roles, &role);
        Ok(role)
    }

    pub(crate) fn unassign_group_role(
        &mut self,
        group: &str,
        role: &str,
        writing: &Writing,
    ) -> Result<(), Refusal> {
        let role = self.role(role)?.id.clone();
        let taken = take(&mut self.group_mut(group)?.roles, &role);
        let missing = || Reason::NotAssigned(role).with(writing.not_assigned);
        taken.then_some(()).ok_or_else(missing)
    }

    pub(crate) fn assign_project_role(
        &mut self,
        project: &str,
        user: &str,
        role: &str,
        now: u64,
        writing: &Writing,
    ) -> Result<String, Refusal> {
        let is_account = self.user(user)?.is_service_account;
        let found = self.live_project(project)?;
        let role = found.role(role)?.clone();
        if role.predefined.is_none() {
            let outsider = !has_predefined(&found.users, user, project);
            let reason = || Reason::NeedsMembership(user.to_owned(), project.to_owned());
            let ruling = match is_account {
                true => writing.custom_role_of_a_service_account,
                false if outsider => writing.custom_role_of_an_outsider,
                false => Ruling::Allowed,
            };
            reason().unless_allowed(ruling)?;
        }
        self.project_mut(project)?
            .put_user_role(user, &role.id, now);
        Ok(role.id)
    }

    pub(crate) fn unassign_project_role(
        &mut self,
        project: &str,
        user: &str,
        role: &str,
        writing: &Writing,
    ) -> Result<(), Refusal> {
        let stays = self.user(user)?.is_service_account;
        let project = self.live_project_mut(project)?;
        let role = project.role(role)?.id.clone();
        take_from(&mut project.users, user, &role, stays, writing)
    }

    pub(crate) fn assign_project_group_role(
        &mut self,
        project: &str,
        group: &str,
        role: &str,
        now: u64,
        writing: &Writing,
    ) -> Result<String, Refusal> {
        self.group(group)?;
        let found = self.live_project(project)?;
        let role = found.role(role)?.clone();
        let outsider = !has_predefined(&found.groups, group, project);
        if role.predefined.is_none() && outsider {
            let reason = Reason::NeedsMembership(group.to_owned(), project.to_owned());
            reason.unless_allowed(writing.custom_role_of_an_outside_group)?;
        }
        let project = self.project_mut(project)?;
        project.put_group_role(group, &role.id, now);
        Ok(role.id)
    }

    pub(crate) fn unassign_project_group_role(
        &mut self,
        project: &str,
        group: &str,
        role: &str,
        writing: &Writing,
    ) -> Result<(), Refusal> {
        self.group(group)?;
        let project = self.live_project_mut(project)?;
        let role = project.role(role)?.id.clone();
        take_from(&mut project.groups, group, &role, false, writing)
    }

    fn user_mut(&mut self, id: &str) -> Result<&mut User, Refusal> {
        let missing = || Reason::NoSuchUser(id.to_owned()).not_found();
        self.users.get_mut(id).ok_or_else(missing)
    }
}

fn has_predefined(rows: &Collection<Participant>, id: &str, project: &str) -> bool {
    let row = rows.get(id);
    row.is_some_and(|row| row.predefined(project).is_some())
}

fn push(roles: &mut Vec<String>, role: &str) {
    if !roles.iter().any(|held| held == role) {
        roles.push(role.to_owned());
    }
}

/// Whether it was among them.
fn take(roles: &mut Vec<String>, role: &str) -> bool {
    let place = roles.iter().position(|held| held == role);
    place.map(|place| roles.remove(place)).is_some()
}

fn take_from(
    rows: &mut Collection<Participant>,
    id: &str,
    role: &str,
    stays: bool,
    writing: &Writing,
) -> Result<(), Refusal> {
    let row = rows.get_mut(id);
    let row = row.filter(|row| row.roles.iter().any(|held| held == role));
    let missing = || Reason::NotAssigned(role.to_owned()).with(writing.not_assigned);
    let row = row.ok_or_else(missing)?;
    take(&mut row.roles, role);
    if row.roles.is_empty() && !stays {
        rows.remove(id);
    }
    Ok(())
}
