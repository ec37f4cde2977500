//! From a sync to the rows of a review.
//!
//! | the sync holds | the review has |
//! |---|---|
//! | a direct grant, or one of which the service does not tell | a row |
//! | a pending grant | a row, marked so |
//! | a grant that cannot be revoked | a row, with the reason |
//! | an inherited grant that other grants explain | no row: it is among the consequences of those |
//! | an inherited grant that nothing explains | a row that says through what; it cannot be decided on |
//! | a rule of the service: it cannot be revoked, and gives to whoever holds something else | no row: what it gives is among the consequences of that |

use std::collections::BTreeMap;

use governance_store::access::Entitlement;
use governance_store::{
    EntitlementFilter, GapFilter, GapRow, GrantFilter, GrantRow, Moment, NamedResource,
    ResourceFilter, ResourceRow, Store, StoreError, SyncRow,
};

use crate::ReviewError;
use crate::columns::{Facts, Head, VERSION};
use crate::consequences::Consequences;

/// So many gaps are told in the head.
const GAPS_TOLD: usize = 20;

/// Which grants. What is not given narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct ReviewFilter {
    /// Of this connection. Needed where there are several.
    pub connection: Option<String>,
    /// On resources of this type.
    pub resource_type: Option<String>,
    /// Held by the one with this id, alias or e-mail address.
    pub user: Option<String>,
    /// Of the entitlement with this id.
    pub entitlement: Option<String>,
}

/// A review that nobody has decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// What it is of.
    pub head: Head,
    /// A row for each grant, by resource, entitlement and principal.
    pub rows: Vec<Facts>,
    /// How many rules of the service have no row.
    pub rules: usize,
}

/// What is told of a resource.
pub(crate) struct Told {
    pub(crate) name: String,
    email: String,
    status: String,
    last_activity: String,
}

/// All that is told of what grants are between.
#[derive(Default)]
pub(crate) struct Directory {
    resources: BTreeMap<NamedResource, Told>,
    entitlements: BTreeMap<String, String>,
}

/// Gathers what is to be reviewed from the current sync of a connection. What is
/// not known is told with `words` for each gap.
///
/// # Errors
/// The database cannot be asked, has several connections, or no such grant.
pub fn gather(
    store: &Store,
    filter: &ReviewFilter,
    words: impl Fn(&GapRow) -> String,
) -> Result<Export, ReviewError> {
    let sync = store.current_sync(filter.connection.as_deref())?;
    let directory = Directory::read(store, &sync)?;
    let (rules, grants): (Vec<_>, Vec<_>) =
        grants(store, &sync, filter)?.into_iter().partition(is_rule);
    let consequences = Consequences::of(store, &sync, &grants, &directory)?;
    // Each grant makes room for its row: there may be a million.
    let rows: Vec<_> = grants
        .into_iter()
        .filter(|it| !consequences.is_explained(it))
        .map(|grant| directory.facts(&grant, consequences.of_grant(&grant)))
        .collect();
    if rows.is_empty() {
        return Err(ReviewError::NoGrants(scope(filter)));
    }
    let head = Head {
        review: VERSION.to_owned(),
        connector: sync.connector.clone(),
        tenant: sync.tenant.clone().unwrap_or_default(),
        sync: sync.id.0.to_string(),
        synced_at: sync.started_at.to_string(),
        scope: scope(filter),
        unknown: unknown(store, &sync, words)?,
        rows: rows.len().to_string(),
        sync_digest: store.digest(sync.id)?,
        connection: sync.connection,
    };
    Ok(Export {
        head,
        rows,
        rules: rules.len(),
    })
}

fn grants(
    store: &Store,
    sync: &SyncRow,
    filter: &ReviewFilter,
) -> Result<Vec<GrantRow>, StoreError> {
    let filter = GrantFilter {
        connection: Some(sync.connection.clone()),
        resource_type: filter.resource_type.clone(),
        resource: None,
        entitlement: filter.entitlement.clone(),
        principal: filter.user.clone(),
    };
    let mut grants = Vec::new();
    store.grants(&filter, |grant| {
        grants.push(grant);
        Ok::<_, StoreError>(())
    })?;
    Ok(grants)
}

/// Nobody gave it, and nobody can take it.
fn is_rule(grant: &GrantRow) -> bool {
    grant.immutable.is_some() && !grant.expands.is_empty()
}

fn scope(filter: &ReviewFilter) -> String {
    let parts = [
        ("on resources of type ", &filter.resource_type),
        ("of the entitlement ", &filter.entitlement),
        ("held by ", &filter.user),
    ];
    let given = parts
        .iter()
        .filter_map(|(link, part)| Some(format!("{link}{}", part.as_ref()?)));
    match given.collect::<Vec<_>>() {
        none if none.is_empty() => "everything".to_owned(),
        some => some.join(", "),
    }
}

