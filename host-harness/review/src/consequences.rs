//! What follows from a grant, and would go with it.
//!
//! | a grant | follows |
//! |---|---|
//! | whose holder, by it, holds more: a membership in a group | what the holder has through it |
//! | that gives on to whoever holds its holder: a group's role | who has it through that |
//!
//! Read from the ways of [`governance_store::access`]. What is held in another
//! way too is told so, and stays.

use std::collections::{BTreeMap, BTreeSet};

use governance_store::access::{Entitlement, Held, Way};
use governance_store::{GrantFilter, GrantRow, NamedResource, Store, StoreError, SyncRow};

use crate::gather::{Directory, on, principal};

/// So many consequences are told of a grant.
const TOLD: usize = 20;

/// What is held, and by whom.
type Key = (Entitlement, NamedResource);

/// The consequences of grants.
#[derive(Default)]
pub(crate) struct Consequences {
    of: BTreeMap<Key, Vec<String>>,
    /// Grants that are not direct and that nothing explains.
    unexplained: BTreeSet<Key>,
}

impl Consequences {
    /// Works out what follows from these grants of a sync.
    pub(crate) fn of(
        store: &Store,
        sync: &SyncRow,
        grants: &[GrantRow],
        directory: &Directory,
    ) -> Result<Self, StoreError> {
        let mut consequences = Self::default();
        for principal in holders_of_more(store, sync, grants)? {
            let access = store.access_of(&sync.connection, &principal)?;
            for held in &access.held {
                consequences.add_held(held, directory);
            }
        }
        let expanding = grants.iter().filter(|it| !it.expands.is_empty());
        let given: BTreeSet<_> = expanding.map(entitlement).collect();
        for entitlement in &given {
            store.holders(&sync.connection, entitlement, |held| {
                consequences.add_holder(&held, directory);
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(consequences)
    }

    /// What one of the grants has for consequences, for people.
    pub(crate) fn of_grant(&self, grant: &GrantRow) -> String {
        let all = self.of.get(&key(grant)).map_or(&[][..], Vec::as_slice);
        let mut told: Vec<_> = all.iter().take(TOLD).cloned().collect();
        if all.len() > TOLD {
            told.push(format!("and {} more", all.len() - TOLD));
        }
        told.join("; ")
    }

    /// Whether a grant only tells what follows from others.
    pub(crate) fn is_explained(&self, grant: &GrantRow) -> bool {
        is_told_twice(grant) && !self.unexplained.contains(&key(grant))
    }

    /// What a principal holds through something that it holds itself.
    fn add_held(&mut self, held: &Held, directory: &Directory) {
        for (begin, is_only) in starts(held, |way| way.through.first()) {
            if begin == held.entitlement {
                self.unexplained.insert((begin, held.principal.clone()));
                continue;
            }
            let what = directory.entitlement(&held.entitlement);
            let text = format!("also gives {what}{}", otherwise(is_only));
            self.of
                .entry((begin, held.principal.clone()))
                .or_default()
                .push(text);
        }
    }

    /// Who holds an entitlement because something else does that it holds.
    fn add_holder(&mut self, held: &Held, directory: &Directory) {
        let before_last = |way: &'_ Way| way.through.len().checked_sub(2);
        for (via, is_only) in starts(held, |way| way.through.get(before_last(way)?)) {
            let who = directory.resource(&held.principal);
            let text = format!("gives it to {who}{}", otherwise(is_only));
            let key = (held.entitlement.clone(), via.resource);
            self.of.entry(key).or_default().push(text);
        }
    }
}

/// The entitlements that `place` finds in the ways, and whether all ways lead
/// there.
fn starts(
    held: &Held,
    place: impl Fn(&Way) -> Option<&Entitlement>,
) -> BTreeMap<Entitlement, bool> {
    let found: Vec<_> = held.ways.iter().map(place).collect();
    let places: BTreeSet<_> = found.iter().flatten().collect();
    let is_only =
        |it: &Entitlement| !held.more_ways && found.iter().all(|other| *other == Some(it));
    places
        .into_iter()
        .map(|it| ((*it).clone(), is_only(it)))
        .collect()
}

fn otherwise(is_only: bool) -> &'static str {
    if is_only {
        ""
    } else {
        " (may be held otherwise too)"
    }
}

/// Whose access has to be looked at: those whose grants lead to others, or are
/// told besides the ones that explain them.
fn holders_of_more(
    store: &Store,
    sync: &SyncRow,
    grants: &[GrantRow],
) -> Result<BTreeSet<NamedResource>, StoreError> {
    let mut leading = BTreeSet::new();
    let all = GrantFilter {
        connection: Some(sync.connection.clone()),
        ..GrantFilter::default()
    };
    store.grants(&all, |grant| {
        leading.extend(grant.expands);
        Ok::<_, StoreError>(())
    })?;
    let leads = |it: &&GrantRow| leading.contains(&it.entitlement_id) || is_told_twice(it);
    Ok(grants.iter().filter(leads).map(principal).collect())
}

/// Whether other grants may say the same. A pending one gives nothing yet, and
/// so follows from none.
fn is_told_twice(grant: &GrantRow) -> bool {
    grant.directness != "direct" && !grant.pending
}

fn key(grant: &GrantRow) -> Key {
    (entitlement(grant), principal(grant))
}

fn entitlement(grant: &GrantRow) -> Entitlement {
    Entitlement {
        resource: on(grant),
        slug: grant.slug.clone(),
    }
}
