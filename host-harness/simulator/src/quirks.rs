//! Behaviour that no primary source settles, as switches.
//!
//! The official spec is the rule. Where it is silent, the simulator takes the
//! likeliest reading as its default, and a test that depends on the other one
//! says so by turning a switch. So no test proves a guess.
//!
//! | switch | default | what is known |
//! |---|---|---|
//! | `any_invite` | allowed | a vendor reports `payment_method_required` for organizations without one |
//! | `invite_of_a_member` | refused, 400 | nothing |
//! | `second_pending_invite` | refused, 400 | nothing |
//! | `deletion_of_an_accepted_invite` | 400 | the spec: it cannot be deleted; the status is not told |
//! | `expired_invites_read_pending` | no | one public script compares the time itself |
//! | `loss_of_the_last_owner` | refused, 400 | nothing |
//! | `service_account_changed_as_user` | refused, 400 | a vendor reports an error for role changes |
//! | `created` | 200 | the spec; documents before December 2025 answered 201 |
//! | `forbidden` | bare string | seen by several third parties in 2026, as was the documented object |
//! | `missing_scope` | 403 | seen with 401 too |
//! | `not_in_plan` | nothing | a vendor: no groups and no members of them on the free plan |
//! | `not_in_plan_status` | 403 | nothing |
//! | `omissions` | none | see [`Omissions`] |
//!
//! What the lists of projects, groups, roles and keys show is in [`Reading`],
//! which changes of them are refused in [`Writing`].

mod reading;
mod writing;

use std::collections::BTreeSet;

use axum::http::StatusCode;

pub use reading::{OtherRole, Reading};
pub use writing::Writing;

use crate::Surface;

/// Whether something is allowed, or with which status it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It is carried out.
    Allowed,
    /// It is answered with this status and changes nothing.
    Refused(StatusCode),
}

/// The body of a 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForbiddenShape {
    /// `{"error": "text"}`.
    Text,
    /// `{"error": {"message", "type", "param", "code"}}`, as documented.
    Object,
    /// `{"code": 403, "message": "text"}`, as an official example of another
    /// error is.
    Flat,
}

/// The switches, each with its documented default.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// Any invitation at all; a refusal carries the code
    /// `payment_method_required`. Default: allowed.
    pub any_invite: Ruling,
    /// Inviting somebody who is a member. Default: refused with 400.
    pub invite_of_a_member: Ruling,
    /// Inviting an address that has a live invitation. Default: refused with 400.
    pub second_pending_invite: Ruling,
    /// The status of the error for deleting an accepted invitation. Default: 400.
    pub deletion_of_an_accepted_invite: StatusCode,
    /// Whether an invitation past its `expires_at` still reads `pending`.
    /// Default: no, it reads `expired`.
    pub expired_invites_read_pending: bool,
    /// Removing or demoting the last owner. Default: refused with 400.
    pub loss_of_the_last_owner: Ruling,
    /// Changing or deleting a service account through the users endpoints.
    /// Default: refused with 400.
    pub service_account_changed_as_user: Ruling,
    /// The status of a create. Default: 200.
    pub created: StatusCode,
    /// The body of a refusal for want of permission. Default: the bare string.
    pub forbidden: ForbiddenShape,
    /// The status of a refusal for want of a scope. Default: 403.
    pub missing_scope: StatusCode,
    /// Surfaces that the organization's plan has not. Default: none; see
    /// [`Quirks::FREE_PLAN`].
    pub not_in_plan: BTreeSet<Surface>,
    /// The status of a request on such a surface. Default: 403; the other
    /// reading is 404.
    pub not_in_plan_status: StatusCode,
    /// Fields that answers leave out. Default: none; the `lenient`
    /// organization turns on all but `id_of`.
    pub omissions: Omissions,
    /// What the lists of projects, groups, roles and keys show.
    pub reading: Reading,
    /// Which changes of projects, groups, roles and keys are refused.
    pub writing: Writing,
}

impl Quirks {
    /// What a free plan is likely to lack: a vendor names groups and their
    /// members, the others are a guess.
    pub const FREE_PLAN: [Surface; 7] = [
        Surface::Groups,
        Surface::GroupUsers,
        Surface::ProjectGroups,
        Surface::Roles,
        Surface::ProjectRoles,
        Surface::Assignments,
        Surface::ProjectAssignments,
    ];
}

impl Default for Quirks {
    fn default() -> Self {
        let refused = Ruling::Refused(StatusCode::BAD_REQUEST);
        Self {
            any_invite: Ruling::Allowed,
            invite_of_a_member: refused,
            second_pending_invite: refused,
            deletion_of_an_accepted_invite: StatusCode::BAD_REQUEST,
            expired_invites_read_pending: false,
            loss_of_the_last_owner: refused,
            service_account_changed_as_user: refused,
            created: StatusCode::OK,
            forbidden: ForbiddenShape::Text,
            missing_scope: StatusCode::FORBIDDEN,
            not_in_plan: BTreeSet::new(),
            not_in_plan_status: StatusCode::FORBIDDEN,
            omissions: Omissions::default(),
            reading: Reading::default(),
            writing: Writing::default(),
        }
    }
}

/// Fields that official examples, older documents or third parties show to be
/// missing although a reader of the spec would expect them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Omissions {
    /// User rows hold only the fields of the official example, without the
    /// nested `user`; an unknown name or e-mail is absent instead of null.
    pub optional_user_fields: bool,
    /// Invitations have no `projects`, as in the official list example.
    pub invite_projects: bool,
    /// Invitations say `invited_at` instead of `created_at`, as before 2026.
    pub invite_created_at: bool,
    /// The user whose row in the list has no `id`, as one project found.
    pub id_of: Option<String>,
}

impl Omissions {
    /// These and those: what either leaves out is left out.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            optional_user_fields: self.optional_user_fields || other.optional_user_fields,
            invite_projects: self.invite_projects || other.invite_projects,
            invite_created_at: self.invite_created_at || other.invite_created_at,
            id_of: self.id_of.or(other.id_of),
        }
    }
}
