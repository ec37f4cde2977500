//! Who has what, one by one, in tables that refer to each other by place: what
//! the page's script works on, and what its static list is written from.
//!
//! Every way is the store's own answer ([`Store::access_of`]), told once however
//! many hold something by it: the page works out no access itself.

use std::collections::BTreeMap;

use governance_store::access::{Access, Entitlement, Held, Way};
use governance_store::{GrantRow, NamedResource, Store, StoreError, SyncRow};
use serde::{Serialize, Serializer};

use crate::accounts::Account;
use crate::areas::{self, Area};
use crate::inventory::Inventory;
use crate::label::{day, label};

/// How many resources are told one by one that no told account holds anything on.
const RESOURCES_TOLD: usize = 5_000;

/// Tables that refer to each other by place.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Holdings {
    pub(crate) accounts: Vec<TellAccount>,
    pub(crate) resources: Vec<TellResource>,
    pub(crate) entitlements: Vec<TellEntitlement>,
    pub(crate) ways: Vec<TellWay>,
    /// What nobody knows.
    pub(crate) unknown: Vec<Area>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TellAccount {
    #[serde(skip)]
    pub(crate) resource: NamedResource,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) resource_type: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) used: Option<String>,
    pub(crate) access: Vec<TellAccess>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct TellResource {
    pub(crate) name: String,
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) resource_type: String,
    pub(crate) status: String,
    /// What it belongs to, if that is not the same for all.
    pub(crate) parent: Option<String>,
    /// Other resources belong to it.
    pub(crate) scope: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct TellEntitlement {
    pub(crate) resource: usize,
    pub(crate) name: String,
    /// One may give access to others with it.
    pub(crate) owns: bool,
}

/// The entitlements that lead there, first what the account holds itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct TellWay {
    pub(crate) through: Vec<usize>,
    /// `direct`, `inherited` or `not-told`.
    pub(crate) how: String,
    pub(crate) sources: Vec<String>,
    pub(crate) effective: bool,
}

/// What an account holds. Written as `[entitlement, marks, ways, until]`.
#[derive(Debug, Clone)]
pub(crate) struct TellAccess {
    pub(crate) entitlement: usize,
    pub(crate) marks: u8,
    pub(crate) ways: Vec<usize>,
    /// The day on which what is pending lapses.
    pub(crate) until: Option<String>,
}

/// Of one access, several at once; `report.js` has the same figures.
pub(crate) mod marks {
    pub(crate) const DIRECT: u8 = 1;
    pub(crate) const INHERITED: u8 = 2;
    pub(crate) const NOT_TOLD: u8 = 4;
    pub(crate) const PENDING: u8 = 8;
    pub(crate) const NOT_EFFECTIVE: u8 = 16;
    pub(crate) const MORE_WAYS: u8 = 32;
}

impl Serialize for TellAccess {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.entitlement, self.marks, &self.ways, &self.until).serialize(serializer)
    }
}

/// Values, each once, by the order in which they came.
struct Places<K> {
    places: BTreeMap<K, usize>,
}

impl<K: Ord + Clone> Places<K> {
    fn new() -> Self {
        Self {
            places: BTreeMap::new(),
        }
    }

    /// The place of a key. A new one is the last.
    fn of(&mut self, key: &K) -> (usize, bool) {
        let next = self.places.len();
        match self.places.get(key) {
            Some(place) => (*place, false),
            None => {
                self.places.insert(key.clone(), next);
                (next, true)
            }
        }
    }
}

/// Puts what the store tells into tables.
pub(crate) struct Gathering<'a> {
    inventory: &'a Inventory,
    told: Holdings,
    resources: Places<NamedResource>,
    entitlements: Places<Entitlement>,
    ways: Places<TellWay>,
}

impl<'a> Gathering<'a> {
    pub(crate) fn new(inventory: &'a Inventory) -> Self {
        Self {
            inventory,
            told: Holdings::default(),
            resources: Places::new(),
            entitlements: Places::new(),
            ways: Places::new(),
        }
    }

