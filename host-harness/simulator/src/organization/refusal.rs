//! Why the organization refuses a change.

use axum::http::StatusCode;

use crate::quirks::Ruling;

/// A change that was not made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// How it is answered. The spec leaves it open for most reasons, so that it
    /// comes from the [`Quirks`](crate::Quirks).
    pub(crate) status: StatusCode,
    pub(crate) reason: Reason,
}

/// The text is for people: nothing documents the service's own wording.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    #[error("No user found with id '{0}' in this organization.")]
    NoSuchUser(String),
    #[error("No invite found with id '{0}' in this organization.")]
    NoSuchInvitation(String),
    #[error("No role found with id '{0}' in this organization.")]
    NoSuchRole(String),
    #[error("No project found with id '{0}' in this organization.")]
    NoSuchProject(String),
    #[error("No group found with id '{0}' in this organization.")]
    NoSuchGroup(String),
    #[error("No service account found with id '{0}' in this project.")]
    NoSuchServiceAccount(String),
    #[error("No API key found with id '{0}'.")]
    NoSuchKey(String),
    #[error("User {0} is not a member of {1}")]
    NotInProject(String, String),
    #[error("No group found with id '{0}' in this project.")]
    GroupNotInProject(String),
    #[error("No user found with id '{0}' in this group.")]
    NotInGroup(String),
    #[error("No assignment of role '{0}' found.")]
    NotAssigned(String),
    #[error("The default project cannot be changed this way.")]
    DefaultProject,
    #[error("{0} already exists in project {1}.")]
    AlreadyInProject(String, String),
    #[error("User '{0}' is an owner of this organization and so of all its projects.")]
    ImplicitOwner(String),
    #[error("{0} needs a predefined role in project {1} first.")]
    NeedsMembership(String, String),
    #[error("Group '{0}' is controlled by your identity provider.")]
    ScimGroup(String),
    #[error("Role '{0}' is predefined.")]
    PredefinedRole(String),
    #[error("User '{0}' cannot lose the reader role.")]
    FloorRole(String),
    #[error("API key '{0}' belongs to a service account.")]
    KeyOfServiceAccount(String),
    #[error("API key '{0}' has expired and cannot be updated.")]
    ExpiredKey(String),
    #[error("Project '{0}' is archived.")]
    Archived(String),
    #[error("Invite '{0}' was already accepted and cannot be deleted.")]
    AlreadyAccepted(String),
    #[error("Invite '{0}' is not pending and cannot be accepted.")]
    NotPending(String),
    #[error("{0} is already a member of this organization.")]
    AlreadyMember(String),
    #[error("{0} already has a pending invite to this organization.")]
    AlreadyInvited(String),
    #[error("User '{0}' is the last owner of this organization.")]
    LastOwner(String),
    #[error("'{0}' is a service account and cannot be changed as a user.")]
    ServiceAccount(String),
    #[error("Add a payment method to this organization before inviting people.")]
    NoPaymentMethod,
}

impl Reason {
    /// The error's `code`, where one is known: `payment_method_required` is
    /// reported by a vendor, nothing else is.
    pub(crate) fn code(&self) -> Option<&'static str> {
        matches!(self, Self::NoPaymentMethod).then_some("payment_method_required")
    }

    pub(crate) fn with(self, status: StatusCode) -> Refusal {
        Refusal {
            status,
            reason: self,
        }
    }

    pub(crate) fn not_found(self) -> Refusal {
        self.with(StatusCode::NOT_FOUND)
    }

    pub(crate) fn bad_request(self) -> Refusal {
        self.with(StatusCode::BAD_REQUEST)
    }

    /// Refuses for this reason, unless the ruling allows it.
    pub(crate) fn unless_allowed(self, ruling: Ruling) -> Result<(), Refusal> {
        match ruling {
            Ruling::Allowed => Ok(()),
            Ruling::Refused(status) => Err(self.with(status)),
        }
    }
}
