//! Groups of users. Those that an identity provider manages have their name
//! and members from there.

use serde::Serialize;

use super::{Collection, Identified, Organization, Reason, Refusal};

/// A group. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: u64,
    pub(crate) is_scim_managed: bool,
    pub(crate) kind: GroupKind,
    pub(crate) members: Collection<Member>,
    /// Ids of the organization roles assigned to it.
    pub(crate) roles: Vec<String>,
}

/// The `group_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroupKind {
    Group,
    /// Of the identity tenant above the organization.
    TenantGroup,
}

/// A user in a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    /// The user's id.
    pub(crate) id: String,
}

impl Identified for Group {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for Member {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Group {
    pub(crate) fn has(&self, user: &str) -> bool {
        self.members.get(user).is_some()
    }

    /// Puts a user in without asking the rules.
    pub(crate) fn put(&mut self, user: &str) {
        if !self.has(user) {
            self.members.add(Member {
                id: user.to_owned(),
            });
        }
    }
}

impl Organization {
    /// Adds a group of nobody. Its id is 32 hexadecimal digits, as seen.
    pub(crate) fn add_group(&mut self, name: &str, created_at: u64) -> &mut Group {
        let id = self.ids.hexadecimal(32);
        self.groups.add(Group {
            id,
            name: name.to_owned(),
            created_at,
            is_scim_managed: false,
            kind: GroupKind::Group,
            members: Collection::default(),
            roles: Vec::new(),
        })
    }

    pub(crate) fn group(&self, id: &str) -> Result<&Group, Refusal> {
        let group = self.groups.get(id);
        group.ok_or_else(|| Reason::NoSuchGroup(id.to_owned()).not_found())
    }

    pub(crate) fn group_mut(&mut self, id: &str) -> Result<&mut Group, Refusal> {
        let group = self.groups.get_mut(id);
        group.ok_or_else(|| Reason::NoSuchGroup(id.to_owned()).not_found())
    }
}
