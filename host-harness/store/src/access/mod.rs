//! Effective access: who can reach what, and by which ways.
//!
//! | held | how |
//! |---|---|
//! | a direct grant, or one of which the service does not tell | a way of its own |
//! | an inherited grant that expansions explain | only by those |
//! | an inherited grant that nothing explains | a way of its own, with the sources told |
//! | a grant that expands over what the principal holds itself | a way through that |
//! | a deep one over what it holds through others | a way through all of them |
//! | a pending grant | no access yet: told apart, and nothing follows from it |
//! | by an account that is disabled, on something archived, or only through such | held, not effective |
//!
//! All of it is the view `current_effective`, of which these functions are
//! readings. What the gaps and the scope of the sync leave open comes with every
//! answer: that something is not in an answer says nothing where they match.

mod list;
mod sourced;
mod unknown;
mod ways;

use rusqlite::{Row, named_params};
use serde::Serialize;

pub use list::{EffectiveFilter, EffectiveRow};
pub use sourced::{OwnGrant, Source, SourcedRow};
pub use unknown::Unknown;
pub use ways::{WAYS_TOLD, Way};

use crate::read::{Listed, json};
use crate::{GrantRow, NamedResource, Store, StoreError, SyncRow};
use ways::Steps;

/// What can be held: an entitlement by its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entitlement {
    /// What it is held on.
    pub resource: NamedResource,
    /// Unique within the resource.
    pub slug: String,
}

/// That a principal holds an entitlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// What is held.
    pub entitlement: Entitlement,
    /// What people call its resource, if it is known: text from strangers.
    pub resource_name: Option<String>,
    /// Who holds it.
    pub principal: NamedResource,
    /// What people call who holds it, if it is known: text from strangers.
    pub principal_name: Option<String>,
    /// Gives access now. Otherwise it would, if the account or what leads there
    /// were active.
    pub effective: bool,
    /// How it is held, the shortest first; at most [`WAYS_TOLD`].
    pub ways: Vec<Way>,
    /// There are more ways than are told, or there may be: some were not followed.
    pub more_ways: bool,
}

/// What one principal can reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The sync that says so.
    pub sync: SyncRow,
    /// Whose access it is.
    pub principal: NamedResource,
    /// The sync knows the principal. Otherwise it may never have been one.
    pub is_known: bool,
    /// By the type and id of the resource.
    pub held: Vec<Held>,
    /// What would be held if somebody acted; `expires_at` says until when.
    pub pending: Vec<GrantRow>,
    /// What may be held besides.
    pub unknown: Unknown,
}

/// Who holds one entitlement, next to the holders themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holders {
    /// The sync that says so.
    pub sync: SyncRow,
    /// What is held.
    pub entitlement: Entitlement,
    /// The sync knows the entitlement. Otherwise it may never have been one.
    pub is_known: bool,
    /// How many holders there are, effective or not.
    pub count: u64,
    /// Who would hold it if somebody acted; `expires_at` says until when.
    pub pending: Vec<GrantRow>,
    /// Who may hold it besides.
    pub unknown: Unknown,
}

const NAMES: &str = "
(SELECT name FROM resources WHERE resources.sync = :sync
     AND resources.type = held.resource_type AND resources.id = held.resource_id) AS resource_name,
(SELECT name FROM resources WHERE resources.sync = :sync
     AND resources.type = held.principal_type AND resources.id = held.principal_id) AS principal_name";

const OF_PRINCIPAL: &str = "sync = :sync AND principal_type = :type AND principal_id = :id";

const OF_ENTITLEMENT: &str =
    "sync = :sync AND resource_type = :type AND resource_id = :id AND slug = :slug";

const ORDER: &str = "resource_type, resource_id, slug, principal_type, principal_id";

