//! Where in the matrix nobody knows what is held: an empty cell says nothing
//! there.
//!
//! | the gap is of | the cells |
//! |---|---|
//! | events | none |
//! | what is on some resources | those resources', and where their holders hold something by that |
//! | what some principals hold | their own, and those of accounts that hold something on them |
//! | anything else, and a sync that was asked for a part | all |
//!
//! Where it is not certain which cells a gap means, more are unknown rather than
//! fewer.

use std::collections::{BTreeMap, BTreeSet};

use governance_store::{GapFilter, GapRow, NamedResource, ScopeRow, Store, StoreError, SyncRow};
use serde::Serialize;

use crate::holdings::Holdings;
use crate::inventory::Inventory;

/// Areas that are told apart. If there are more, one holds them all.
const AREAS_TOLD: usize = 500;

/// Cells of some resources and some accounts, by their places. None: of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Area {
    pub(crate) resources: Option<Vec<usize>>,
    pub(crate) accounts: Option<Vec<usize>>,
}

/// What a gap leaves open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Open {
    resources: Option<BTreeSet<NamedResource>>,
    principal_type: Option<String>,
    principal_id: Option<String>,
}

/// What the gaps of a sync leave open, and what it was not asked for.
pub(crate) fn of_sync(
    store: &Store,
    sync: &SyncRow,
    inventory: &Inventory,
) -> Result<Vec<Open>, StoreError> {
    let mut open = Vec::new();
    if !sync.asked.is_everything() {
        open.push(Open::default());
    }
    let filter = GapFilter {
        connection: Some(sync.connection.clone()),
        resource_type: None,
    };
    store.gaps(&filter, |gap: GapRow| {
        if gap.scope.subject.as_deref() != Some("events") {
            open.push(Open::of(gap.scope, inventory));
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(open)
}

impl Open {
    fn of(scope: ScopeRow, inventory: &Inventory) -> Self {
        let meant = |it: &&NamedResource| is_meant(&scope, it, inventory);
        let is_narrow =
            scope.resource_type.is_some() || scope.resource_id.is_some() || scope.parent.is_some();
        let resources = is_narrow.then(|| {
            let listed = inventory.resources.keys().filter(meant).cloned();
            inventory.reached_from(listed)
        });
        Self {
            resources,
            principal_type: scope.principal_type,
            principal_id: scope.principal_id,
        }
    }

    fn is_of(&self, principal: &NamedResource) -> bool {
        let same = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|it| it == is);
        same(&self.principal_type, &principal.resource_type)
            && same(&self.principal_id, &principal.id)
    }
}

fn is_meant(scope: &ScopeRow, resource: &NamedResource, inventory: &Inventory) -> bool {
    let same = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|it| it == is);
    let parent = inventory.resources.get(resource).map(|it| &it.parent);
    same(&scope.resource_type, &resource.resource_type)
        && same(&scope.resource_id, &resource.id)
        && (scope.parent.is_none() || parent == Some(&scope.parent))
}

/// Places of resources or of accounts. None: all.
type Places = Option<BTreeSet<usize>>;

/// The cells, in as few areas as that goes.
pub(crate) fn placed(
    open: Vec<Open>,
    places: &BTreeMap<NamedResource, usize>,
    told: &Holdings,
) -> Vec<Area> {
    let cells = open.into_iter().map(|one| {
        let accounts = accounts(&one, places, told);
        let placed = |it: &NamedResource| places.get(it).copied();
        let resources = one.resources;
        (
            accounts,
            resources.map(|it| it.iter().filter_map(placed).collect()),
        )
    });
    let by_accounts = joined(cells);
    let by_resources = joined(
        by_accounts
            .into_iter()
            .map(|(accounts, resources)| (resources, accounts)),
    );
    let is_none = |places: &Places| places.as_ref().is_some_and(BTreeSet::is_empty);
    let areas = by_resources
        .into_iter()
        .filter(|(resources, accounts)| !is_none(resources) && !is_none(accounts));
    let list = |places: Places| places.map(|it| it.into_iter().collect());
    let areas: Vec<_> = areas
        .map(|(resources, accounts)| Area {
            resources: list(resources),
            accounts: list(accounts),
        })
        .collect();
    if areas.len() <= AREAS_TOLD {
        return areas;
    }
    vec![Area {
        resources: None,
        accounts: None,
    }]
}

/// What belongs to the same, together.
fn joined(pairs: impl Iterator<Item = (Places, Places)>) -> BTreeMap<Places, Places> {
    let mut joined = BTreeMap::new();
    for (key, more) in pairs {
        let same = joined.entry(key).or_insert_with(|| Some(BTreeSet::new()));
        *same = match (same.take(), more) {
            (Some(mut same), Some(more)) => {
                same.extend(more);
                Some(same)
            }
            _ => None,
        };
    }
    joined
}

/// The accounts that are meant themselves, or that hold something on what is.
fn accounts(open: &Open, places: &BTreeMap<NamedResource, usize>, told: &Holdings) -> Places {
    if open.principal_type.is_none() && open.principal_id.is_none() {
        return None;
    }
    let principals = places.iter().filter(|(it, _)| open.is_of(it));
    let principals: BTreeSet<_> = principals.map(|(_, place)| *place).collect();
    let reaches = |place: &usize| {
        let mut held = told.accounts[*place].access.iter();
        held.any(|it| principals.contains(&told.entitlements[it.entitlement].resource))
    };
    let meant = |place: &usize| open.is_of(&told.accounts[*place].resource) || reaches(place);
    Some((0..told.accounts.len()).filter(meant).collect())
}
