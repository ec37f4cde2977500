//! Connections: whose they are, and the current sync of each.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction};
use serde::Serialize;

use crate::read::json;
use crate::{Asked, Moment, State, Store, StoreError, SyncId};

/// A sync, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncRow {
    /// Its id within the store.
    pub id: SyncId,
    /// The connection that it is of.
    pub connection: String,
    /// The connector's name.
    pub connector: String,
    /// The connector's version.
    pub connector_version: String,
    /// Of the component's file, in lower-case hexadecimal.
    pub component_sha256: String,
    /// The service's id of the organization, where it was told.
    pub tenant: Option<String>,
    /// When it began.
    pub started_at: Moment,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// What was asked for.
    pub asked: Asked,
    /// How it ended.
    pub state: State,
    /// How many gaps it has.
    pub gaps: u64,
}

impl Store {
    /// How many requests a sync took, by the id of the route.
    ///
    /// # Errors
    /// There is no such sync, or SQLite failed.
    pub fn requests(&self, sync: SyncId) -> Result<BTreeMap<String, u64>, StoreError> {
        let sql = "SELECT requests FROM syncs WHERE id = ?";
        let requests = self
            .connection
            .query_row(sql, [sync.0], |row| json(row, "requests"));
        Ok(requests?)
    }

    /// The service's own id of the connection's organization, if it is known.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn tenant(&self, connection: &str) -> Result<Option<String>, StoreError> {
        let stored = self
            .connection
            .query_row(
                "SELECT tenant FROM connections WHERE name = ?",
                [connection],
                |row| row.get(0),
            )
            .optional()?;
        Ok(stored.flatten())
    }

    /// Keeps the tenant that an answer told. The first one stays.
    ///
    /// # Errors
    /// It is another one than before, or no sync of the connection ever began.
    pub fn set_tenant(&mut self, connection: &str, tenant: &str) -> Result<(), StoreError> {
        let stored = self
            .connection
            .query_row(
                "UPDATE connections SET tenant = ifnull(tenant, ?2) WHERE name = ?1 RETURNING tenant",
                [connection, tenant],
                |row| row.get::<_, String>(0),
            )
            .optional()?;
        match stored {
            Some(stored) if stored == tenant => Ok(()),
            Some(stored) => Err(StoreError::OtherTenant {
                connection: connection.to_owned(),
                stored,
                given: tenant.to_owned(),
            }),
            None => Err(self.unknown_connection(connection)?),
        }
    }

    /// The current syncs, of one connection or of all, by the connection's name.
    ///
    /// # Errors
    /// There is no such connection, or none of them has a finished sync.
    pub fn current_syncs(&self, connection: Option<&str>) -> Result<Vec<SyncRow>, StoreError> {
        self.must_know(connection)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT *, (SELECT count(*) FROM gaps WHERE gaps.sync = current_syncs.id) AS gaps
             FROM current_syncs WHERE ifnull(connection = ?, true) ORDER BY connection",
        )?;
        let syncs = statement
            .query_map([connection], sync_row)?
            .collect::<Result<Vec<_>, _>>()?;
        if syncs.is_empty() {
            return Err(StoreError::NothingFinished {
                failure: self.last_failure(connection)?,
            });
        }
        Ok(syncs)
    }

    /// The current sync of the connection that is named, or else of the only one.
    ///
    /// # Errors
    /// There is no such connection or there are several, none of them is named, or
    /// it has no finished sync.
    pub fn current_sync(&self, connection: Option<&str>) -> Result<SyncRow, StoreError> {
        let names = self.connections()?;
        if connection.is_none() && names.len() > 1 {
            return Err(StoreError::SeveralConnections(names));
        }
        let mut syncs = self.current_syncs(connection)?;
        syncs
            .pop()
            .ok_or(StoreError::NothingFinished { failure: None })
    }

    /// All syncs that are kept, by connection and age, the oldest first: also those
    /// that failed, run, or were killed.
    ///
    /// # Errors
    /// There is no such connection, or SQLite failed.
    pub fn syncs(&self, connection: Option<&str>) -> Result<Vec<SyncRow>, StoreError> {
        self.must_know(connection)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT connections.connector, connections.tenant, syncs.*,
                 (SELECT count(*) FROM gaps WHERE gaps.sync = syncs.id) AS gaps
             FROM syncs JOIN connections ON connections.name = syncs.connection
             WHERE ifnull(syncs.connection = ?, true) ORDER BY syncs.connection, syncs.id",
        )?;
        let syncs = statement.query_map([connection], sync_row)?;
        Ok(syncs.collect::<Result<_, _>>()?)
    }

    fn must_know(&self, connection: Option<&str>) -> Result<(), StoreError> {
        match connection {
            Some(name) if !self.connections()?.iter().any(|known| known == name) => {
                Err(self.unknown_connection(name)?)
            }
            _ => Ok(()),
        }
    }

    /// The names of all connections, in alphabetical order.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn connections(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT name FROM connections ORDER BY name")?;
        Ok(statement
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    fn unknown_connection(&self, name: &str) -> Result<StoreError, StoreError> {
        Ok(StoreError::UnknownConnection {
            name: name.to_owned(),
            known: self.connections()?,
        })
    }

    fn last_failure(&self, connection: Option<&str>) -> Result<Option<String>, StoreError> {
        let failure = self
            .connection
            .query_row(
                "SELECT detail FROM syncs
                 WHERE detail IS NOT NULL AND ifnull(connection = ?, true) ORDER BY id DESC LIMIT 1",
                [connection],
                |row| row.get(0),
            )
            .optional()?;
        Ok(failure.flatten())
    }
}

