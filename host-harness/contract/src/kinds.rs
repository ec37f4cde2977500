//! What a change is, and what it is done to.

use crate::changes::ChangeRequest;
use crate::manifest::{ChangeKind, Description, OfferedChange};
use crate::model::Reference;

impl ChangeRequest {
    /// The kind that a resource type offers it as.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Grant(_) => ChangeKind::Grant,
            Self::Revoke(_) => ChangeKind::Revoke,
            Self::CreateAccount(_) => ChangeKind::CreateAccount,
            Self::SetAccountStatus(_) => ChangeKind::SetAccountStatus,
            Self::CreateResource(_) => ChangeKind::CreateResource,
            Self::UpdateResource(_) => ChangeKind::UpdateResource,
            Self::DeleteResource(_) => ChangeKind::DeleteResource,
            Self::ResendInvitation(_) => ChangeKind::ResendInvitation,
        }
    }

    /// The existing resource that it is done to: of a grant, what the
    /// entitlement is on. None where it makes a new one.
    pub fn target(&self) -> Option<&Reference> {
        match self {
            Self::Grant(it) | Self::Revoke(it) => Some(&it.entitlement.resource),
            Self::SetAccountStatus(it) => Some(&it.account),
            Self::UpdateResource(it) => Some(&it.of),
            Self::DeleteResource(it) => Some(&it.of),
            Self::ResendInvitation(it) => Some(it),
            Self::CreateAccount(_) | Self::CreateResource(_) => None,
        }
    }

    /// The resource type that offers it.
    pub fn resource_type(&self) -> &str {
        match self {
            Self::CreateAccount(it) => &it.resource_type,
            Self::CreateResource(it) => &it.resource_type,
            _ => self.target().map_or("", |it| it.id.resource_type.as_str()),
        }
    }

    /// What the connector declares of it, if it offers it.
    pub fn offered<'a>(&self, description: &'a Description) -> Option<&'a OfferedChange> {
        let kinds = &description.resource_types;
        let offering = kinds.iter().find(|it| it.id == self.resource_type())?;
        offering.changes.iter().find(|it| it.kind == self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{changes, description, resource_type};

    #[test]
    fn a_change_is_offered_by_the_type_that_it_is_about() {
        for (request, of) in [
            (changes::grant(), "project"),
            (changes::revoke(), "project"),
            (changes::create_account(), "user"),
            (changes::set_account_status(), "user"),
            (changes::create_resource(), "project"),
            (changes::update_resource(), "project"),
            (changes::delete_resource(), "project"),
            (changes::resend_invitation(), "invitation"),
        ] {
            let offered = OfferedChange {
                kind: request.kind(),
                fields: Vec::new(),
                guard: Some("the guard".into()),
                permissions: Vec::new(),
            };
            let mut offering = resource_type(of);
            offering.changes.push(offered.clone());
            assert_eq!(request.kind().name(), request.name());
            assert_eq!(
                request.offered(&description(vec![offering])),
                Some(&offered)
            );
            assert_eq!(request.offered(&description(vec![resource_type(of)])), None);
        }
    }
}