/// What may be held besides.
fn unknown(
    store: &Store,
    sync: &SyncRow,
    words: impl Fn(&GapRow) -> String,
) -> Result<String, StoreError> {
    let of_sync = GapFilter {
        connection: Some(sync.connection.clone()),
        resource_type: None,
    };
    let mut told = Vec::new();
    if !sync.asked.is_everything() {
        told.push(format!("the sync asked only for {}", sync.asked));
    }
    let mut gaps = 0;
    store.gaps(&of_sync, |gap| {
        gaps += 1;
        if gaps <= GAPS_TOLD {
            told.push(format!("{} ({})", words(&gap), gap.reason));
        }
        Ok::<_, StoreError>(())
    })?;
    if gaps > GAPS_TOLD {
        told.push(format!("and {} more", gaps - GAPS_TOLD));
    }
    Ok(told.join("; "))
}

impl Directory {
    fn read(store: &Store, sync: &SyncRow) -> Result<Self, StoreError> {
        let mut directory = Self::default();
        let resources = ResourceFilter {
            connection: Some(sync.connection.clone()),
            ..ResourceFilter::default()
        };
        store.resources(&resources, |row| {
            let key = NamedResource {
                resource_type: row.resource_type.clone(),
                id: row.id.clone(),
            };
            directory.resources.insert(key, told(row));
            Ok::<_, StoreError>(())
        })?;
        let entitlements = EntitlementFilter {
            connection: Some(sync.connection.clone()),
            ..EntitlementFilter::default()
        };
        store.entitlements(&entitlements, |row| {
            directory.entitlements.insert(row.id, row.name);
            Ok::<_, StoreError>(())
        })?;
        Ok(directory)
    }

    /// A resource for people: its name and its id.
    pub(crate) fn resource(&self, resource: &NamedResource) -> String {
        let id = format!("{}:{}", resource.resource_type, resource.id);
        match self.resources.get(resource) {
            Some(told) if !told.name.is_empty() => format!("{} ({id})", told.name),
            _ => id,
        }
    }

    /// An entitlement for people.
    pub(crate) fn entitlement(&self, entitlement: &Entitlement) -> String {
        let Entitlement { resource, slug } = entitlement;
        let id = format!("{}:{}:{slug}", resource.resource_type, resource.id);
        let name = self.entitlements.get(&id).unwrap_or(slug);
        format!("{name} on {}", self.resource(resource))
    }

    fn facts(&self, grant: &GrantRow, consequences: String) -> Facts {
        let (on, principal) = (on(grant), principal(grant));
        let who = self.resources.get(&principal);
        let text = |get: fn(&Told) -> &String| who.map(get).cloned().unwrap_or_default();
        let name = |it: &Told| it.name.clone();
        let entitlement = self.entitlements.get(&grant.entitlement_id);
        Facts {
            person: text(|it| &it.name),
            email: text(|it| &it.email),
            status: text(|it| &it.status),
            last_activity: text(|it| &it.last_activity),
            resource: self.resources.get(&on).map(name).unwrap_or_default(),
            entitlement: entitlement.unwrap_or(&grant.slug).clone(),
            how: self.how(grant),
            pending: if grant.pending { "yes" } else { "no" }.to_owned(),
            expires_at: grant
                .expires_at
                .as_ref()
                .map(Moment::to_string)
                .unwrap_or_default(),
            immutable: grant.immutable.clone().unwrap_or_default(),
            consequences,
            principal_type: principal.resource_type,
            principal_id: principal.id,
            resource_type: on.resource_type,
            resource_id: on.id,
            slug: grant.slug.clone(),
        }
    }

    fn how(&self, grant: &GrantRow) -> String {
        match grant.directness.as_str() {
            "inherited" if grant.sources.is_empty() => "through something that is not told".into(),
            "inherited" => {
                let sources: Vec<_> = grant.sources.iter().map(|it| self.resource(it)).collect();
                format!("through {}", sources.join(", "))
            }
            "not-told" => "not told".to_owned(),
            other => other.to_owned(),
        }
    }
}

fn told(row: ResourceRow) -> Told {
    let main = row
        .emails
        .iter()
        .find(|it| it.primary)
        .or(row.emails.first());
    let used = row.last_use.map(|it| format!("{} {}", it.using, it.at));
    Told {
        email: main.map(|it| it.address.clone()).unwrap_or_default(),
        last_activity: used.unwrap_or_default(),
        name: row.name,
        status: row.status,
    }
}

/// What a grant is held on.
pub(crate) fn on(grant: &GrantRow) -> NamedResource {
    NamedResource {
        resource_type: grant.resource_type.clone(),
        id: grant.resource_id.clone(),
    }
}

/// Who holds a grant.
pub(crate) fn principal(grant: &GrantRow) -> NamedResource {
    NamedResource {
        resource_type: grant.principal_type.clone(),
        id: grant.principal_id.clone(),
    }
}

#[cfg(test)]
mod tests;
