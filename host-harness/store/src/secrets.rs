//! The credentials that act as an account.

use rusqlite::named_params;

use crate::read::Listed;
use crate::{NamedResource, ResourceRow, Store, StoreError};

const OWNED: &str = "
SELECT * FROM current_resources
WHERE sync = :sync AND type IN (
        SELECT id FROM resource_types
        WHERE resource_types.sync = :sync
            AND EXISTS (SELECT 1 FROM json_each(traits) WHERE value = 'secret')
    )
    AND is_secret AND (secret_owner_type, secret_owner_id) = (:type, :id)
ORDER BY type, id";

impl Store {
    /// The keys and the like that act as an account, by the current sync of a
    /// connection. What they can reach is what the account can, and no more than
    /// the service lets them.
    ///
    /// # Errors
    /// An unknown connection, one without a finished sync, and SQLite's failures.
    pub fn secrets_of(
        &self,
        connection: &str,
        owner: &NamedResource,
    ) -> Result<Vec<ResourceRow>, StoreError> {
        self.must_hold_effective()?;
        let sync = self.current_sync(Some(connection))?;
        let parameters = named_params! {
            ":sync": sync.id.0, ":type": owner.resource_type, ":id": owner.id,
        };
        let mut statement = self.connection.prepare_cached(OWNED)?;
        let rows = statement.query_map(parameters, ResourceRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
