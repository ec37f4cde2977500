//! The organization's truth: who is in it, who is invited, its projects, groups,
//! roles and keys, and which roles are assigned to whom.
//! It knows nothing of HTTP; the rules of changing it stand in one file per
//! kind of thing.

mod assignment_changes;
mod assignments;
mod audit_log;
mod collection;
mod group_changes;
mod groups;
mod invitations;
mod keys;
mod predefined;
mod project_changes;
mod project_users;
mod projects;
mod refusal;
mod role_changes;
mod roles;
mod service_account_changes;
mod users;

pub(crate) use assignments::{Assignment, direct};
pub(crate) use audit_log::{
    Action, Actor, AuditEvent, AuditLog, DefinedRole, Grant, RoleDifference, Scope,
};
pub(crate) use collection::{Collection, Identified, Order};
pub(crate) use groups::{Group, GroupKind, Member};
pub(crate) use invitations::{Invitation, InvitationRequest, ProjectInvitation, Status};
pub(crate) use keys::{AdminKey, KeyOwner, ProjectKey};
pub(crate) use predefined::Predefined;
pub use predefined::{OrganizationRole, ProjectRole};
pub(crate) use project_changes::ProjectChange;
pub(crate) use project_users::{ProjectUser, ServiceAccount};
pub(crate) use projects::{Participant, Project};
pub(crate) use refusal::{Reason, Refusal};
pub(crate) use role_changes::RoleChange;
pub(crate) use roles::{Role, RoleRequest};
pub(crate) use service_account_changes::NewKey;
pub(crate) use users::{User, UserChange};

use crate::random::Random;

/// Letters and digits after the prefix of an id.
const ID_LENGTH: usize = 24;

/// One organization. Collections are in the order of creation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Organization {
    pub(crate) id: String,
    /// The project of invitations that name none.
    pub(crate) default_project: String,
    pub(crate) users: Collection<User>,
    pub(crate) invitations: Collection<Invitation>,
    pub(crate) roles: Collection<Role<OrganizationRole>>,
    pub(crate) projects: Collection<Project>,
    pub(crate) groups: Collection<Group>,
    pub(crate) admin_keys: Collection<AdminKey>,
    pub(crate) audit_log: AuditLog,
    ids: Random,
}

impl Organization {
    /// An organization of nobody, with the two predefined roles and the default
    /// project.
    pub(crate) fn new(seed: u64) -> Self {
        let mut ids = Random::new(seed);
        let id = ids.id("org-", ID_LENGTH);
        let default_project = ids.id("proj_", ID_LENGTH);
        let first = Project::new(default_project.clone(), "Default project".to_owned(), 0);
        Self {
            default_project,
            users: Collection::default(),
            invitations: Collection::default(),
            roles: Collection::predefined(&id),
            projects: [first].into_iter().collect(),
            groups: Collection::default(),
            admin_keys: Collection::default(),
            audit_log: AuditLog::new(seed),
            ids,
            id,
        }
    }

    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        self.ids.id(prefix, ID_LENGTH)
    }
}

/// Whether two e-mail addresses are the same one: case makes no difference.
pub(crate) fn same_email(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}
