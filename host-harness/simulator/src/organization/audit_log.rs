//! The audit log: who did what when, as far as the simulator itself was asked.
//! What a template starts with was done before the log was switched on.
//!
//! | actor | of | project of the event |
//! |---|---|---|
//! | key | every change under `/v1` | the one that was changed in, else the default project, as the spec says of admin keys |
//! | person | accepting an invitation | none |
//!
//! A change that is answered with a success is logged, also when it left all as
//! it was. Changes of who is in a group are not: the spec has events of them for
//! the tenant alone.

use super::{Collection, Identified, Organization, OrganizationRole, Predefined};
use crate::random::Random;

/// The most events that are kept; the oldest go first.
const MOST_EVENTS: usize = 10_000;

/// The newest events.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AuditLog {
    pub(crate) events: Collection<AuditEvent>,
    /// Apart from the organization's, so that logging changes no other id.
    ids: Random,
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AuditEvent {
    pub(crate) id: String,
    /// Unix seconds.
    pub(crate) effective_at: u64,
    pub(crate) actor: Actor,
    /// Id and name of the project, as they were.
    pub(crate) project: Option<(String, String)>,
    /// The id of what it was done to.
    pub(crate) target: String,
    pub(crate) action: Action,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Actor {
    /// The id of the admin key; `None` for a person who was signed in.
    pub(crate) key: Option<String>,
    /// The person, or the key's owner.
    pub(crate) user: Option<ActingUser>,
}

/// A user as they were when they acted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActingUser {
    pub(crate) id: String,
    pub(crate) email: Option<String>,
}

/// What was done. Roles are by their classic names; `None` says that the change
/// did not name one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    KeyCreated {
        scopes: Option<Vec<String>>,
    },
    KeyUpdated {
        scopes: Option<Vec<String>>,
    },
    KeyDeleted,
    GroupCreated {
        name: String,
    },
    GroupUpdated {
        name: String,
    },
    GroupDeleted,
    InviteSent {
        email: String,
        role: OrganizationRole,
    },
    InviteAccepted,
    InviteDeleted,
    ProjectCreated {
        name: String,
    },
    ProjectUpdated {
        name: Option<String>,
    },
    ProjectArchived,
    RoleCreated(DefinedRole),
    RoleUpdated(RoleDifference),
    RoleDeleted,
    RoleAssigned(Grant),
    RoleUnassigned(Grant),
    ServiceAccountCreated {
        role: Option<&'static str>,
    },
    ServiceAccountUpdated {
        role: Option<&'static str>,
    },
    ServiceAccountDeleted,
    UserAdded {
        role: Option<&'static str>,
    },
    UserUpdated {
        role: Option<&'static str>,
    },
    UserDeleted,
}

/// The organization or the project that a role belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scope {
    /// `api.organization` or `api.project`.
    pub(crate) kind: String,
    pub(crate) id: String,
}

/// A new role.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DefinedRole {
    pub(crate) name: String,
    pub(crate) permissions: Vec<String>,
    pub(crate) scope: Scope,
}

/// What a change asked of a role, and which permissions it gained and lost.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RoleDifference {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
    pub(crate) scope: Scope,
}

/// Who holds an assignment, and where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grant {
    pub(crate) principal: String,
    /// `user` or `group`.
    pub(crate) principal_type: &'static str,
    pub(crate) scope: Scope,
}

impl Identified for AuditEvent {
    fn id(&self) -> &str {
        &self.id
    }
}

impl AuditLog {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            events: Collection::default(),
            ids: Random::new(seed.rotate_left(16) ^ 0xA0D1),
        }
    }
}

impl Scope {
    pub(crate) fn of<P: Predefined>(id: &str) -> Self {
        Self {
            kind: format!("api.{}", P::SCOPE),
            id: id.to_owned(),
        }
    }
}

impl Action {
    /// The event type of the spec, which also names the field of the details.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::KeyCreated { .. } => "api_key.created",
            Self::KeyUpdated { .. } => "api_key.updated",
            Self::KeyDeleted => "api_key.deleted",
            Self::GroupCreated { .. } => "group.created",
            Self::GroupUpdated { .. } => "group.updated",
            Self::GroupDeleted => "group.deleted",
            Self::InviteSent { .. } => "invite.sent",
            Self::InviteAccepted => "invite.accepted",
            Self::InviteDeleted => "invite.deleted",
            Self::ProjectCreated { .. } => "project.created",
            Self::ProjectUpdated { .. } => "project.updated",
            Self::ProjectArchived => "project.archived",
            Self::RoleCreated(_) => "role.created",
            Self::RoleUpdated(_) => "role.updated",
            Self::RoleDeleted => "role.deleted",
            Self::RoleAssigned(_) => "role.assignment.created",
            Self::RoleUnassigned(_) => "role.assignment.deleted",
            Self::ServiceAccountCreated { .. } => "service_account.created",
            Self::ServiceAccountUpdated { .. } => "service_account.updated",
            Self::ServiceAccountDeleted => "service_account.deleted",
            Self::UserAdded { .. } => "user.added",
            Self::UserUpdated { .. } => "user.updated",
            Self::UserDeleted => "user.deleted",
        }
    }
}

impl Organization {
    /// Logs what somebody who holds the admin key did. The key belongs to the
    /// organization's first owner, as new ones do.
    pub(crate) fn log_of_key(
        &mut self,
        (key, now): (&str, u64),
        project: Option<&str>,
        target: &str,
        action: Action,
    ) {
        let owner = self.users.iter().find(|user| user.is_owner());
        let user = owner.map(|user| ActingUser {
            id: user.id.clone(),
            email: user.email.clone(),
        });
        let project = project.unwrap_or(&self.default_project);
        let project = self.projects.get(project);
        let project = project.map(|project| (project.id.clone(), project.name.clone()));
        let key = Some(key.to_owned());
        self.log(now, Actor { key, user }, project, (target, action));
    }

    /// Logs what a person did who was signed in.
    pub(super) fn log_of_person(&mut self, user: &str, now: u64, target: &str, action: Action) {
        let email = self.users.get(user).and_then(|user| user.email.clone());
        let id = user.to_owned();
        let user = Some(ActingUser { id, email });
        self.log(now, Actor { key: None, user }, None, (target, action));
    }

    fn log(
        &mut self,
        effective_at: u64,
        actor: Actor,
        project: Option<(String, String)>,
        (target, action): (&str, Action),
    ) {
        let log = &mut self.audit_log;
        log.events.add(AuditEvent {
            id: log.ids.id("audit_log-", super::ID_LENGTH),
            effective_at,
            actor,
            project,
            target: target.to_owned(),
            action,
        });
        log.events.keep_newest(MOST_EVENTS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_its_newest_events_alone() {
        let mut organization = Organization::new(1);
        for number in 0..MOST_EVENTS + 2 {
            let target = number.to_string();
            organization.log_of_key(("key_1", 7), None, &target, Action::KeyDeleted);
        }
        let events = &organization.audit_log.events;
        let targets: Vec<_> = events.iter().map(|event| event.target.as_str()).collect();
        assert_eq!(targets.len(), MOST_EVENTS);
        assert_eq!((targets[0], targets.last()), ("2", Some(&"10001")));
    }

    #[test]
    fn logging_changes_no_id_of_anything_else() {
        let (mut logged, mut plain) = (Organization::new(1), Organization::new(1));
        logged.log_of_key(("key_1", 7), None, "x", Action::KeyDeleted);
        assert_eq!(logged.new_id("user-"), plain.new_id("user-"));
    }
}
