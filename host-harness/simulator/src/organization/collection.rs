//! Things in the order of their creation, found by id. It is what a list
//! endpoint pages through: the page after an id costs no walk from the start.

use std::collections::{BTreeMap, HashMap};

/// A thing with an id of its own.
pub(crate) trait Identified {
    /// Unique within its collection.
    fn id(&self) -> &str;
}

/// The direction of a list, by creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Collection<T> {
    rows: BTreeMap<u64, T>,
    places: HashMap<String, u64>,
    next_place: u64,
}

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            places: HashMap::new(),
            next_place: 0,
        }
    }
}

impl<T: Identified> Collection<T> {
    /// Puts a row at the end.
    pub(crate) fn add(&mut self, row: T) -> &mut T {
        let place = self.next_place;
        self.next_place += 1;
        self.places.insert(row.id().to_owned(), place);
        self.rows.entry(place).or_insert(row)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(self.places.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.rows.get_mut(self.places.get(id)?)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        let place = self.places.remove(id)?;
        self.rows.remove(&place)
    }

    /// Removes the oldest rows until so many are left.
    pub(crate) fn keep_newest(&mut self, count: usize) {
        while self.rows.len() > count
            && let Some((_, row)) = self.rows.pop_first()
        {
            self.places.remove(row.id());
        }
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.values_mut()
    }

    /// The rows that follow the row `after` in that order; all when it is
    /// `None`; `None` when no row has that id.
    pub(crate) fn following(
        &self,
        after: Option<&str>,
        order: Order,
    ) -> Option<Box<dyn Iterator<Item = &T> + '_>> {
        let place = after.map(|id| self.places.get(id).copied());
        Some(match (place, order) {
            (Some(None), _) => return None,
            (None, Order::Ascending) => Box::new(self.iter()),
            (None, Order::Descending) => Box::new(self.iter().rev()),
            (Some(Some(place)), Order::Ascending) => {
                Box::new(self.rows.range(place + 1..).map(|(_, row)| row))
            }
            (Some(Some(place)), Order::Descending) => {
                Box::new(self.rows.range(..place).rev().map(|(_, row)| row))
            }
        })
    }
}

impl<T: Identified> FromIterator<T> for Collection<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut collection = Self::default();
        for row in rows {
            collection.add(row);
        }
        collection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Identified for &'static str {
        fn id(&self) -> &str {
            self
        }
    }

    fn letters() -> Collection<&'static str> {
        ["c", "a", "b"].into_iter().collect()
    }

    #[test]
    fn rows_follow_in_the_order_of_creation() {
        use Order::{Ascending, Descending};
        let cases = [
            (None, Ascending, Some(vec!["c", "a", "b"])),
            (None, Descending, Some(vec!["b", "a", "c"])),
            (Some("c"), Ascending, Some(vec!["a", "b"])),
            (Some("a"), Descending, Some(vec!["c"])),
            (Some("b"), Ascending, Some(vec![])),
            (Some("z"), Ascending, None),
            (Some("z"), Descending, None),
        ];
        let letters = letters();
        for (after, order, expected) in cases {
            let rows = letters.following(after, order);
            let rows = rows.map(|rows| rows.copied().collect::<Vec<_>>());
            assert_eq!(rows, expected, "{after:?} {order:?}");
        }
    }

    #[test]
    fn a_removed_row_is_gone_and_the_others_keep_their_order() {
        let mut letters = letters();
        assert_eq!(letters.remove("a"), Some("a"));
        assert_eq!(letters.remove("a"), None);
        assert_eq!(letters.get("a"), None);
        letters.add("a");
        assert_eq!(letters.iter().copied().collect::<Vec<_>>(), ["c", "b", "a"]);
    }

    #[test]
    fn the_newest_rows_are_those_added_last() {
        let mut letters = letters();
        letters.keep_newest(3);
        assert_eq!(letters.iter().count(), 3);
        letters.keep_newest(1);
        assert_eq!(letters.iter().copied().collect::<Vec<_>>(), ["b"]);
        assert_eq!((letters.get("c"), letters.get("b")), (None, Some(&"b")));
    }
}
