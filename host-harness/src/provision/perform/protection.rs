//! What protection has to ask the service for: whose the protected addresses
//! are, and whose a secret is. What cannot be found out is refused.

use governance_contract::changes::ChangeRequest;
use governance_contract::connector::{Lookup, Page};
use governance_contract::faults::ErrorKind;
use governance_contract::model::{Gap, Reference, Subject};

use super::{Plan, Protected, ProvisionError, Provisioner, Touches};
use crate::error::CallError;

/// The natural key that accounts are found by.
const EMAIL: &str = "email";

/// A lookup finds one resource; more pages than this lead nowhere.
const PAGES: usize = 1_000;

impl Provisioner {
    pub(super) async fn check_protection(&self, touches: &Touches) -> Result<(), ProvisionError> {
        if self.options.protected.is_empty() {
            return Ok(());
        }
        let protected = self.protected.get_or_try_init(|| self.resolve()).await?;
        Ok(protected.check(touches)?)
    }

    /// All that a planned change touches.
    pub(super) async fn touches(&self, plan: &Plan) -> Result<Touches, ProvisionError> {
        let mut touches = Touches::of_request(&plan.change);
        touches.outcome(&plan.outcome);
        if self.options.protected.is_empty() {
            return Ok(touches);
        }
        for named in named(&plan.change) {
            if !self.is_somebodys(&named.id.resource_type) {
                continue;
            }
            for resource in &self.read(named).await?.resources {
                if resource.id == named.id {
                    touches.resource(resource);
                }
            }
        }
        Ok(touches)
    }

    async fn read(&self, of: &Reference) -> Result<Page, CallError> {
        let now = (self.options.clock)();
        found(self.connection.get_resource(now, of).await)
    }

    /// Finds the accounts of the protected addresses.
    async fn resolve(&self) -> Result<Protected, ProvisionError> {
        let mut protected = self.options.protected.clone();
        let emails: Vec<String> = protected.emails().map(str::to_owned).collect();
        let kinds = &self.connection.description().resource_types;
        let kinds = kinds
            .iter()
            .filter(|it| it.lookups.iter().any(|key| key == EMAIL));
        for kind in kinds {
            for email in &emails {
                self.find(&kind.id, email, &mut protected).await?;
            }
        }
        Ok(protected)
    }

    async fn find(
        &self,
        kind: &str,
        email: &str,
        protected: &mut Protected,
    ) -> Result<(), ProvisionError> {
        let lookup = Lookup {
            key: EMAIL.to_owned(),
            value: email.to_owned(),
        };
        let mut tokens = vec![None];
        for _ in 0..PAGES {
            let Some(token) = tokens.pop() else {
                return Ok(());
            };
            let now = (self.options.clock)();
            let token: Option<String> = token;
            let listing =
                self.connection
                    .list_resources(now, kind, None, Some(&lookup), token.as_deref());
            let page = found(listing.await)?;
            // Who holds what there does not matter.
            let leaves_open = |gap: &&Gap| gap.scope.is_about(Subject::Resources, kind);
            if let Some(gap) = page.gaps.iter().find(leaves_open) {
                return Err(ProvisionError::Unfindable {
                    email: email.to_owned(),
                    detail: gap.detail.clone(),
                });
            }
            for account in &page.resources {
                protected.add(account);
            }
            tokens.extend(page.next.into_iter().map(|it| Some(it.token)));
        }
        Err(ProvisionError::Unfindable {
            email: email.to_owned(),
            detail: "the listing does not end".to_owned(),
        })
    }
}

/// What a change names that is there already.
fn named(change: &ChangeRequest) -> impl Iterator<Item = &Reference> {
    let principal = match change {
        ChangeRequest::Grant(it) | ChangeRequest::Revoke(it) => Some(&it.principal),
        _ => None,
    };
    change.target().into_iter().chain(principal)
}

/// What does not exist has no facts.
fn found(page: Result<Page, CallError>) -> Result<Page, CallError> {
    match page {
        Err(error) if error.kind() == Some(&ErrorKind::NotFound) => Ok(Page::default()),
        other => other,
    }
}
