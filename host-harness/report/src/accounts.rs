//! Accounts: all of them in numbers, and the ones that the page tells one by one.
//!
//! However large an organization is, the page stays bounded: it tells the accounts
//! that own something first, then those that hold most, as far as the bounds go.

use std::collections::BTreeMap;

use governance_store::access::EffectiveFilter;
use governance_store::{NamedResource, ResourceFilter, ResourceRow, Store, StoreError, SyncRow};

use crate::inventory::Inventory;
use crate::label::{day, label};
use crate::{AccessFigure, AccountFigure, Shown, Told};

/// How many accounts the page tells one by one at most.
pub const ACCOUNTS_TOLD: usize = 5_000;

/// How much access the page tells one by one at most: pairs of account and
/// entitlement.
pub const ACCESS_TOLD: u64 = 100_000;

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) resource: NamedResource,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) status: String,
    pub(crate) kind: String,
    /// The day of the last sign of life.
    pub(crate) last_use: Option<String>,
    /// How many entitlements it holds, effective or not.
    pub(crate) held: u64,
    /// How many of them are ownership and effective.
    pub(crate) owned: u64,
}

/// All accounts of a sync.
pub(crate) struct Accounts {
    pub(crate) all: Vec<Account>,
    /// By the type of what it is held on.
    access: BTreeMap<String, AccessFigure>,
}

impl Accounts {
    pub(crate) fn read(
        store: &Store,
        sync: &SyncRow,
        inventory: &Inventory,
    ) -> Result<Self, StoreError> {
        let mut accounts = Self {
            all: Vec::new(),
            access: BTreeMap::new(),
        };
        let filter = ResourceFilter {
            connection: Some(sync.connection.clone()),
            ..ResourceFilter::default()
        };
        store.accounts(&filter, |row| {
            accounts.all.push(account(row, inventory.shown));
            Ok::<_, StoreError>(())
        })?;
        accounts.count_access(store, sync, inventory)?;
        Ok(accounts)
    }

    fn count_access(
        &mut self,
        store: &Store,
        sync: &SyncRow,
        inventory: &Inventory,
    ) -> Result<(), StoreError> {
        let places = self.all.iter().map(|it| it.resource.clone()).zip(0..);
        let places: BTreeMap<NamedResource, usize> = places.collect();
        let filter = EffectiveFilter {
            connection: Some(sync.connection.clone()),
            ..EffectiveFilter::default()
        };
        store.effective(&filter, |row| {
            let holder = NamedResource {
                resource_type: row.principal_type,
                id: row.principal_id,
            };
            let Some(place) = places.get(&holder) else {
                return Ok(());
            };
            let owns = inventory.owns(&row.entitlement_id);
            let account = &mut self.all[*place];
            account.held += 1;
            account.owned += u64::from(owns && row.effective);
            let figure = self.access.entry(row.resource_type).or_default();
            figure.ownership += u64::from(owns);
            match (row.effective, row.direct) {
                (false, _) => figure.not_effective += 1,
                (true, true) => figure.direct += 1,
                (true, false) => figure.indirect += 1,
            }
            Ok::<_, StoreError>(())
        })?;
        Ok(())
    }

    /// The accounts that the page tells, by name.
    pub(crate) fn told(&self) -> Vec<&Account> {
        let mut by_weight: Vec<_> = self.all.iter().collect();
        by_weight.sort_by(|a, b| {
            let [one, other] = [b, a].map(|it| (it.owned > 0, it.held));
            one.cmp(&other).then_with(|| a.resource.cmp(&b.resource))
        });
        let mut held = 0;
        by_weight.retain(|it| {
            held += it.held;
            held <= ACCESS_TOLD
        });
        by_weight.truncate(ACCOUNTS_TOLD);
        by_weight.sort_by_cached_key(|it| (it.name.to_lowercase(), it.resource.clone()));
        by_weight
    }

