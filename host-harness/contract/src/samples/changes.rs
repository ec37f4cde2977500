//! One change of each kind, an outcome, and an error.

use super::id;
use crate::changes::{
    AccountCreation, ChangeRequest, Completion, GrantChange, Outcome, ResourceCreation,
    ResourceDeletion, ResourceUpdate, StatusChange,
};
use crate::faults::{Delivery, Error, ErrorKind, Party};
use crate::model::{EntitlementReference, Reference, ResourceId, Status};

/// A reference to what the host never read.
pub fn reference(of: ResourceId) -> Reference {
    Reference {
        id: of,
        parent: None,
        hint: None,
    }
}

fn membership() -> GrantChange {
    GrantChange {
        entitlement: EntitlementReference {
            resource: reference(id("project", "alpha")),
            slug: "member".into(),
        },
        principal: reference(id("user", "ada")),
        expires_at: None,
        hint: None,
    }
}

/// Makes `ada` a member of `alpha`.
pub fn grant() -> ChangeRequest {
    ChangeRequest::Grant(membership())
}

/// Takes that from her.
pub fn revoke() -> ChangeRequest {
    ChangeRequest::Revoke(membership())
}

/// Makes an account of `ada@example.org`, a member of `alpha`.
pub fn create_account() -> ChangeRequest {
    ChangeRequest::CreateAccount(AccountCreation {
        resource_type: "user".into(),
        email: "ada@example.org".into(),
        name: None,
        entitlements: vec![membership().entitlement],
        attributes: "{}".into(),
    })
}

/// Disables `ada`.
pub fn set_account_status() -> ChangeRequest {
    ChangeRequest::SetAccountStatus(StatusChange {
        account: reference(id("user", "ada")),
        status: Status::Disabled,
    })
}

/// Makes a project named `beta`.
pub fn create_resource() -> ChangeRequest {
    ChangeRequest::CreateResource(ResourceCreation {
        resource_type: "project".into(),
        parent: None,
        name: "beta".into(),
        attributes: "{}".into(),
    })
}

/// Names `alpha` anew.
pub fn update_resource() -> ChangeRequest {
    ChangeRequest::UpdateResource(ResourceUpdate {
        of: reference(id("project", "alpha")),
        name: Some("gamma".into()),
        attributes: "{}".into(),
    })
}

/// Ends `alpha`.
pub fn delete_resource() -> ChangeRequest {
    ChangeRequest::DeleteResource(ResourceDeletion {
        of: reference(id("project", "alpha")),
        attributes: "{}".into(),
    })
}

/// Sends an invitation again.
pub fn resend_invitation() -> ChangeRequest {
    ChangeRequest::ResendInvitation(reference(id("invitation", "invite-1")))
}

/// One of each kind.
pub fn all() -> [ChangeRequest; 8] {
    [
        grant(),
        revoke(),
        create_account(),
        set_account_status(),
        create_resource(),
        update_resource(),
        delete_resource(),
        resend_invitation(),
    ]
}

/// An outcome that tells nothing more than how the change ended.
pub fn outcome(completion: Completion) -> Outcome {
    Outcome::of(completion)
}

/// An error that the service answered.
pub fn error(kind: ErrorKind) -> Error {
    Error {
        party: Party::Service,
        kind,
        message: "it failed".into(),
        hint: None,
        surface: None,
        http_status: None,
        code: None,
        request_id: None,
        delivery: Delivery::Answered,
    }
}
