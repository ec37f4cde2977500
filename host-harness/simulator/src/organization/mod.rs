//! The organization's truth: who is in it, who is invited, which roles exist.
//! It knows nothing of HTTP; the rules of changing it stand in one file per
//! kind of thing.

mod collection;
mod invitations;
mod refusal;
mod roles;
mod users;

pub(crate) use collection::{Collection, Identified, Order};
pub(crate) use invitations::{Invitation, InvitationRequest, ProjectInvitation, Status};
pub(crate) use refusal::{Reason, Refusal};
pub use roles::OrganizationRole;
pub(crate) use roles::Role;
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
    pub(crate) roles: Collection<Role>,
    ids: Random,
}

impl Organization {
    /// An organization of nobody, with the two predefined roles.
    pub(crate) fn new(seed: u64) -> Self {
        let mut ids = Random::new(seed);
        let id = ids.id("org-", ID_LENGTH);
        let mut roles = Collection::default();
        for role in OrganizationRole::ALL {
            roles.add(Role::predefined(role, &id));
        }
        Self {
            default_project: ids.id("proj_", ID_LENGTH),
            users: Collection::default(),
            invitations: Collection::default(),
            roles,
            ids,
            id,
        }
    }

    fn new_id(&mut self, prefix: &str) -> String {
        self.ids.id(prefix, ID_LENGTH)
    }
}

/// Whether two e-mail addresses are the same one: case makes no difference.
pub(crate) fn same_email(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}
