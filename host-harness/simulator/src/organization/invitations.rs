//! Invitations: the only way into the organization.
//!
//! | state | until | may be |
//! |---|---|---|
//! | pending | it is accepted, or the clock reaches `expires_at` | accepted, deleted |
//! | expired | it is deleted | deleted |
//! | accepted | for ever: it stays listed | nothing |

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    Action, Identified, Organization, OrganizationRole, ProjectRole, Reason, Refusal, same_email,
};
use crate::clock::DAY;
use crate::quirks::Quirks;

/// How long an invitation can be accepted, in seconds. The service's own
/// measure is not documented.
pub(crate) const LIFETIME: u64 = 7 * DAY;

/// Times are Unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invitation {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) role: OrganizationRole,
    pub(crate) projects: Vec<ProjectInvitation>,
    pub(crate) created_at: u64,
    pub(crate) expires_at: u64,
    pub(crate) accepted_at: Option<u64>,
}

/// A project that the invited person joins on acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProjectInvitation {
    pub(crate) id: String,
    /// `member` or `owner`.
    pub(crate) role: String,
}

/// Where an invitation stands at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Expired,
    Accepted,
}

/// Who is invited to what.
#[derive(Debug)]
pub(crate) struct InvitationRequest {
    pub(crate) email: String,
    pub(crate) role: OrganizationRole,
    /// `None` stands for the default project, an empty list for none.
    pub(crate) projects: Option<Vec<ProjectInvitation>>,
}

impl Identified for Invitation {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Invitation {
    pub(crate) fn status(&self, now: u64) -> Status {
        match self.accepted_at {
            Some(_) => Status::Accepted,
            None if now >= self.expires_at => Status::Expired,
            None => Status::Pending,
        }
    }

    pub(crate) fn is_pending(&self, now: u64) -> bool {
        self.status(now) == Status::Pending
    }
}

impl Organization {
    /// Adds an invitation without asking the rules.
    pub(crate) fn add_invitation(
        &mut self,
        request: InvitationRequest,
        created_at: u64,
    ) -> &mut Invitation {
        let id = self.new_id("invite-");
        let default_project = ProjectInvitation {
            id: self.default_project.clone(),
            role: "member".to_owned(),
        };
        self.invitations.add(Invitation {
            id,
            email: request.email,
            role: request.role,
            projects: request.projects.unwrap_or_else(|| vec![default_project]),
            created_at,
            expires_at: created_at.saturating_add(LIFETIME),
            accepted_at: None,
        })
    }

    pub(crate) fn invitation(&self, id: &str) -> Result<&Invitation, Refusal> {
        self.invitations
            .get(id)
            .ok_or_else(|| Reason::NoSuchInvitation(id.to_owned()).not_found())
    }

    pub(crate) fn invite(
        &mut self,
        request: InvitationRequest,
        now: u64,
        quirks: &Quirks,
    ) -> Result<&Invitation, Refusal> {
        let email = &request.email;
        Reason::NoPaymentMethod.unless_allowed(quirks.any_invite)?;
        if self.users.iter().any(|user| user.has_email(email)) {
            Reason::AlreadyMember(email.clone()).unless_allowed(quirks.invite_of_a_member)?;
        }
        if self.pending_invitation(email, now).is_some() {
            Reason::AlreadyInvited(email.clone()).unless_allowed(quirks.second_pending_invite)?;
        }
        for project in request.projects.iter().flatten() {
            if self.live_project(&project.id).is_err() {
                let reason = Reason::NoSuchProject(project.id.clone());
                reason.unless_allowed(quirks.writing.invited_project_unknown)?;
            }
        }
        Ok(self.add_invitation(request, now))
    }

    pub(crate) fn delete_invitation(&mut self, id: &str, quirks: &Quirks) -> Result<(), Refusal> {
        if self.invitation(id)?.accepted_at.is_some() {
            let status = quirks.deletion_of_an_accepted_invite;
            return Err(Reason::AlreadyAccepted(id.to_owned()).with(status));
        }
        self.invitations.remove(id);
        Ok(())
    }

