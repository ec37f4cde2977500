//! From a change as people write it to one that the connector can be asked for.

use governance_contract::changes::{
    AccountCreation, ChangeRequest, GrantChange, ResourceCreation, ResourceDeletion,
    ResourceUpdate, StatusChange,
};
use governance_contract::manifest::{ChangeKind, ResourceTrait, ResourceType};
use governance_contract::model::{EntitlementReference, Reference, Resource};
use serde_json::Value;

use super::directory::Directory;
use super::error::NamingError;
use super::{Among, NamedEntitlement, Namer, grammar, reference};
use crate::provision::desired::{Attributes, Desired, Held, Revoked};

impl<D: Directory> Namer<D> {
    /// Finds what a change names. A revocation by a grant's id is looked up as
    /// [`Namer::grant`] does; whoever has stored it asks there first.
    ///
    /// # Errors
    /// A name means nothing, several things, or nobody knows.
    pub async fn change(&self, desired: &Desired) -> Result<ChangeRequest, NamingError> {
        Ok(match desired {
            Desired::Grant {
                entitlement,
                principal,
            } => ChangeRequest::Grant(self.held(entitlement, principal).await?),
            Desired::Revoke(Revoked::Held(Held {
                entitlement,
                principal,
            })) => ChangeRequest::Revoke(self.held_until_now(entitlement, principal).await?),
            Desired::Revoke(Revoked::Grant(by_id)) => {
                ChangeRequest::Revoke(self.grant(&by_id.grant).await?)
            }
            Desired::CreateAccount {
                email,
                resource_type,
                name,
                entitlements,
                attributes,
            } => ChangeRequest::CreateAccount(AccountCreation {
                resource_type: self.account_type(email, resource_type.as_deref())?,
                email: email.clone(),
                name: name.clone(),
                entitlements: self.entitlements(entitlements).await?,
                attributes: as_text(attributes),
            }),
            Desired::SetAccountStatus { of, status } => {
                ChangeRequest::SetAccountStatus(StatusChange {
                    account: self.target(of, desired.kind()).await?,
                    status: (*status).into(),
                })
            }
            Desired::CreateResource {
                resource_type,
                name,
                parent,
                attributes,
            } => ChangeRequest::CreateResource(ResourceCreation {
                parent: self.parent_of_new(resource_type, parent.as_deref()).await?,
                resource_type: resource_type.clone(),
                name: name.clone(),
                attributes: as_text(attributes),
            }),
            Desired::UpdateResource {
                of,
                name,
                attributes,
            } => ChangeRequest::UpdateResource(ResourceUpdate {
                of: self.target(of, desired.kind()).await?,
                name: name.clone(),
                attributes: as_text(attributes),
            }),
            Desired::DeleteResource { of, attributes } => {
                ChangeRequest::DeleteResource(ResourceDeletion {
                    of: self.ending(of, desired.kind()).await?,
                    attributes: as_text(attributes),
                })
            }
            Desired::ResendInvitation { of } => {
                ChangeRequest::ResendInvitation(self.target(of, desired.kind()).await?)
            }
        })
    }

    /// Finds an entitlement, and who is to hold it.
    ///
    /// # Errors
    /// A name means nothing, several things, or nobody knows.
    pub async fn held(
        &self,
        entitlement: &str,
        principal: &str,
    ) -> Result<GrantChange, NamingError> {
        let named = self.entitlement(entitlement).await?;
        let among = self.holders(&named);
        let principal = reference(&self.resource(principal, &among).await?);
        Ok(grant_change(named, principal))
    }

    /// The same of what is to be revoked: who is gone may have held it.
    async fn held_until_now(
        &self,
        entitlement: &str,
        principal: &str,
    ) -> Result<GrantChange, NamingError> {
        let named = self.entitlement(entitlement).await?;
        let among = self.holders(&named);
        let found = self.resource(principal, &among).await;
        let principal = self.or_gone(found, principal, &among).await?;
        Ok(grant_change(named, principal))
    }

