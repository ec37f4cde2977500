//! One state for several questions: what a sync that ends in between changes is
//! not seen.

use crate::{Store, StoreError};

impl Store {
    /// From now on this store shows what it shows now, whatever others write,
    /// until it is closed. For stores that are opened to be read.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn hold_still(&self) -> Result<(), StoreError> {
        // A transaction begins with the first read in it.
        self.connection
            .execute_batch("BEGIN; SELECT count(*) FROM syncs;")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::resource;

    use crate::Batch;
    use crate::fixtures::{Place, column};

    #[test]
    fn a_sync_that_ends_later_is_not_seen() {
        let place = Place::new();
        place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
        let (held, other) = (place.reader(), place.reader());
        held.hold_still().unwrap();
        place.sync("default", Batch::of_resources(&[resource("user", "eve")]));
        assert_eq!(column(&held.all_resources(), "id"), ["ada"]);
        assert_eq!(column(&other.all_resources(), "id"), ["eve"]);
    }
}
