//! What is different between two syncs of a connection.
//!
//! | before | after | told as |
//! |---|---|---|
//! | there | absent | removed |
//! | there | absent, and a gap or the sync's narrowness leaves it open | unknown after |
//! | there | absent, on or in something that is archived now | ended |
//! | an invitation | absent, and a new account has its address | accepted |
//! | absent | there | added |
//! | absent, and a gap or the sync's narrowness leaves it open | there | unknown before |
//! | active | archived | archived |
//! | there | there, in other words | changed |
//!
//! Grants are compared as they are stored. One that is not direct is no fact of
//! its own where expansions say the same: that it is told in one sync, and
//! explained in the other, is no difference.
//!
//! The work is done by SQLite, on sets; what differs is given row by row.

mod changed;
mod missing;
mod unknown;

use rusqlite::{OptionalExtension, named_params};
use serde::Serialize;

use crate::access::Entitlement;
use crate::{NamedResource, State, Store, StoreError, SyncId};

/// What a difference is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// A resource.
    Resource(NamedResource),
    /// Something that can be held.
    Entitlement(Entitlement),
    /// Who holds it.
    Grant {
        /// What is held.
        entitlement: Entitlement,
        /// Who holds it.
        principal: NamedResource,
        /// It gives no access yet.
        pending: bool,
    },
}

/// How it is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is there now, and was not.
    Added,
    /// It was there, and is not.
    Removed,
    /// It is told in other words.
    Changed(Vec<FieldChange>),
    /// The invitation became this account; or what was pending for it is held
    /// by this account now.
    Accepted {
        /// The account.
        by: NamedResource,
    },
    /// It is kept for its history only.
    Archived,
    /// It ended with something that is archived now.
    Ended {
        /// What is archived.
        with: NamedResource,
    },
    /// It is there now; whether it was is unknown.
    UnknownBefore,
    /// It was there; whether it is is unknown.
    UnknownAfter,
}

impl Change {
    /// The word that JSON and people have for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed(_) => "changed",
            Self::Accepted { .. } => "accepted",
            Self::Archived => "archived",
            Self::Ended { .. } => "ended",
            Self::UnknownBefore => "unknown-before",
            Self::UnknownAfter => "unknown-after",
        }
    }
}

/// A field that is told in other words: text as the database has it, JSON where
/// its column holds that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The column.
    pub field: &'static str,
    /// What it held.
    pub before: Option<String>,
    /// What it holds.
    pub after: Option<String>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is about.
    pub fact: Fact,
    /// How it is different.
    pub change: Change,
}

/// The syncs that are compared.
#[derive(Debug, Clone, Copy)]
struct Pair {
    before: SyncId,
    after: SyncId,
}

/// A kind of facts, with the columns of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Resource,
    Entitlement,
    Grant,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Resource, Self::Entitlement, Self::Grant];

    fn table(self) -> &'static str {
        match self {
            Self::Resource => "resources",
            Self::Entitlement => "entitlements",
            Self::Grant => "grants",
        }
    }

    /// What names a fact within a sync.
    fn key(self) -> &'static [&'static str] {
        match self {
            Self::Resource => &["type", "id"],
            Self::Entitlement => &["resource_type", "resource_id", "slug"],
            Self::Grant => &[
                "resource_type",
                "resource_id",
                "slug",
                "principal_type",
                "principal_id",
            ],
        }
    }

    /// That two rows, by the names of their tables, name the same fact.
    fn same(self, one: &str, other: &str) -> String {
        let columns = self.key().iter();
        let columns = columns.map(|column| format!("{one}.{column} = {other}.{column}"));
        columns.collect::<Vec<_>>().join(" AND ")
    }

    fn read(self, row: &rusqlite::Row<'_>) -> rusqlite::Result<Fact> {
        let text = |index: usize| row.get::<_, String>(self.key()[index]);
        let named = |kind, id| {
            Ok::<_, rusqlite::Error>(NamedResource {
                resource_type: text(kind)?,
                id: text(id)?,
            })
        };
        let resource = named(0, 1)?;
        if self == Self::Resource {
            return Ok(Fact::Resource(resource));
        }
        let slug = text(2)?;
        let entitlement = Entitlement { resource, slug };
        if self == Self::Entitlement {
            return Ok(Fact::Entitlement(entitlement));
        }
        Ok(Fact::Grant {
            entitlement,
            principal: named(3, 4)?,
            pending: row.get("pending")?,
        })
    }
}

impl Store {
    /// Gives what is different between two finished syncs of one connection to
    /// a callback: resources, then entitlements, then grants, of each first what
    /// is gone, then what is new, then what changed. Says how many there were.
    ///
    /// # Errors
    /// A sync that there is not or that was not read to its end, two of different
    /// connections, a file of an earlier version, SQLite's failures, and what the
    /// callback gives.
    pub fn diff<E: From<StoreError>>(
        &self,
        before: SyncId,
        after: SyncId,
        mut each: impl FnMut(Difference) -> Result<(), E>,
    ) -> Result<u64, E> {
        let pair = Pair { before, after };
        self.must_be_comparable(pair)?;
        missing::pair_accepted(&self.connection, pair).map_err(StoreError::from)?;
        let mut count = 0;
        let mut counted = |difference| {
            count += 1;
            each(difference)
        };
        for kind in Kind::ALL {
            missing::gone(&self.connection, pair, kind, &mut counted)?;
            missing::come(&self.connection, pair, kind, &mut counted)?;
            changed::changed(&self.connection, pair, kind, &mut counted)?;
        }
        Ok(count)
    }

    fn must_be_comparable(&self, pair: Pair) -> Result<(), StoreError> {
        self.must_hold_effective()?;
        let [before, after] = [pair.before, pair.after].map(|it| self.finished(it));
        let (before, after) = (before?, after?);
        match before == after {
            true => Ok(()),
            false => Err(StoreError::OtherConnections { before, after }),
        }
    }

    /// The connection of a finished sync.
    pub(crate) fn finished(&self, sync: SyncId) -> Result<String, StoreError> {
        let sql = "SELECT connection FROM syncs WHERE id = :sync AND state IN (:complete, :gaps)";
        let parameters = named_params! {
            ":sync": sync.0,
            ":complete": State::Complete.name(),
            ":gaps": State::WithGaps.name(),
        };
        let found = self.connection.query_row(sql, parameters, |row| row.get(0));
        found.optional()?.ok_or(StoreError::NoFinishedSync(sync.0))
    }
}

/// Gives each row of a query as a difference.
fn each_row<E: From<StoreError>>(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: &[(&str, &dyn rusqlite::ToSql)],
    read: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<Difference>,
    each: &mut impl FnMut(Difference) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = connection.prepare(sql).map_err(StoreError::from)?;
    let rows = statement.query_map(parameters, read);
    for row in rows.map_err(StoreError::from)? {
        each(row.map_err(StoreError::from)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
