//! The roles that every organization and every project has.
//!
//! | scope | role | alias | id in answers |
//! |---|---|---|---|
//! | organization | owner, reader | `role-api-organization-owner` | `role-api-organization-owner__api-organization__<org>` |
//! | project | owner, member, viewer | `role-api-project-member` | `role-api-project-member__api-project__<proj>` |
//!
//! The alias is accepted wherever a role id is.

use serde::{Deserialize, Serialize};

/// A set of predefined roles of one scope.
pub(crate) trait Predefined: Copy + Eq + 'static {
    /// All of them, in the order of lists.
    const EVERY: &'static [Self];
    /// The scope's word in ids and in `resource_type`.
    const SCOPE: &'static str;

    /// The word in classic `role` fields.
    fn word(self) -> &'static str;

    /// A display text, so that nobody comes to rely on it.
    fn title(self) -> &'static str;

    fn description(self) -> &'static str;

    /// Which permissions the service lists is not documented; these are ones
    /// that its messages and its guide name.
    fn permissions(self) -> &'static [&'static str];

    /// The short id, accepted wherever a role id is.
    fn alias(self) -> String {
        format!("role-api-{}-{}", Self::SCOPE, self.word())
    }

    /// The id in answers, composed of the alias and the scope's own id.
    fn id_in(self, scope: &str) -> String {
        format!("{}__api-{}__{scope}", self.alias(), Self::SCOPE)
    }

    /// The role of that composed id.
    fn of_id(id: &str, scope: &str) -> Option<Self> {
        let mut every = Self::EVERY.iter().copied();
        every.find(|role| role.id_in(scope) == id)
    }
}

/// The role that the classic `role` fields of users and invitations know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganizationRole {
    /// May read; the floor that every member has.
    Reader,
    /// May do everything, in every project too.
    Owner,
}

impl OrganizationRole {
    pub(crate) const ALL: [Self; 2] = [Self::Owner, Self::Reader];

    /// The word in `role` fields.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Reader => "reader",
        }
    }
}

impl Predefined for OrganizationRole {
    const EVERY: &'static [Self] = &Self::ALL;
    const SCOPE: &'static str = "organization";

    fn word(self) -> &'static str {
        self.name()
    }

    fn title(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Reader => "Reader",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Owner => "Can modify billing information and manage organization members",
            Self::Reader => "Can make standard API requests and read basic organizational data",
        }
    }

    fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Owner => &["api.management.read", "api.management.write"],
            Self::Reader => &["api.management.read"],
        }
    }
}

/// A role that every project has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProjectRole {
    /// May look.
    Viewer,
    /// May use the project.
    Member,
    /// May do everything in the project.
    Owner,
}

impl ProjectRole {
    /// The two that classic `role` fields know.
    pub(crate) const CLASSIC: [Self; 2] = [Self::Member, Self::Owner];

    /// The word in `role` fields.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }
}

impl Predefined for ProjectRole {
    const EVERY: &'static [Self] = &[Self::Owner, Self::Member, Self::Viewer];
    const SCOPE: &'static str = "project";

    fn word(self) -> &'static str {
        self.name()
    }

    fn title(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Member => "Member",
            Self::Viewer => "Viewer",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Owner => "Can manage the project and its members",
            Self::Member => "Can use the project",
            Self::Viewer => "Can view the project",
        }
    }

    fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Owner => &[
                "api.model.read",
                "api.model.request",
                "api.organization.projects.api_keys.read",
                "api.organization.projects.api_keys.write",
            ],
            Self::Member => &["api.model.read", "api.model.request"],
            Self::Viewer => &["api.model.read"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_composed_of_alias_and_scope() {
        let cases = [
            (
                OrganizationRole::Owner.id_in("org-1"),
                "role-api-organization-owner__api-organization__org-1",
            ),
            (
                ProjectRole::Viewer.id_in("proj_1"),
                "role-api-project-viewer__api-project__proj_1",
            ),
        ];
        for (id, expected) in cases {
            assert_eq!(id, expected);
        }
        let id = ProjectRole::Member.id_in("proj_1");
        assert_eq!(ProjectRole::of_id(&id, "proj_1"), Some(ProjectRole::Member));
        assert_eq!(ProjectRole::of_id(&id, "proj_2"), None);
    }
}
