//! What several questions need, found once and kept aside.
//!
//! It is kept in temporary tables, which only this store sees and which change
//! nothing in the file; SQLite puts what is much of it into a temporary file.

use rusqlite::{StatementStatus, ToSql};

use crate::{Store, StoreError};

/// Tables that are there as long as this is.
#[derive(Debug)]
pub struct Aside<'a> {
    store: &'a Store,
    tables: Vec<String>,
}

impl Store {
    /// A place to keep tables in.
    pub fn aside(&self) -> Aside<'_> {
        Aside {
            store: self,
            tables: Vec::new(),
        }
    }
}

impl Aside<'_> {
    /// Keeps the rows of a query in a new table with its columns, found by those
    /// that `index` lists. The name must mean no other table that is there.
    ///
    /// # Errors
    /// SQLite's failures.
    pub fn keep(
        &mut self,
        name: &str,
        index: &str,
        sql: &str,
        parameters: &[(&str, &dyn ToSql)],
    ) -> Result<(), StoreError> {
        let connection = &self.store.connection;
        let mut filling = connection.prepare(&format!("CREATE TEMP TABLE {name} AS {sql}"))?;
        self.tables.push(name.to_owned());
        filling.execute(parameters)?;
        self.store.took(filling.get_status(StatementStatus::VmStep));
        connection.execute_batch(&format!(
            "CREATE INDEX temp.{name}_index ON {name} ({index})"
        ))?;
        Ok(())
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        for name in &self.tables {
            let drop = format!("DROP TABLE IF EXISTS temp.{name}");
            // Nobody can be told here, and what stays goes with the store.
            let _ = self.store.connection.execute_batch(&drop);
        }
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::resource;

    use crate::fixtures::Place;
    use crate::{Batch, Store, StoreError};

    fn count(store: &Store, table: &str) -> Result<i64, StoreError> {
        let mut count = 0;
        store.ask::<StoreError>(&format!("SELECT count(*) FROM {table}"), &[], |row| {
            count = row.get(0)?;
            Ok(())
        })?;
        Ok(count)
    }

    #[test]
    fn tables_aside_are_there_for_this_reader_as_long_as_they_are_wanted() {
        let place = Place::new();
        let told = [resource("user", "ada"), resource("user", "bob")];
        place.sync("default", Batch::of_resources(&told));
        let (reader, other) = (place.reader(), place.reader());
        let people = "SELECT id FROM current_resources WHERE id <> :not";
        for _ in 0..2 {
            let mut aside = reader.aside();
            let not: &dyn rusqlite::ToSql = &"bob";
            aside
                .keep("people", "id", people, &[(":not", not)])
                .unwrap();
            assert_eq!(count(&reader, "people").unwrap(), 1);
            assert!(count(&other, "people").is_err());
        }
        assert!(count(&reader, "people").is_err());
    }

    #[test]
    fn steps_are_counted_and_are_the_same_each_time() {
        let place = Place::new();
        place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
        let reader = place.reader();
        let mut taken = Vec::new();
        for _ in 0..2 {
            let before = reader.steps();
            count(&reader, "resources").unwrap();
            taken.push(reader.steps() - before);
        }
        assert!(taken[0] > 0);
        assert_eq!(taken[0], taken[1]);
    }
}