impl Store {
    /// What a principal can reach by the current sync of a connection. It is
    /// named by its own type and id, see [`Store::resources`] for other names.
    ///
    /// # Errors
    /// An unknown connection, one without a finished sync, a file of an earlier
    /// version, and SQLite's failures.
    pub fn access_of(
        &self,
        connection: &str,
        principal: &NamedResource,
    ) -> Result<Access, StoreError> {
        self.must_hold_effective()?;
        let sync = self.current_sync(Some(connection))?;
        let NamedResource { resource_type, id } = principal;
        let parameters = named_params! { ":sync": sync.id.0, ":type": resource_type, ":id": id };
        let steps = Steps::from_held(self, parameters)?;
        let mut held = Vec::new();
        let mut statement = self.connection.prepare_cached(&select(OF_PRINCIPAL))?;
        gather(statement.query(parameters)?, |rows| {
            let entitlement = rows.entitlement.clone();
            held.push(rows.told(&steps.chains_to(&entitlement)));
            Ok::<_, StoreError>(())
        })?;
        let known = "SELECT EXISTS (
             SELECT 1 FROM resources WHERE sync = :sync AND type = :type AND id = :id
         )";
        Ok(Access {
            principal: principal.clone(),
            is_known: self
                .connection
                .query_row(known, parameters, |row| row.get(0))?,
            held,
            pending: self.pending(OF_PRINCIPAL, parameters)?,
            unknown: Unknown::of_principal(self, &sync, parameters)?,
            sync,
        })
    }

    /// Gives each holder of an entitlement to a callback, by type and id.
    ///
    /// # Errors
    /// As [`Store::access_of`], and what the callback gives.
    pub fn holders<E: From<StoreError>>(
        &self,
        connection: &str,
        entitlement: &Entitlement,
        mut each: impl FnMut(Held) -> Result<(), E>,
    ) -> Result<Holders, E> {
        self.must_hold_effective()?;
        let sync = self.current_sync(Some(connection))?;
        let NamedResource { resource_type, id } = &entitlement.resource;
        let parameters = named_params! {
            ":sync": sync.id.0, ":type": resource_type, ":id": id, ":slug": entitlement.slug,
        };
        let steps = Steps::behind(self, parameters)?;
        let chains = steps.chains_to(entitlement);
        let mut statement = self
            .connection
            .prepare_cached(&select(OF_ENTITLEMENT))
            .map_err(StoreError::from)?;
        let rows = statement.query(parameters).map_err(StoreError::from)?;
        let count = gather(rows, |rows| each(rows.told(&chains)))?;
        let known = format!("SELECT EXISTS (SELECT 1 FROM entitlements WHERE {OF_ENTITLEMENT})");
        let is_known = self
            .connection
            .query_row(&known, parameters, |row| row.get(0))
            .map_err(StoreError::from)?;
        Ok(Holders {
            entitlement: entitlement.clone(),
            is_known,
            count,
            pending: self.pending(OF_ENTITLEMENT, parameters)?,
            unknown: Unknown::of_entitlement(self, &sync, parameters)?,
            sync,
        })
    }

    fn pending(
        &self,
        condition: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<GrantRow>, StoreError> {
        let sql =
            format!("SELECT * FROM current_grants WHERE {condition} AND pending ORDER BY {ORDER}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(parameters, GrantRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

type Parameters<'a> = &'a [(&'a str, &'a dyn rusqlite::ToSql)];

fn select(condition: &str) -> String {
    format!(
        "SELECT held.*, {NAMES} FROM current_effective AS held WHERE {condition} ORDER BY {ORDER}"
    )
}

/// The rows of one principal and entitlement.
struct Rows {
    entitlement: Entitlement,
    principal: NamedResource,
    names: [Option<String>; 2],
    rows: Vec<WayRow>,
}

/// A way, as the view has it: where it begins.
struct WayRow {
    via: Entitlement,
    directness: String,
    sources: Vec<NamedResource>,
    effective: bool,
}

impl Rows {
    fn begun(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            entitlement: entitlement(row, ["resource_type", "resource_id", "slug"])?,
            principal: named(row, "principal_type", "principal_id")?,
            names: [row.get("resource_name")?, row.get("principal_name")?],
            rows: Vec::new(),
        })
    }

    fn told(self, chains: &ways::Chains) -> Held {
        let effective = self.rows.iter().any(|it| it.effective);
        let (ways, more_ways) = chains.ways(self.rows);
        let [resource_name, principal_name] = self.names;
        Held {
            entitlement: self.entitlement,
            resource_name,
            principal: self.principal,
            principal_name,
            effective,
            ways,
            more_ways,
        }
    }
}

impl WayRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            via: entitlement(row, ["via_type", "via_id", "via_slug"])?,
            directness: row.get("directness")?,
            sources: json(row, "sources")?,
            effective: row.get("effective")?,
        })
    }
}

fn named(row: &Row<'_>, kind: &str, id: &str) -> rusqlite::Result<NamedResource> {
    Ok(NamedResource {
        resource_type: row.get(kind)?,
        id: row.get(id)?,
    })
}

fn entitlement(row: &Row<'_>, [kind, id, slug]: [&str; 3]) -> rusqlite::Result<Entitlement> {
    Ok(Entitlement {
        resource: named(row, kind, id)?,
        slug: row.get(slug)?,
    })
}

/// Gives the ordered rows of each principal and entitlement together. Says how
/// many pairs there were.
fn gather<E: From<StoreError>>(
    mut rows: rusqlite::Rows<'_>,
    mut each: impl FnMut(Rows) -> Result<(), E>,
) -> Result<u64, E> {
    let mut count = 0;
    let mut open: Option<Rows> = None;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let begun = Rows::begun(row).map_err(StoreError::from)?;
        let is_same =
            |it: &Rows| it.entitlement == begun.entitlement && it.principal == begun.principal;
        let way = WayRow::read(row).map_err(StoreError::from)?;
        match &mut open {
            Some(same) if is_same(same) => same.rows.push(way),
            _ => {
                count += 1;
                let rows = vec![way];
                if let Some(done) = open.replace(Rows { rows, ..begun }) {
                    each(done)?;
                }
            }
        }
    }
    open.map_or(Ok(()), each)?;
    Ok(count)
}

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
