//! The resource types of a sync, and what kind of things they are.

use governance_store::{Store, StoreError, SyncId};

use crate::words::Trait;

/// The types that the connector declared, with their traits as JSON.
#[derive(Debug)]
pub(crate) struct Types(Vec<(String, Vec<Trait>)>);

impl Types {
    pub(crate) fn of(store: &Store, sync: SyncId) -> Result<Self, StoreError> {
        let mut types = Vec::new();
        let sql = "SELECT id, traits FROM resource_types WHERE sync = :sync ORDER BY position";
        store.ask::<StoreError>(sql, &[(":sync", &sync.0)], |row| {
            let traits: String = row.get("traits")?;
            // A newer connector may have traits that no rule can ask for.
            let words: Vec<serde_json::Value> = serde_json::from_str(&traits).unwrap_or_default();
            let known = words
                .into_iter()
                .filter_map(|it| serde_json::from_value(it).ok());
            types.push((row.get("id")?, known.collect()));
            Ok(())
        })?;
        Ok(Self(types))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(id, _)| id == name)
    }

    /// Those with one of the traits.
    pub(crate) fn with(&self, traits: &[Trait]) -> Vec<String> {
        self.among(None, Some(traits), None)
    }

    /// Those that are named, have one of some traits, and none of others.
    pub(crate) fn among(
        &self,
        named: Option<&[String]>,
        traits: Option<&[Trait]>,
        not: Option<&[Trait]>,
    ) -> Vec<String> {
        let has = |own: &[Trait], one: &[Trait]| one.iter().any(|it| own.contains(it));
        let fits = |(id, own): &&(String, Vec<Trait>)| {
            named.is_none_or(|it| it.contains(id))
                && traits.is_none_or(|it| has(own, it))
                && not.is_none_or(|it| !has(own, it))
        };
        self.0
            .iter()
            .filter(fits)
            .map(|(id, _)| id.clone())
            .collect()
    }
}