    /// How much of everything that is.
    pub(crate) fn share(&self, told: &[&Account]) -> Told {
        Told {
            accounts: told.len() as u64,
            of_accounts: self.all.len() as u64,
            access: told.iter().map(|it| it.held).sum(),
            of_access: self.all.iter().map(|it| it.held).sum(),
        }
    }

    /// Accounts by kind and status.
    pub(crate) fn by_kind(&self) -> Vec<AccountFigure> {
        let mut counts = BTreeMap::<_, u64>::new();
        for account in &self.all {
            *counts.entry((&account.kind, &account.status)).or_default() += 1;
        }
        let figures = counts
            .into_iter()
            .map(|((kind, status), count)| AccountFigure {
                kind: kind.clone(),
                status: status.clone(),
                count,
            });
        figures.collect()
    }

    pub(crate) fn access(&self) -> Vec<AccessFigure> {
        let figures = self.access.iter().map(|(kind, figure)| AccessFigure {
            resource_type: kind.clone(),
            ..figure.clone()
        });
        figures.collect()
    }

    pub(crate) fn owners(&self) -> u64 {
        self.all.iter().filter(|it| it.owned > 0).count() as u64
    }

    /// Those that hold most, the largest first.
    pub(crate) fn largest(&self, count: usize) -> Vec<Account> {
        let mut holders: Vec<_> = self.all.iter().filter(|it| it.held > 0).collect();
        holders.sort_by(|a, b| (b.held, &a.resource).cmp(&(a.held, &b.resource)));
        holders.into_iter().take(count).cloned().collect()
    }
}

fn account(row: ResourceRow, shown: Shown) -> Account {
    let email = row.emails.iter().find(|it| it.primary);
    let email = email.or(row.emails.first()).map(|it| it.address.as_str());
    let email = email.map_or_else(String::new, |it| label(shown, it));
    let name = label(shown, &row.name);
    Account {
        name: if name.is_empty() {
            label(shown, &row.id)
        } else {
            name
        },
        email,
        status: row.status,
        kind: row.account_kind.unwrap_or_else(|| "not-told".to_owned()),
        last_use: row.last_use.map(|it| day(it.at)),
        resource: NamedResource {
            resource_type: row.resource_type,
            id: row.id,
        },
        held: 0,
        owned: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(id: &str, held: u64, owned: u64) -> Account {
        Account {
            resource: NamedResource {
                resource_type: "user".into(),
                id: id.into(),
            },
            name: id.to_uppercase(),
            email: String::new(),
            status: "active".into(),
            kind: "human".into(),
            last_use: None,
            held,
            owned,
        }
    }

    fn told(all: Vec<Account>) -> (Vec<String>, Told) {
        let access = BTreeMap::new();
        let accounts = Accounts { all, access };
        let told = accounts.told();
        let share = accounts.share(&told);
        (
            told.iter().map(|it| it.resource.id.clone()).collect(),
            share,
        )
    }

    #[test]
    fn what_fits_is_told_whole_and_by_name() {
        let (ids, share) = told(vec![
            holding("b", 2, 0),
            holding("c", 0, 0),
            holding("a", 1, 1),
        ]);
        assert_eq!(ids, ["a", "b", "c"]);
        assert!(share.is_all());
    }

    #[test]
    fn owners_come_first_then_the_largest_holders() {
        let (ids, share) = told(vec![
            holding("small", 5, 0),
            holding("large", ACCESS_TOLD - 10, 0),
            holding("larger", ACCESS_TOLD - 9, 0),
            holding("owner", 9, 1),
        ]);
        assert_eq!(ids, ["larger", "owner"]);
        assert!(!share.is_all());
        assert_eq!((share.access, share.of_accounts), (ACCESS_TOLD, 4));
    }

    #[test]
    fn however_many_accounts_there_are_the_page_is_bounded() {
        let all = (0..ACCOUNTS_TOLD + 5).map(|it| holding(&format!("{it:05}"), 0, 0));
        let (ids, share) = told(all.collect());
        assert_eq!(ids.len(), ACCOUNTS_TOLD);
        assert!(!share.is_all());
    }
}
