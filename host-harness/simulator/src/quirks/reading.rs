//! What the lists of projects, groups, roles and keys show, where no primary
//! source settles it.
//!
//! | switch | default | what is known |
//! |---|---|---|
//! | `other_roles` | as `member` | classic fields know only owner and member; messages name Viewer |
//! | `people_through_groups` | not listed | nothing |
//! | `service_accounts_as_project_users` | not listed | the schema has no field that would tell them |
//! | `service_accounts_as_users` | listed | the schema has `is_service_account` |
//! | `implicit_owner_assignments` | not listed | nothing is assigned there |
//! | `inherited_assignments` | listed with their sources | the schema has `assignment_sources` |
//! | `predefined_assignments` | listed | one provider finds predefined ids in them |
//! | `archived_project` | answers as before | the spec has the 400 for users and service accounts alone |
//! | `not_in_project` | 404 | a third party saw the text "is not a member of" |
//! | `keys_without_access_unasked` | not listed | the spec: they may be left out unless asked for |
//! | `keys_of_deleted_users` | listed as inactive | the spec: `any` gives all enabled keys |
//! | `key_expiry` | shown | in the SDK of November 2026, not in the spec of August |
//! | `sparse_rows` | no | official examples lack `group_type`, `assignment_sources`, `expires_at` |

use axum::http::StatusCode;

use super::Ruling;

/// How the classic project-user list shows somebody who is neither owner nor
/// member of the project: a viewer, or a holder of custom roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherRole {
    /// As `member`.
    Member,
    /// By the first role's name: `viewer`, or that of the custom role.
    Named,
    /// Not at all.
    Hidden,
}

/// The switches of reading, each with its documented default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Who is neither owner nor member. Default: shown as `member`.
    pub other_roles: OtherRole,
    /// Whether a project's user list has who is there through a group alone.
    /// Default: no.
    pub people_through_groups: bool,
    /// Whether a project's user list has its service accounts, under the same
    /// ids. Default: no.
    pub service_accounts_as_project_users: bool,
    /// Whether the organization's user list has service accounts. Default: yes.
    pub service_accounts_as_users: bool,
    /// Whether role assignments in a project name organization owners, as
    /// inherited from the organization. Default: no.
    pub implicit_owner_assignments: bool,
    /// Whether role assignments have what comes through groups, with
    /// `assignment_sources`; a role that is held directly too is listed as
    /// direct. Default: yes.
    pub inherited_assignments: bool,
    /// Whether role assignments have predefined roles. Default: yes.
    pub predefined_assignments: bool,
    /// Reading groups, roles, assignments and keys of an archived project.
    /// Default: allowed.
    pub archived_project: Ruling,
    /// The status for a user of the organization who is not in the project.
    /// Default: 404.
    pub not_in_project: StatusCode,
    /// Whether keys of owners without access are listed when the request has no
    /// `owner_project_access`. Default: no.
    pub keys_without_access_unasked: bool,
    /// Whether keys of deleted users are listed at all. Default: yes.
    pub keys_of_deleted_users: bool,
    /// Whether project keys have `expires_at`. Default: yes.
    pub key_expiry: bool,
    /// Leave out `group_type`, `assignment_sources`, and the `expires_at` of
    /// admin keys, as the official examples do. Default: no; the `lenient`
    /// organization turns it on.
    pub sparse_rows: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            other_roles: OtherRole::Member,
            people_through_groups: false,
            service_accounts_as_project_users: false,
            service_accounts_as_users: true,
            implicit_owner_assignments: false,
            inherited_assignments: true,
            predefined_assignments: true,
            archived_project: Ruling::Allowed,
            not_in_project: StatusCode::NOT_FOUND,
            keys_without_access_unasked: false,
            keys_of_deleted_users: true,
            key_expiry: true,
            sparse_rows: false,
        }
    }
}