    /// Reads what these accounts hold.
    pub(crate) fn read(
        mut self,
        store: &Store,
        sync: &SyncRow,
        accounts: &[&Account],
    ) -> Result<Holdings, StoreError> {
        for account in accounts {
            let access = store.access_of(&sync.connection, &account.resource)?;
            self.account(account, access);
        }
        let entitled = self.inventory.entitled();
        for resource in entitled.take(RESOURCES_TOLD.saturating_sub(self.told.resources.len())) {
            self.resource(resource);
        }
        let open = areas::of_sync(store, sync, self.inventory)?;
        self.told.unknown = areas::placed(open, &self.resources.places, &self.told);
        Ok(self.told)
    }

    fn account(&mut self, account: &Account, access: Access) {
        let held = access.held.into_iter().map(|it| self.held(it));
        let mut told: Vec<_> = held.collect();
        told.extend(access.pending.into_iter().map(|it| self.pending(it)));
        told.sort_by(|a, b| self.words(a).cmp(&self.words(b)));
        self.told.accounts.push(TellAccount {
            resource: account.resource.clone(),
            name: account.name.clone(),
            email: account.email.clone(),
            id: label(self.inventory.shown, &account.resource.id),
            resource_type: account.resource.resource_type.clone(),
            kind: account.kind.clone(),
            status: account.status.clone(),
            used: account.last_use.clone(),
            access: told,
        });
    }

    /// What an access is ordered by.
    fn words(&self, access: &TellAccess) -> [&str; 3] {
        let entitlement = &self.told.entitlements[access.entitlement];
        let resource = &self.told.resources[entitlement.resource];
        [&resource.resource_type, &resource.name, &entitlement.name].map(String::as_str)
    }

    fn held(&mut self, held: Held) -> TellAccess {
        let mut all = held.ways.iter().map(mark).fold(0, |all, it| all | it);
        if !held.effective {
            all |= marks::NOT_EFFECTIVE;
        }
        if held.more_ways {
            all |= marks::MORE_WAYS;
        }
        TellAccess {
            entitlement: self.entitlement(&held.entitlement),
            marks: all,
            ways: held.ways.into_iter().map(|it| self.way(it)).collect(),
            until: None,
        }
    }

    fn pending(&mut self, grant: GrantRow) -> TellAccess {
        let entitlement = Entitlement {
            resource: NamedResource {
                resource_type: grant.resource_type,
                id: grant.resource_id,
            },
            slug: grant.slug,
        };
        TellAccess {
            entitlement: self.entitlement(&entitlement),
            marks: marks::PENDING,
            ways: Vec::new(),
            until: grant.expires_at.map(day),
        }
    }

    fn way(&mut self, way: Way) -> usize {
        let told = TellWay {
            through: way.through.iter().map(|it| self.entitlement(it)).collect(),
            how: way.directness,
            sources: way
                .sources
                .iter()
                .map(|it| self.inventory.named(it))
                .collect(),
            effective: way.effective,
        };
        let (place, is_new) = self.ways.of(&told);
        if is_new {
            self.told.ways.push(told);
        }
        place
    }

    fn entitlement(&mut self, entitlement: &Entitlement) -> usize {
        let (place, is_new) = self.entitlements.of(entitlement);
        if is_new {
            let told = TellEntitlement {
                resource: self.resource(&entitlement.resource),
                name: self.inventory.entitlement_name(entitlement),
                owns: self
                    .inventory
                    .owns(&crate::label::entitlement_id(entitlement)),
            };
            self.told.entitlements.push(told);
        }
        place
    }

    fn resource(&mut self, resource: &NamedResource) -> usize {
        let (place, is_new) = self.resources.of(resource);
        if is_new {
            let known = self.inventory.resources.get(resource);
            let parent = known.and_then(|it| it.parent.as_ref());
            self.told.resources.push(TellResource {
                name: self.inventory.name(resource),
                id: label(self.inventory.shown, &resource.id),
                resource_type: resource.resource_type.clone(),
                status: known.map_or_else(|| "not-told".to_owned(), |it| it.status.clone()),
                parent: parent.map(|it| self.inventory.named(it)),
                scope: known.is_some_and(|it| it.is_scope),
            });
        }
        place
    }
}

/// What a way says of the access that it gives.
fn mark(way: &Way) -> u8 {
    match (way.through.len(), way.directness.as_str()) {
        (1, "direct") => marks::DIRECT,
        (1, "not-told") => marks::NOT_TOLD,
        _ => marks::INHERITED,
    }
}