    /// Accepts the invitation of that id, or the pending one of that e-mail.
    /// The person becomes a user of that role, in the projects that it names; one
    /// who was a user already keeps the role that they have. Answers the user's id.
    pub(crate) fn accept(
        &mut self,
        id_or_email: &str,
        name: Option<String>,
        now: u64,
        quirks: &Quirks,
    ) -> Result<String, Refusal> {
        let pending = self.pending_invitation(id_or_email, now);
        let id = pending.map_or(id_or_email, |found| &found.id).to_owned();
        let missing = || Reason::NoSuchInvitation(id.clone()).not_found();
        let invitation = self.invitations.get_mut(&id).ok_or_else(missing)?;
        if !invitation.is_pending(now) {
            return Err(Reason::NotPending(id).with(StatusCode::CONFLICT));
        }
        invitation.accepted_at = Some(now);
        let (email, role) = (invitation.email.clone(), invitation.role);
        let promised = invitation.projects.clone();
        let user = self.admit(email, name, role, now);
        self.log_of_person(&user, now, &id, Action::InviteAccepted);
        if quirks.writing.invited_projects_joined {
            self.join(&user, &promised, now);
        }
        Ok(user)
    }

    /// Puts a user into the projects that an invitation promised, as far as
    /// they are still there.
    fn join(&mut self, user: &str, promised: &[ProjectInvitation], now: u64) {
        for promise in promised {
            let project = self.projects.get_mut(&promise.id);
            if let Some(project) = project.filter(|project| project.is_live()) {
                let mut classic = ProjectRole::CLASSIC.into_iter();
                let role = classic.find(|role| role.name() == promise.role);
                project.put_user(user, role, now);
            }
        }
    }

    fn admit(
        &mut self,
        email: String,
        name: Option<String>,
        role: OrganizationRole,
        now: u64,
    ) -> String {
        if let Some(member) = self.users.iter().find(|user| user.has_email(&email)) {
            return member.id.clone();
        }
        let user = self.add_user(role, now);
        user.email = Some(email);
        user.name = name;
        let id = user.id.clone();
        let role = Some(role.name());
        self.log_of_person(&id, now, &id, Action::UserAdded { role });
        id
    }

