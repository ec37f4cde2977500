//! The organization's predefined roles, and the ids that they go by.
//!
//! | form | where |
//! |---|---|
//! | `owner` | `User.role`, `Invite.role` \[S] |
//! | `role-api-organization-owner` | accepted in requests \[L] |
//! | `role-api-organization-owner__api-organization__org-abc` | role lists \[L] |
//!
//! The short form is the resource's id here: it does not depend on what the
//! credential may read. The composed form ends in the organization's id, which
//! no other answer tells: the one exception to never parsing ids.

use crate::session::is_organization_id;

/// What stands between a role's short id and its organization's.
const BINDING: &str = "__api-organization__";

/// A role that every organization has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Predefined {
    /// Administers the organization.
    Owner,
    /// The floor: every member has at least this.
    Reader,
}

impl Predefined {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Owner, Self::Reader];

    /// Its name in `User.role`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Reader => "reader",
        }
    }

    /// Its id without an organization's.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Owner => "role-api-organization-owner",
            Self::Reader => "role-api-organization-reader",
        }
    }

    /// The role that a name or an id in either form means.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let named = |role: &Self| text.eq_ignore_ascii_case(role.name());
        let by_name = Self::ALL.into_iter().find(named);
        by_name.or_else(|| Self::of_id(text).map(|(role, _)| role))
    }

    /// The role that an id in either form means, and the organization's id if it
    /// is the composed one.
    #[must_use]
    pub fn of_id(id: &str) -> Option<(Self, Option<&str>)> {
        let (short, organization) = match id.split_once(BINDING) {
            Some((short, organization)) => (short, Some(organization)),
            None => (id, None),
        };
        let role = Self::ALL.into_iter().find(|role| role.id() == short)?;
        Some((role, organization.filter(|id| is_organization_id(id))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_role_goes_by_three_names() {
        for (text, expected) in [
            ("owner", Some(Predefined::Owner)),
            ("Reader", Some(Predefined::Reader)),
            ("role-api-organization-owner", Some(Predefined::Owner)),
            (
                "role-api-organization-reader__api-organization__org-1",
                Some(Predefined::Reader),
            ),
            ("member", None),
            ("role_01J1F8ROLE01", None),
            ("role-api-organization-owner-2", None),
            ("role-api-project-owner__api-project__proj_1", None),
            ("", None),
        ] {
            assert_eq!(Predefined::of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_composed_id_tells_the_organization() {
        let owner = |organization| Some((Predefined::Owner, organization));
        for (suffix, expected) in [
            ("__api-organization__org-1", owner(Some("org-1"))),
            ("__api-organization__", owner(None)),
            ("__api-organization__a b", owner(None)),
            ("", owner(None)),
            ("__api-project__proj_1", None),
        ] {
            let id = format!("role-api-organization-owner{suffix}");
            assert_eq!(Predefined::of_id(&id), expected, "{id}");
        }
    }
}
