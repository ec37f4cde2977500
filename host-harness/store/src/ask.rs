//! Questions of other crates, in SQL over what `docs/schema.md` documents.
//!
//! What asks more than one question, such as findings do, asks them
//! [at one moment](Store::at_one_moment): else a sync that ends in between makes
//! another one the current one, and the rest of the answer is empty.

use rusqlite::{Row, StatementStatus, ToSql};

use crate::read::Listed;
use crate::{GapRow, Store, StoreError};

impl Store {
    /// Gives each row of a query to a callback, whose error ends it.
    ///
    /// # Errors
    /// SQLite's failures, and what the callback gives.
    pub fn ask<E: From<StoreError>>(
        &self,
        sql: &str,
        parameters: &[(&str, &dyn ToSql)],
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.connection.prepare(sql).map_err(StoreError::from)?;
        let mut rows = statement.query(parameters).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            each(row)?;
        }
        drop(rows);
        self.took(statement.get_status(StatementStatus::VmStep));
        Ok(())
    }

    /// How much SQLite has done so far for what was asked by [`Store::ask`] and
    /// kept [aside](Store::aside), in steps of its virtual machine: the same on
    /// every machine, as time is not.
    pub fn steps(&self) -> u64 {
        self.steps.get()
    }

    pub(crate) fn took(&self, steps: i32) {
        let steps = u64::try_from(steps).unwrap_or(0);
        self.steps.set(self.steps.get() + steps);
    }

    /// Asks all that `work` asks of one state of the database, whatever a sync
    /// writes meanwhile. Within such work it is the moment of the whole.
    ///
    /// # Errors
    /// SQLite's failures, and what `work` gives.
    pub fn at_one_moment<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.connection.is_autocommit() {
            return work();
        }
        let moment = self
            .connection
            .unchecked_transaction()
            .map_err(StoreError::from)?;
        let answer = work()?;
        moment.commit().map_err(StoreError::from)?;
        Ok(answer)
    }
}

impl GapRow {
    /// Reads a row of the view `current_gaps`.
    ///
    /// # Errors
    /// It is none.
    pub fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Self::read(row)
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::resource;

    use crate::fixtures::{Place, column};
    use crate::{Batch, Store, StoreError};

    fn names(store: &Store) -> Vec<String> {
        let mut names = Vec::new();
        let sql = "SELECT name FROM current_resources WHERE id <> :not ORDER BY name";
        let told = store.ask::<StoreError>(sql, &[(":not", &"bob")], |row| {
            names.push(row.get("name")?);
            Ok(())
        });
        told.unwrap();
        names
    }

    #[test]
    fn a_sync_that_ends_in_between_changes_no_answer() {
        let place = Place::new();
        let told = [resource("user", "ada"), resource("user", "bob")];
        place.sync("default", Batch::of_resources(&told));
        let reader = place.reader();
        let answers = reader.at_one_moment(|| {
            let before = names(&reader);
            place.sync("default", Batch::of_resources(&[resource("user", "eve")]));
            Ok::<_, StoreError>([before, names(&reader)])
        });
        assert_eq!(answers.unwrap(), [["ADA"], ["ADA"]]);
        assert_eq!(names(&reader), ["EVE"]);
    }

    #[test]
    fn work_within_work_is_of_the_same_moment() {
        let place = Place::new();
        place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
        let reader = place.reader();
        let answers = reader.at_one_moment(|| {
            let inner = || reader.at_one_moment(|| Ok::<_, StoreError>(names(&reader)));
            let before = inner()?;
            place.sync("default", Batch::of_resources(&[resource("user", "eve")]));
            Ok::<_, StoreError>([before, inner()?, names(&reader)])
        });
        assert_eq!(answers.unwrap(), [["ADA"], ["ADA"], ["ADA"]]);
    }

    #[test]
    fn a_sync_that_ends_later_is_not_seen() {
        let place = Place::new();
        place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
        let (held, other) = (place.reader(), place.reader());
        let told = held.at_one_moment(|| {
            held.current_syncs(None)?;
            place.sync("default", Batch::of_resources(&[resource("user", "eve")]));
            Ok::<_, StoreError>(held.all_resources())
        });
        assert_eq!(column(&told.unwrap(), "id"), ["ada"]);
        assert_eq!(column(&other.all_resources(), "id"), ["eve"]);
    }
}
