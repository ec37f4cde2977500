//! Which changes of projects, groups, roles and keys are refused, where no
//! primary source settles it.
//!
//! | switch | default | what is known |
//! |---|---|---|
//! | `default_project_membership` | refused, 400 | older official notes: nobody is added to it or leaves it alone |
//! | `already_in_project` | refused, 400 | a third party saw "already exists in project" |
//! | `implicit_owner` | refused, 400 | the service's help: they cannot be removed or changed; no status |
//! | `viewer_by_name` | refused, 400 | the field is a free string; documents name owner and member |
//! | `custom_role_of_an_outsider` | refused, 400 | a vendor adds `member` first |
//! | `custom_role_of_an_outside_group` | allowed | a provider's test does it |
//! | `custom_role_of_a_service_account` | refused, 400 | a vendor reports a failure |
//! | `scim_group` | refused, 400 | "controlled by your identity provider"; no status |
//! | `predefined_role` | refused, 400 | "deletes a custom role" |
//! | `reader_revoked` | refused, 400 | a vendor: the user has to be deleted instead |
//! | `key_of_a_service_account_deleted` | allowed | the SDK of November 2026; the spec of August refuses with 400 |
//! | `invited_project_unknown` | refused, 400 | nothing |
//! | `invited_projects_joined` | yes | an older third party found them not applied |
//! | `not_assigned` | 404 | nothing |

use axum::http::StatusCode;

use super::Ruling;

/// The switches of changing, each with its documented default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// Adding somebody to the default project, or removing somebody from it.
    /// Default: refused with 400.
    pub default_project_membership: Ruling,
    /// Adding a user or group that is in the project; allowed, it changes the
    /// role. Default: refused with 400.
    pub already_in_project: Ruling,
    /// Changing or removing an organization owner in a project. Default:
    /// refused with 400.
    pub implicit_owner: Ruling,
    /// `viewer` as the `role` of a project user. Default: refused with 400.
    pub viewer_by_name: Ruling,
    /// Assigning a custom project role to a user who has no predefined one
    /// there. Default: refused with 400.
    pub custom_role_of_an_outsider: Ruling,
    /// The same for a group. Default: allowed.
    pub custom_role_of_an_outside_group: Ruling,
    /// Assigning a custom project role to a service account. Default: refused
    /// with 400.
    pub custom_role_of_a_service_account: Ruling,
    /// Renaming or deleting a group that the identity provider manages, or
    /// changing its members. Default: refused with 400.
    pub scim_group: Ruling,
    /// Changing or deleting a predefined role. Default: refused with 400.
    pub predefined_role: Ruling,
    /// Taking the `reader` role from somebody. Default: refused with 400.
    pub reader_revoked: Ruling,
    /// Deleting a project key that a service account owns. Default: allowed.
    pub key_of_a_service_account_deleted: Ruling,
    /// Inviting to a project that is not there or archived. Default: refused
    /// with 400.
    pub invited_project_unknown: Ruling,
    /// Whether accepting an invitation puts the person into its projects.
    /// Default: yes.
    pub invited_projects_joined: bool,
    /// The status for taking a role that is not assigned. Default: 404.
    pub not_assigned: StatusCode,
}

impl Default for Writing {
    fn default() -> Self {
        let refused = Ruling::Refused(StatusCode::BAD_REQUEST);
        Self {
            default_project_membership: refused,
            already_in_project: refused,
            implicit_owner: refused,
            viewer_by_name: refused,
            custom_role_of_an_outsider: refused,
            custom_role_of_an_outside_group: Ruling::Allowed,
            custom_role_of_a_service_account: refused,
            scim_group: refused,
            predefined_role: refused,
            reader_revoked: refused,
            key_of_a_service_account_deleted: Ruling::Allowed,
            invited_project_unknown: refused,
            invited_projects_joined: true,
            not_assigned: StatusCode::NOT_FOUND,
        }
    }
}
