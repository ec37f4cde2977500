//! What things are called, and what leads where: read once, asked often.

use std::collections::{BTreeMap, BTreeSet};

use governance_store::access::Entitlement;
use governance_store::{
    EntitlementFilter, Moment, NamedResource, ResourceFilter, ResourceRow, Store, StoreError,
    SyncRow,
};

use crate::label::{entitlement_id, label, reference};
use crate::{GrantFigures, SecretFigures, Shown};

const COUNTED: &str = "
SELECT count(*) FILTER (WHERE directness = 'direct') AS direct,
    count(*) FILTER (WHERE directness = 'inherited') AS inherited,
    count(*) FILTER (WHERE directness NOT IN ('direct', 'inherited')) AS not_told,
    count(*) FILTER (WHERE pending) AS pending
FROM grants WHERE sync = :sync";

const EXPANDING: &str = "
SELECT resource_type, resource_id, principal_type, principal_id
FROM grants WHERE sync = :sync AND json_array_length(expands_slugs) > 0";

/// What is known of a resource.
pub(crate) struct Known {
    /// As the page shows it.
    pub(crate) name: String,
    pub(crate) parent: Option<NamedResource>,
    pub(crate) status: String,
    /// Other resources belong to it.
    pub(crate) is_scope: bool,
}

/// What is known of an entitlement.
struct KnownEntitlement {
    name: String,
    owns: bool,
}

/// One sync's resources and entitlements.
pub(crate) struct Inventory {
    pub(crate) shown: Shown,
    pub(crate) resources: BTreeMap<NamedResource, Known>,
    entitlements: BTreeMap<String, KnownEntitlement>,
    /// The types on whose resources something can be held.
    entitled: BTreeSet<String>,
    /// From what is held to what its holders hold by that.
    leads_to: BTreeMap<NamedResource, BTreeSet<NamedResource>>,
    pub(crate) grants: GrantFigures,
    pub(crate) secrets: SecretFigures,
}

impl Inventory {
    pub(crate) fn read(store: &Store, sync: &SyncRow, shown: Shown) -> Result<Self, StoreError> {
        let mut inventory = Self {
            shown,
            resources: BTreeMap::new(),
            entitlements: BTreeMap::new(),
            entitled: BTreeSet::new(),
            leads_to: BTreeMap::new(),
            grants: GrantFigures::default(),
            secrets: SecretFigures::default(),
        };
        let connection = Some(sync.connection.clone());
        let read_at = sync.finished_at.unwrap_or(sync.started_at);
        let filter = ResourceFilter {
            connection: connection.clone(),
            ..ResourceFilter::default()
        };
        store.resources(&filter, |row| {
            inventory.resource(row, read_at);
            Ok::<_, StoreError>(())
        })?;
        let filter = EntitlementFilter {
            connection,
            ..EntitlementFilter::default()
        };
        store.entitlements(&filter, |row| {
            let known = KnownEntitlement {
                name: label(shown, &row.name),
                owns: row.purpose == "ownership",
            };
            inventory.entitlements.insert(row.id, known);
            inventory.entitled.insert(row.resource_type);
            Ok::<_, StoreError>(())
        })?;
        inventory.grants(store, sync)?;
        Ok(inventory)
    }

    fn resource(&mut self, row: ResourceRow, read_at: Moment) {
        if row.secret.is_some() {
            let secrets = &mut self.secrets;
            secrets.count += 1;
            secrets.expired += u64::from(row.expires_at.is_some_and(|it| it <= read_at));
            secrets.without_end += u64::from(row.expires_at.is_none());
            secrets.no_use_told += u64::from(row.last_use.is_none());
        }
        let known = Known {
            name: label(self.shown, &row.name),
            parent: row.parent,
            status: row.status,
            is_scope: row.traits.iter().any(|it| it == "scope"),
        };
        let resource = NamedResource {
            resource_type: row.resource_type,
            id: row.id,
        };
        self.resources.insert(resource, known);
    }

    /// Counts grants, and reads those that lead on. There may be millions, so that
    /// not each of them is read.
    fn grants(&mut self, store: &Store, sync: &SyncRow) -> Result<(), StoreError> {
        let grants = &mut self.grants;
        store.ask::<StoreError>(COUNTED, &[(":sync", &sync.id.0)], |row| {
            grants.direct = row.get("direct")?;
            grants.inherited = row.get("inherited")?;
            grants.not_told = row.get("not_told")?;
            grants.pending = row.get("pending")?;
            Ok(())
        })?;
        let leads_to = &mut self.leads_to;
        store.ask::<StoreError>(EXPANDING, &[(":sync", &sync.id.0)], |row| {
            let principal = NamedResource {
                resource_type: row.get("principal_type")?,
                id: row.get("principal_id")?,
            };
            leads_to
                .entry(principal)
                .or_default()
                .insert(NamedResource {
                    resource_type: row.get("resource_type")?,
                    id: row.get("resource_id")?,
                });
            Ok(())
        })
    }

    /// Resources by type, in the order of the types' names.
    pub(crate) fn counts(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        for resource in self.resources.keys() {
            *counts.entry(resource.resource_type.as_str()).or_default() += 1;
        }
        counts
    }

    pub(crate) fn entitlement_count(&self) -> u64 {
        self.entitlements.len() as u64
    }

    /// The resources of types that have entitlements.
    pub(crate) fn entitled(&self) -> impl Iterator<Item = &NamedResource> {
        let resources = self.resources.keys();
        resources.filter(|it| self.entitled.contains(&it.resource_type))
    }

    /// Whether one may give access to others with it.
    pub(crate) fn owns(&self, entitlement: &str) -> bool {
        self.entitlements.get(entitlement).is_some_and(|it| it.owns)
    }

    /// What people call a resource; its id where that is not known.
    pub(crate) fn name(&self, resource: &NamedResource) -> String {
        match self.resources.get(resource) {
            Some(known) if !known.name.is_empty() => known.name.clone(),
            _ => label(self.shown, &resource.id),
        }
    }

    /// A resource with its type, and with its id where it has no known name.
    pub(crate) fn named(&self, resource: &NamedResource) -> String {
        match self.resources.contains_key(resource) {
            true => {
                let kind = crate::label::word(&resource.resource_type);
                format!("{kind} {}", self.name(resource))
            }
            false => label(self.shown, &reference(resource)),
        }
    }

    /// Whether the sync lists the entitlement.
    pub(crate) fn tells_of(&self, entitlement: &Entitlement) -> bool {
        self.entitlements.contains_key(&entitlement_id(entitlement))
    }

    /// What people call an entitlement; its slug where that is not known.
    pub(crate) fn entitlement_name(&self, entitlement: &Entitlement) -> String {
        match self.entitlements.get(&entitlement_id(entitlement)) {
            Some(known) if !known.name.is_empty() => known.name.clone(),
            _ => label(self.shown, &entitlement.slug),
        }
    }

    /// These resources, and all where their holders hold something by that.
    pub(crate) fn reached_from(
        &self,
        begin: impl IntoIterator<Item = NamedResource>,
    ) -> BTreeSet<NamedResource> {
        let mut open: Vec<_> = begin.into_iter().collect();
        let mut reached = BTreeSet::new();
        while let Some(resource) = open.pop() {
            if !reached.contains(&resource) {
                open.extend(self.leads_to.get(&resource).into_iter().flatten().cloned());
                reached.insert(resource);
            }
        }
        reached
    }
}