/// Makes a connection with its first sync, and holds later ones to its connector.
pub(crate) fn claim_connection(
    transaction: &Transaction<'_>,
    name: &str,
    connector: &str,
) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO connections (name, connector) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [name, connector],
    )?;
    let stored: String = transaction.query_row(
        "SELECT connector FROM connections WHERE name = ?",
        [name],
        |row| row.get(0),
    )?;
    if stored == connector {
        return Ok(());
    }
    Err(StoreError::OtherConnector {
        connection: name.to_owned(),
        stored,
        given: connector.to_owned(),
    })
}

fn sync_row(row: &Row<'_>) -> rusqlite::Result<SyncRow> {
    let state: String = row.get("state")?;
    let asked: String = row.get("asked")?;
    Ok(SyncRow {
        id: SyncId(row.get("id")?),
        connection: row.get("connection")?,
        connector: row.get("connector")?,
        connector_version: row.get("connector_version")?,
        component_sha256: row.get("component_sha256")?,
        tenant: row.get("tenant")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        // People may have changed it: then nobody knows, and all is as good as any.
        asked: serde_json::from_str(&asked).unwrap_or_default(),
        state: State::ALL
            .into_iter()
            .find(|it| it.name() == state)
            .unwrap_or(State::Failed),
        gaps: row.get("gaps")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{Place, begin, finish};
    use crate::{Batch, Ending, Fault, NewSync};

    #[test]
    fn the_first_tenant_stays_and_another_one_is_refused() {
        let place = Place::new();
        let mut store = place.writer();
        assert!(matches!(
            store.set_tenant("default", "org-1"),
            Err(StoreError::UnknownConnection { .. })
        ));
        begin(&mut store, "default");
        assert_eq!(store.tenant("default").unwrap(), None);
        store.set_tenant("default", "org-1").unwrap();
        store.set_tenant("default", "org-1").unwrap();
        let error = store.set_tenant("default", "org-2").unwrap_err();
        assert_eq!(error.fault(), Fault::Credential);
        assert_eq!(store.tenant("default").unwrap().as_deref(), Some("org-1"));
        begin(&mut store, "other");
        store.set_tenant("other", "org-2").unwrap();
    }

    #[test]
    fn a_connection_keeps_its_connector() {
        let place = Place::new();
        let mut store = place.writer();
        begin(&mut store, "default");
        let new = NewSync {
            asked: &Asked::default(),
            connection: "default",
            connector: "another",
            version: "1",
            component_sha256: "",
            started_at: 0,
            resource_types: &[],
        };
        let error = store.begin_sync(&new).unwrap_err();
        assert_eq!(
            error.to_string(),
            "connection `default` is used with connector `example`, not with `another`"
        );
    }

    #[test]
    fn an_unknown_connection_is_answered_with_the_known_ones() {
        let place = Place::new();
        place.sync("default", Batch::default());
        place.sync("staging", Batch::default());
        let error = place.reader().current_syncs(Some("stagin")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no connection is named `stagin`; there are `default`, `staging`"
        );
    }

    #[test]
    fn one_connection_is_meant_if_there_is_no_other() {
        let place = Place::new();
        let meant = |named: Option<&str>| {
            let sync = place.reader().current_sync(named);
            sync.map_or_else(|error| error.to_string(), |it| it.connection)
        };
        place.sync("default", Batch::default());
        assert_eq!(meant(None), "default");
        // One that nothing was read of yet could be meant, too.
        begin(&mut place.writer(), "staging");
        for (named, expected) in [
            (None, "there are several connections: `default`, `staging`"),
            (Some("default"), "default"),
            (Some("staging"), "no sync has finished yet"),
            (
                Some("other"),
                "no connection is named `other`; there are `default`, `staging`",
            ),
        ] {
            assert_eq!(meant(named), expected);
        }
    }

    #[test]
    fn before_a_sync_has_finished_there_is_an_error_and_no_empty_answer() {
        let place = Place::new();
        let mut store = place.writer();
        let error = store.current_syncs(None).unwrap_err();
        assert_eq!(error.to_string(), "no sync has finished yet");
        let sync = begin(&mut store, "default");
        finish(&mut store, sync, Ending::Failed("the key is wrong"));
        let error = store.current_syncs(Some("default")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no sync has finished yet; the last one failed: the key is wrong"
        );
    }
}