    fn pending_invitation(&self, email: &str, now: u64) -> Option<&Invitation> {
        self.invitations
            .iter()
            .find(|row| row.is_pending(now) && same_email(&row.email, email))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirks::Ruling;

    const NOW: u64 = 1_700_000_000;

    fn request(email: &str) -> InvitationRequest {
        InvitationRequest {
            email: email.to_owned(),
            role: OrganizationRole::Reader,
            projects: None,
        }
    }

    fn invited(email: &str) -> (Organization, String) {
        let mut organization = Organization::new(1);
        let invitation = organization.invite(request(email), NOW, &Quirks::default());
        let id = invitation.unwrap().id.clone();
        (organization, id)
    }

    #[test]
    fn an_invitation_is_pending_until_its_week_is_over_or_it_is_accepted() {
        let cases = [
            (None, NOW, Status::Pending),
            (None, NOW + LIFETIME - 1, Status::Pending),
            (None, NOW + LIFETIME, Status::Expired),
            (Some(NOW + DAY), NOW + LIFETIME, Status::Accepted),
        ];
        for (accepted_at, now, expected) in cases {
            let (mut organization, id) = invited("ada@example.com");
            if let Some(time) = accepted_at {
                organization
                    .accept(&id, None, time, &Quirks::default())
                    .unwrap();
            }
            assert_eq!(organization.invitation(&id).unwrap().status(now), expected);
        }
    }

    #[test]
    fn accepting_makes_a_user_of_the_invited_role() {
        for key in ["id", "e-mail", "E-MAIL"] {
            let (mut organization, id) = invited("Ada@Example.com");
            let key = match key {
                "id" => id.as_str(),
                "e-mail" => "Ada@Example.com",
                _ => "ADA@EXAMPLE.COM",
            };
            let user = organization
                .accept(key, Some("Ada".to_owned()), NOW + 5, &Quirks::default())
                .unwrap();
            let user = organization.user(&user).unwrap();
            assert_eq!(user.email.as_deref(), Some("Ada@Example.com"));
            assert_eq!(user.role, Some(OrganizationRole::Reader));
            assert_eq!(user.added_at, NOW + 5);
        }
    }

    #[test]
    fn only_a_pending_invitation_can_be_accepted() {
        let (mut organization, id) = invited("ada@example.com");
        let late = organization.accept(&id, None, NOW + LIFETIME, &Quirks::default());
        assert_eq!(
            late,
            Err(Reason::NotPending(id.clone()).with(StatusCode::CONFLICT))
        );
        organization
            .accept(&id, None, NOW, &Quirks::default())
            .unwrap();
        assert!(
            organization
                .accept(&id, None, NOW, &Quirks::default())
                .is_err()
        );
        assert_eq!(
            organization.accept("nobody@example.com", None, NOW, &Quirks::default()),
            Err(Reason::NoSuchInvitation("nobody@example.com".to_owned()).not_found())
        );
    }

    #[test]
    fn an_accepted_invitation_cannot_be_deleted_and_the_others_can() {
        let quirks = Quirks::default();
        let (mut organization, id) = invited("ada@example.com");
        assert_eq!(organization.delete_invitation(&id, &quirks), Ok(()));
        let (mut organization, id) = invited("ada@example.com");
        organization
            .accept(&id, None, NOW, &Quirks::default())
            .unwrap();
        let refusal = Reason::AlreadyAccepted(id.clone()).with(StatusCode::BAD_REQUEST);
        assert_eq!(organization.delete_invitation(&id, &quirks), Err(refusal));
        assert!(organization.invitation(&id).is_ok());
    }

    #[test]
    fn who_is_invited_or_a_member_is_not_invited_again_unless_a_switch_allows_it() {
        let lenient = Quirks {
            invite_of_a_member: Ruling::Allowed,
            second_pending_invite: Ruling::Allowed,
            ..Quirks::default()
        };
        for (quirks, allowed) in [(Quirks::default(), false), (lenient, true)] {
            let (mut organization, id) = invited("ada@example.com");
            let second = organization.invite(request("ADA@example.com"), NOW, &quirks);
            assert_eq!(second.is_ok(), allowed);
            organization
                .accept(&id, None, NOW, &Quirks::default())
                .unwrap();
            let member = organization.invite(request("Ada@Example.Com"), NOW, &quirks);
            assert_eq!(member.is_ok(), allowed);
            assert_eq!(organization.users.iter().count(), 1);
        }
    }

    #[test]
    fn an_expired_invitation_is_in_nobodys_way() {
        let (mut organization, _) = invited("ada@example.com");
        let again = request("ada@example.com");
        let later = NOW + LIFETIME;
        assert!(
            organization
                .invite(again, later, &Quirks::default())
                .is_ok()
        );
    }

    #[test]
    fn an_invitation_without_projects_is_one_to_the_default_project() {
        let mut organization = Organization::new(1);
        let default = organization.default_project.clone();
        let cases = [(None, vec![default.as_str()]), (Some(vec![]), vec![])];
        for (projects, expected) in cases {
            let request = InvitationRequest {
                projects,
                ..request("ada@example.com")
            };
            let invitation = organization.add_invitation(request, NOW);
            let ids = invitation
                .projects
                .iter()
                .map(|project| project.id.as_str());
            assert_eq!(ids.collect::<Vec<_>>(), expected);
        }
    }
}
