//! Maps and sets put together one by one.
//!
//! `collect` sorts a map's items first, and the sorting code of each type of item
//! costs a component some 10 KB. What connectors gather is short.

/// Gathers items into a map or a set; of those with the same key the last one
/// stays.
pub fn gathered<Items, Item>(items: impl IntoIterator<Item = Item>) -> Items
where
    Items: Default + Extend<Item>,
{
    let mut gathered = Items::default();
    gathered.extend(items);
    gathered
}

/// The same of items that may not be there: none if one is not.
pub fn all_gathered<Items, Item>(items: impl IntoIterator<Item = Option<Item>>) -> Option<Items>
where
    Items: Default + Extend<Item>,
{
    let mut gathered = Items::default();
    for item in items {
        gathered.extend([item?]);
    }
    Some(gathered)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_last_of_a_key_stays_and_one_that_is_missing_means_none() {
        let map: BTreeMap<&str, u8> = gathered([("a", 1), ("b", 2), ("a", 3)]);
        assert_eq!(map, BTreeMap::from([("a", 3), ("b", 2)]));
        let all: Option<BTreeMap<u8, u8>> = all_gathered([Some((1, 1)), None]);
        assert_eq!(all, None);
        let all: Option<BTreeMap<u8, u8>> = all_gathered([Some((1, 1))]);
        assert_eq!(all, Some(BTreeMap::from([(1, 1)])));
    }
}
