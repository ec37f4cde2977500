//! Looking for the grant that an id means.

use governance_contract::changes::GrantChange;
use governance_contract::ids;
use governance_contract::manifest::ResourceType;
use governance_contract::model::{Reference, Resource};

use super::choice::{Fit, fit};
use super::directory::Directory;
use super::error::{Candidate, NamingError};
use super::grammar::GrantReading;
use super::{Namer, grammar, reference};

impl<D: Directory> Namer<D> {
    /// Finds what a grant's id means where nothing is stored of it: reads it in
    /// every way, and keeps the readings of which both ends are there.
    ///
    /// # Errors
    /// It means none, several, or nobody knows.
    pub async fn grant(&self, id: &str) -> Result<GrantChange, NamingError> {
        let readings = grammar::grant(id, self.types());
        let mut found = Vec::new();
        for reading in &readings {
            found.extend(self.ends(reading).await?);
        }
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(last), false) => Err(NamingError::Ambiguous {
                wanted: id.to_owned(),
                candidates: found.iter().chain([&last]).map(candidate).collect(),
            }),
            (None, _) => Err(NamingError::Form {
                wanted: id.to_owned(),
                problem: "it is no grant that could be found".to_owned(),
                hint: "`harness list grants --json` shows the ids of grants; or name the \
                       entitlement and who holds it"
                    .to_owned(),
            }),
        }
    }

    /// Both ends of a reading, if they are there.
    async fn ends(
        &self,
        reading: &GrantReading<'_, '_>,
    ) -> Result<Option<GrantChange>, NamingError> {
        let on = self.with_id(reading.kind, reading.id, None).await?;
        let Some(on) = on else { return Ok(None) };
        let slug = reading.slug;
        let entitlement = present(self.with_slug(slug, reading.kind, &on, slug).await)?;
        let entitlement = entitlement.map(|it| it.entitlement);
        let Some(entitlement) = entitlement.filter(|it| it.slug == slug) else {
            return Ok(None);
        };
        let within = Some(&entitlement.resource);
        let to = self.with_id(reading.principal_kind, reading.principal_id, within);
        Ok(to.await?.map(|to| GrantChange {
            entitlement,
            principal: reference(&to),
            expires_at: None,
            hint: None,
        }))
    }

    async fn with_id(
        &self,
        kind: &ResourceType,
        id: &str,
        within: Option<&Reference>,
    ) -> Result<Option<Resource>, NamingError> {
        let found = present(self.of_type(kind, id, id, within).await)?;
        Ok(found.filter(|it| fit(it, id) == Some(Fit::Id)))
    }
}

/// What is there, unless it is known not to be.
fn present<T>(found: Result<T, NamingError>) -> Result<Option<T>, NamingError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(NamingError::NotFound { .. } | NamingError::Form { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn candidate(change: &GrantChange) -> Candidate {
    let (on, to) = (&change.entitlement.resource.id, &change.principal.id);
    Candidate {
        resource_type: "grant".to_owned(),
        id: ids::entitlement(on, &change.entitlement.slug),
        name: format!("{}:{}", to.resource_type, to.id),
        parent: None,
    }
}
