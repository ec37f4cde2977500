//! Membership and the organization's classic roles, person by person.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::organization::{Invitation, Organization, OrganizationRole, User};

/// What the rules say about one person (or service account). Times are Unix
/// seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The user's id, or the invitation's for somebody who is only invited.
    pub id: String,
    /// As the service stores it.
    pub email: Option<String>,
    /// `None` for somebody who is only invited.
    pub name: Option<String>,
    /// Not a human being.
    pub service_account: bool,
    /// A member who is banned keeps membership and role, and can use neither.
    pub banned: bool,
    /// In the organization, whatever the role. Somebody invited is not.
    pub member: bool,
    /// The classic role held now. An invitation gives none before it is accepted.
    pub organization_role: Option<OrganizationRole>,
    /// The role that a live invitation promises.
    pub pending_role: Option<OrganizationRole>,
    /// When the live invitation expires.
    pub pending_until: Option<u64>,
}

/// Every user, then everybody else who has a live invitation; each once, an
/// e-mail standing for one person whatever its case. Of several live
/// invitations to one address the one that lasts longest counts.
pub(crate) fn people(organization: &Organization, now: u64) -> Vec<Person> {
    let mut invited: HashMap<String, &Invitation> = HashMap::new();
    for invitation in organization.invitations.iter() {
        if invitation.is_pending(now) {
            let known = invited
                .entry(invitation.email.to_lowercase())
                .or_insert(invitation);
            if invitation.expires_at > known.expires_at {
                *known = invitation;
            }
        }
    }
    let members = organization.users.iter().map(|user| {
        let email = user.email.as_deref().map(str::to_lowercase);
        member(user, email.and_then(|email| invited.remove(&email)))
    });
    let mut people: Vec<Person> = members.collect();
    let mut others: Vec<&Invitation> = invited.into_values().collect();
    others.sort_by(|left, right| (left.created_at, &left.id).cmp(&(right.created_at, &right.id)));
    people.extend(others.into_iter().map(invitee));
    people
}

fn member(user: &User, invitation: Option<&Invitation>) -> Person {
    Person {
        id: user.id.clone(),
        email: user.email.clone(),
        name: user.name.clone(),
        service_account: user.is_service_account,
        banned: user.banned_at.is_some(),
        member: true,
        organization_role: user.role,
        pending_role: invitation.map(|invitation| invitation.role),
        pending_until: invitation.map(|invitation| invitation.expires_at),
    }
}

fn invitee(invitation: &Invitation) -> Person {
    Person {
        id: invitation.id.clone(),
        email: Some(invitation.email.clone()),
        name: None,
        service_account: false,
        banned: false,
        member: false,
        organization_role: None,
        pending_role: Some(invitation.role),
        pending_until: Some(invitation.expires_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;
    use crate::organization::InvitationRequest;

    const NOW: u64 = 1_700_000_000;

    fn invite(organization: &mut Organization, email: &str, at: u64) -> String {
        let request = InvitationRequest {
            email: email.to_owned(),
            role: OrganizationRole::Owner,
            projects: None,
        };
        organization.add_invitation(request, at).id.clone()
    }

    #[test]
    fn an_invitation_gives_nothing_before_it_is_accepted() {
        let mut organization = Organization::new(1);
        let id = invite(&mut organization, "ada@example.com", NOW);
        let [person] = &people(&organization, NOW)[..] else {
            panic!("one person");
        };
        assert!(!person.member);
        assert_eq!(person.organization_role, None);
        assert_eq!(person.pending_role, Some(OrganizationRole::Owner));
        assert_eq!(person.pending_until, Some(NOW + 7 * DAY));
        let user = organization
            .accept(&id, None, NOW, &crate::Quirks::default())
            .unwrap();
        let [person] = &people(&organization, NOW)[..] else {
            panic!("one person");
        };
        assert_eq!(person.id, user);
        assert_eq!(person.organization_role, Some(OrganizationRole::Owner));
        assert_eq!(person.pending_until, None);
    }

    #[test]
    fn an_expired_invitation_makes_nobody_a_person() {
        let mut organization = Organization::new(1);
        invite(&mut organization, "ada@example.com", NOW - 7 * DAY);
        assert_eq!(people(&organization, NOW), []);
    }

    #[test]
    fn one_address_is_one_person() {
        let mut organization = Organization::new(1);
        let user = organization.add_user(OrganizationRole::Reader, NOW);
        user.email = Some("Ada@Example.com".to_owned());
        invite(&mut organization, "ADA@example.com", NOW - DAY);
        invite(&mut organization, "ada@example.com", NOW);
        invite(&mut organization, "grace@example.com", NOW - DAY);
        invite(&mut organization, "Grace@example.com", NOW);
        let people = people(&organization, NOW);
        let seen: Vec<_> = people
            .iter()
            .map(|person| (person.member, person.pending_until))
            .collect();
        let until = Some(NOW + 7 * DAY);
        assert_eq!(seen, [(true, until), (false, until)]);
    }
}
