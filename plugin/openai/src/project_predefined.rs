//! The predefined roles of projects, and the ids that they go by.
//!
//! | form | where |
//! |---|---|
//! | `member` | `ProjectUser.role`, `Invite.projects` \[S] |
//! | `role-api-project-member` | accepted in requests \[L] |
//! | `role-api-project-member__api-project__proj_1` | role lists \[L] |
//!
//! On a project the name is the entitlement's slug. As a resource of its own the
//! role has the composed id: the short one is the same in every project.

use governance_guest::wit::model::Purpose;

/// What stands between a role's short id and its project's.
const BINDING: &str = "__api-project__";

/// A role that every project has; `viewer` since custom roles exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProjectPredefined {
    /// Administers the project.
    Owner,
    /// Works in it.
    Member,
    /// Looks at it.
    Viewer,
}

impl ProjectPredefined {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Member, Self::Viewer];

    /// Its name in `ProjectUser.role`, and its slug.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// What it is called, and what holding it amounts to.
    #[must_use]
    pub const fn meaning(self) -> (&'static str, &'static str, Purpose) {
        match self {
            Self::Owner => ("Owner", "administers the project", Purpose::Ownership),
            Self::Member => ("Member", "works in the project", Purpose::Assignment),
            Self::Viewer => ("Viewer", "looks at the project", Purpose::Assignment),
        }
    }

    /// The id that it has as a role of this project.
    #[must_use]
    pub fn id_in(self, project: &str) -> String {
        format!("{}{BINDING}{project}", self.id())
    }

    /// The role of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let named = |role: &Self| name.eq_ignore_ascii_case(role.name());
        Self::ALL.into_iter().find(named)
    }

    /// The role that a name or an id in either form means.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let short = text.split_once(BINDING).map_or(text, |(short, _)| short);
        let by_id = |role: &Self| role.id() == short;
        Self::of_name(text).or_else(|| Self::ALL.into_iter().find(by_id))
    }

    /// Its id without a project's, which requests take \[L].
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Owner => "role-api-project-owner",
            Self::Member => "role-api-project-member",
            Self::Viewer => "role-api-project-viewer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_role_goes_by_three_names() {
        for (text, expected) in [
            ("owner", Some(ProjectPredefined::Owner)),
            ("Member", Some(ProjectPredefined::Member)),
            ("role-api-project-viewer", Some(ProjectPredefined::Viewer)),
            (
                "role-api-project-owner__api-project__proj_1",
                Some(ProjectPredefined::Owner),
            ),
            ("role-api-project-owner-2", None),
            ("role-api-organization-owner", None),
            ("role_01J1F8PROJ", None),
            ("reader", None),
            ("none", None),
            ("", None),
        ] {
            assert_eq!(ProjectPredefined::of(text), expected, "{text}");
        }
    }

    #[test]
    fn the_composed_id_is_read_back() {
        for role in ProjectPredefined::ALL {
            assert_eq!(ProjectPredefined::of(&role.id_in("proj_1")), Some(role));
            assert_eq!(ProjectPredefined::of_name(role.name()), Some(role));
        }
    }
}
