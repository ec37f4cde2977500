//! Invitations sent again and deleted.

use governance_guest::wit::changes::{ChangeRequest, ResourceDeletion};
use governance_guest::wit::model::Reference;
use serde_json::json;

use crate::invitations::{ACCEPTED, EXPIRED, PENDING, promised, told};
use crate::made::{again, id_of, made};
use crate::simulated::{Simulated, ended, reference, small};

/// The invitation of an address, as the service lists it.
fn invitation(simulated: &Simulated, email: &str) -> Reference {
    reference("invitation", &id_of(simulated, "invites", email))
}

fn deletion(of: &Reference) -> ChangeRequest {
    ChangeRequest::DeleteResource(ResourceDeletion {
        of: of.clone(),
        attributes: String::new(),
    })
}

#[test]
fn an_invitation_is_sent_again_as_it_was() {
    for (email, expected, then) in [
        (PENDING, "pending", &["reader Default project/member"][..]),
        (EXPIRED, "pending", &["owner"]),
        (ACCEPTED, "Precondition", &[]),
    ] {
        let simulated = small();
        let old = invitation(&simulated, email);
        let outcome = made(&simulated, &ChangeRequest::ResendInvitation(old.clone()));
        assert_eq!(ended(&outcome), expected, "{outcome:?}");
        assert_eq!(promised(&simulated, email), then);
        if let Ok(outcome) = outcome {
            assert_ne!(outcome.resources[0].id, old.id);
            assert!(told(&outcome, "e-mail goes out"));
            let gone = simulated.change(&ChangeRequest::ResendInvitation(old));
            assert_eq!(ended(&gone), "NotFound", "it is another one now");
        }
    }
}

#[test]
fn what_would_be_a_second_way_in_is_not_sent_again() {
    let simulated = small();
    let expired = invitation(&simulated, EXPIRED);
    let body = json!({"email": EXPIRED, "role": "reader", "projects": []}).to_string();
    simulated.api("POST", "/organization/invites", &body);
    let again = ChangeRequest::ResendInvitation(expired);
    let error = made(&simulated, &again).expect_err("another is live");
    assert!(error.message.contains("another invitation"), "{error:?}");
    let body = json!({"invitation": EXPIRED}).to_string();
    simulated.control("POST", "/invitations/accept", &body);
    let error = made(&simulated, &again).expect_err("a member");
    assert!(
        error.message.contains("is in the organization"),
        "{error:?}"
    );
}

#[test]
fn an_invitation_is_deleted_unless_it_was_accepted() {
    for (email, expected, replaced) in [
        (PENDING, "complete", 2),
        (EXPIRED, "complete", 0),
        (ACCEPTED, "Precondition", 0),
    ] {
        let simulated = small();
        let change = deletion(&invitation(&simulated, email));
        let outcome = made(&simulated, &change);
        assert_eq!(ended(&outcome), expected, "{outcome:?}");
        assert!(promised(&simulated, email).is_empty());
        match outcome {
            Ok(outcome) => {
                assert_eq!(outcome.replaced.len(), replaced);
                again(&simulated, &change);
            }
            Err(error) => assert_eq!(error.hint.as_deref(), Some("delete the user instead")),
        }
    }
}