    /// Who can hold an entitlement.
    fn holders(&self, named: &NamedEntitlement) -> Among<'_> {
        let types = named.grantable_to.iter().filter_map(|id| self.kind(id));
        let mut among = Among {
            types: types.collect(),
            or_by_email: Vec::new(),
            within: Some(named.entitlement.resource.clone()),
        };
        // An invited person cannot hold it, which the connector says better than
        // that there is nobody.
        among.or_by_email = self.other_accounts(&among.types);
        among
    }

    fn other_accounts(&self, types: &[&ResourceType]) -> Vec<&ResourceType> {
        let is_other = |kind: &&ResourceType| {
            kind.traits.contains(&ResourceTrait::User) && !types.iter().any(|it| it.id == kind.id)
        };
        self.types().iter().filter(is_other).collect()
    }

    async fn entitlements(
        &self,
        names: &[String],
    ) -> Result<Vec<EntitlementReference>, NamingError> {
        let mut found = Vec::new();
        for name in names {
            found.push(self.entitlement(name).await?.entitlement);
        }
        Ok(found)
    }

    /// The type that new accounts are of.
    fn account_type(&self, email: &str, given: Option<&str>) -> Result<String, NamingError> {
        if let Some(given) = given {
            let known = self.kind(given).map(|kind| kind.id.clone());
            return known.ok_or_else(|| self.unknown_type(given, "there is no such type"));
        }
        match self.offering(ChangeKind::CreateAccount).as_slice() {
            [only] => Ok(only.id.clone()),
            [] => {
                let problem = "this connector creates no accounts";
                Err(self.unknown_type(email, problem))
            }
            several => {
                let types: Vec<_> = several.iter().map(|it| it.id.as_str()).collect();
                Err(NamingError::Form {
                    wanted: email.to_owned(),
                    problem: "it does not say which type of account".to_owned(),
                    hint: format!(
                        "give a type; those that can be created are: {}",
                        types.join(", ")
                    ),
                })
            }
        }
    }

    /// The types that offer a kind of change.
    fn offering(&self, kind: ChangeKind) -> Vec<&ResourceType> {
        let offers = |it: &&ResourceType| it.changes.iter().any(|change| change.kind == kind);
        self.types().iter().filter(offers).collect()
    }

    /// What is to end, be it there or not.
    async fn ending(&self, of: &str, kind: ChangeKind) -> Result<Reference, NamingError> {
        let found = self.resource_to(of, kind).await;
        let among = Among {
            types: self.offering(kind),
            ..Among::default()
        };
        self.or_gone(found, of, &among).await
    }

    /// What is not there is named by its text, taken for an id: so the connector
    /// says that it is gone, and a change that is asked for again is `no-op`.
    async fn or_gone(
        &self,
        found: Result<Resource, NamingError>,
        text: &str,
        among: &Among<'_>,
    ) -> Result<Reference, NamingError> {
        match found {
            Ok(found) => Ok(reference(&found)),
            Err(error @ NamingError::NotFound { .. }) => self.gone(text, among).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn target(&self, of: &str, kind: ChangeKind) -> Result<Reference, NamingError> {
        Ok(reference(&self.resource_to(of, kind).await?))
    }

    /// Finds the resource that a change of this kind is to be made of.
    ///
    /// # Errors
    /// The text means none, several, or nobody knows.
    pub async fn resource_to(&self, text: &str, kind: ChangeKind) -> Result<Resource, NamingError> {
        let types = self.offering(kind);
        if types.is_empty() && grammar::typed(text, self.types()).0.is_none() {
            let problem = format!("this connector offers no `{}`", kind.name());
            return Err(self.unknown_type(text, &problem));
        }
        let (lookups, others) = types
            .iter()
            .partition::<Vec<&ResourceType>, _>(|it| !it.lookups.is_empty());
        // A person who is there is meant rather than an invitation of old.
        let among = match grammar::is_email(text) && !lookups.is_empty() {
            true => Among {
                types: lookups,
                or_by_email: others,
                within: None,
            },
            false => Among {
                types,
                ..Among::default()
            },
        };
        self.resource(text, &among).await
    }

    async fn parent_of_new(
        &self,
        resource_type: &str,
        parent: Option<&str>,
    ) -> Result<Option<Reference>, NamingError> {
        let Some(kind) = self.kind(resource_type) else {
            return Err(self.unknown_type(resource_type, "there is no such type"));
        };
        let Some(parent) = parent else {
            return Ok(None);
        };
        let among = Among {
            types: self.parents_of(kind),
            ..Among::default()
        };
        Ok(Some(reference(&self.resource(parent, &among).await?)))
    }
}

fn grant_change(named: NamedEntitlement, principal: Reference) -> GrantChange {
    GrantChange {
        entitlement: named.entitlement,
        principal,
        expires_at: None,
        hint: None,
    }
}

fn as_text(attributes: &Attributes) -> String {
    Value::Object(attributes.clone()).to_string()
}
