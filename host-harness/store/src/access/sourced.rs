//! All that is held, with the entitlements that it comes by: for formats that
//! keep the sources of each grant.
//!
//! | held | sources |
//! |---|---|
//! | by a grant of its own alone | none: it is its own source |
//! | because the principal holds `via`, whose holders hold it too | `via`; direct, if by a grant of its own |
//! | both ways | both |
//!
//! A source is the last step only: who owns a project by a role that a group has
//! owns it by the role. It is worked out entitlement by entitlement, so that
//! memory grows with what leads to one, and not with the organization.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Row, named_params};

use super::{Entitlement, Parameters, entitlement, named};
use crate::read::json;
use crate::{Moment, NamedResource, Store, StoreError, SyncRow};

/// That a principal holds an entitlement, by whatever grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcedRow {
    /// What is held.
    pub entitlement: Entitlement,
    /// Who holds it.
    pub principal: NamedResource,
    /// The principal's own grant of it, if there is one.
    pub own: Option<OwnGrant>,
    /// What it is held by besides, in order of the ids.
    pub sources: Vec<Source>,
    /// Gives access now.
    pub effective: bool,
}

/// What is told of a principal's own grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnGrant {
    /// `direct`, `inherited` or `not-told`.
    pub directness: String,
    /// What it is (also) held through, as the service tells.
    pub told_sources: Vec<NamedResource>,
    /// Why it cannot be revoked, if it cannot.
    pub immutable: Option<String>,
    /// The slugs of the principal's entitlements whose holders hold this too.
    pub expands: Vec<String>,
    /// Also those who hold them through expansion; none without `expands`.
    pub expands_deep: Option<bool>,
    /// When it ends by itself.
    pub expires_at: Option<Moment>,
}

/// An entitlement whose holders hold another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Which.
    pub entitlement: Entitlement,
    /// Held by a grant of the principal's own.
    pub direct: bool,
}

/// All that is held by somebody.
const HELD: &str = "
SELECT resource_type, resource_id, slug FROM grants WHERE sync = :sync AND pending = 0
UNION
SELECT resource_type, resource_id, slug FROM expansions WHERE sync = :sync
ORDER BY resource_type, resource_id, slug";

/// From what each way to an entitlement begins with to the last step of it. A
/// shallow step ends only ways that begin with it.
const LAST_STEPS: &str = "
SELECT way.via_type AS begin_type, way.via_id AS begin_id, way.via_slug AS begin_slug,
    step.via_type, step.via_id, step.via_slug
FROM expansions AS way JOIN expansions AS step ON step.sync = way.sync
    AND step.resource_type = way.resource_type AND step.resource_id = way.resource_id
    AND step.slug = way.slug AND step.deep IS NOT NULL
WHERE way.sync = :sync AND way.resource_type = :type AND way.resource_id = :id AND way.slug = :slug
    AND ((step.via_type, step.via_id, step.via_slug) = (way.via_type, way.via_id, way.via_slug)
        OR step.deep AND EXISTS (
            SELECT 1 FROM expansions AS before
            WHERE before.sync = way.sync AND before.resource_type = step.via_type
                AND before.resource_id = step.via_id AND before.slug = step.via_slug
                AND before.via_type = way.via_type AND before.via_id = way.via_id
                AND before.via_slug = way.via_slug
        ))";

const HOLDERS: &str = "
SELECT held.*, own.immutable, own.expands_slugs, own.expands_deep, own.expires_at
FROM current_effective AS held LEFT JOIN grants AS own ON held.way = 'own'
    AND own.sync = held.sync AND own.resource_type = held.resource_type
    AND own.resource_id = held.resource_id AND own.slug = held.slug
    AND own.principal_type = held.principal_type AND own.principal_id = held.principal_id
WHERE held.sync = :sync AND held.resource_type = :type AND held.resource_id = :id
    AND held.slug = :slug
ORDER BY held.principal_type, held.principal_id";

impl Store {
    /// Gives each principal's every entitlement of a current sync to a callback,
    /// by entitlement and principal, and says how many there were. Pending
    /// grants are not among them.
    ///
    /// # Errors
    /// SQLite's failures, and what the callback gives.
    pub fn sourced<E: From<StoreError>>(
        &self,
        sync: &SyncRow,
        mut each: impl FnMut(SourcedRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut count = 0;
        let mut statement = self.connection.prepare(HELD).map_err(StoreError::from)?;
        let held = statement.query_map(named_params! { ":sync": sync.id.0 }, |row| {
            entitlement(row, ["resource_type", "resource_id", "slug"])
        });
        for held in held.map_err(StoreError::from)? {
            let held = held.map_err(StoreError::from)?;
            count += self.sourced_of(sync, held, &mut each)?;
        }
        Ok(count)
    }

    fn sourced_of<E: From<StoreError>>(
        &self,
        sync: &SyncRow,
        held: Entitlement,
        each: &mut impl FnMut(SourcedRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let NamedResource { resource_type, id } = &held.resource;
        let parameters = named_params! {
            ":sync": sync.id.0, ":type": resource_type, ":id": id, ":slug": held.slug,
        };
        let last_steps = self.last_steps(parameters)?;
        let prepared = self.connection.prepare_cached(HOLDERS);
        let mut statement = prepared.map_err(StoreError::from)?;
        let mut rows = statement.query(parameters).map_err(StoreError::from)?;
        let mut count = 0;
        let mut open: Option<Holder> = None;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let principal = named(row, "principal_type", "principal_id");
            let principal = principal.map_err(StoreError::from)?;
            if open.as_ref().is_none_or(|it| it.principal != principal) {
                count += 1;
                if let Some(done) = open.replace(Holder::new(principal)) {
                    each(done.told(&held))?;
                }
            }
            if let Some(holder) = &mut open {
                holder.add(row, &last_steps).map_err(StoreError::from)?;
            }
        }
        open.map_or(Ok(()), |it| each(it.told(&held)))?;
        Ok(count)
    }

    fn last_steps(&self, parameters: Parameters<'_>) -> Result<LastSteps, StoreError> {
        let mut statement = self.connection.prepare_cached(LAST_STEPS)?;
        let mut rows = statement.query(parameters)?;
        let mut last_steps = LastSteps::new();
        while let Some(row) = rows.next()? {
            let begin = entitlement(row, ["begin_type", "begin_id", "begin_slug"])?;
            let last = entitlement(row, ["via_type", "via_id", "via_slug"])?;
            last_steps.entry(begin).or_default().push(last);
        }
        Ok(last_steps)
    }
}

/// By what each way to an entitlement begins with: its last steps.
type LastSteps = BTreeMap<Entitlement, Vec<Entitlement>>;

/// A principal whose rows are being read.
struct Holder {
    principal: NamedResource,
    own: Option<OwnGrant>,
    sources: BTreeSet<Entitlement>,
    direct: BTreeSet<Entitlement>,
    effective: bool,
}

impl Holder {
    fn new(principal: NamedResource) -> Self {
        Self {
            principal,
            own: None,
            sources: BTreeSet::new(),
            direct: BTreeSet::new(),
            effective: false,
        }
    }

    fn add(&mut self, row: &Row<'_>, last_steps: &LastSteps) -> rusqlite::Result<()> {
        self.effective |= row.get::<_, bool>("effective")?;
        if row.get_ref("way")?.as_str()? == "own" {
            self.own = Some(OwnGrant::read(row)?);
            return Ok(());
        }
        let begin = entitlement(row, ["via_type", "via_id", "via_slug"])?;
        let last = last_steps.get(&begin).into_iter().flatten();
        self.sources.extend(last.cloned());
        self.direct.insert(begin);
        Ok(())
    }

    fn told(self, held: &Entitlement) -> SourcedRow {
        let sources = self.sources.into_iter().map(|entitlement| Source {
            direct: self.direct.contains(&entitlement),
            entitlement,
        });
        SourcedRow {
            entitlement: held.clone(),
            principal: self.principal,
            own: self.own,
            sources: sources.collect(),
            effective: self.effective,
        }
    }
}

impl OwnGrant {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let expands = match row.get_ref("expands_slugs")? {
            rusqlite::types::ValueRef::Null => Vec::new(),
            _ => json(row, "expands_slugs")?,
        };
        Ok(Self {
            directness: row.get("directness")?,
            told_sources: json(row, "sources")?,
            immutable: row.get("immutable")?,
            expands,
            expands_deep: row.get("expands_deep")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Batch;
    use crate::access::EffectiveFilter;
    use crate::fixtures::{Place, all_told};

    fn words(entitlement: &Entitlement) -> String {
        let NamedResource { resource_type, id } = &entitlement.resource;
        format!("{resource_type}:{id}:{}", entitlement.slug)
    }

    /// Who holds what, `own` if by a grant of its own, and by what; `!` marks a
    /// source that is direct.
    fn all_sourced(grants: &[&str]) -> Vec<String> {
        let place = Place::new();
        let grants = all_told(grants);
        let batch = Batch {
            grants: &grants,
            ..Batch::default()
        };
        place.sync("default", batch);
        let store = place.reader();
        let sync = store.current_syncs(None).unwrap().remove(0);
        let mut lines = Vec::new();
        let count = store.sourced(&sync, |row| {
            let mut line = format!(
                "{}:{} {}",
                row.principal.resource_type,
                row.principal.id,
                words(&row.entitlement)
            );
            if row.own.is_some() {
                line.push_str(" own");
            }
            for source in &row.sources {
                let mark = if source.direct { "!" } else { "" };
                line.push_str(&format!(" {mark}{}", words(&source.entitlement)));
            }
            lines.push(line);
            Ok::<_, StoreError>(())
        });
        let effective = store
            .effective(&EffectiveFilter::default(), |_| Ok::<_, StoreError>(()))
            .unwrap();
        assert_eq!(count.unwrap(), effective);
        lines
    }

    #[test]
    fn the_sources_are_the_last_steps() {
        for (grants, expected) in [
            (
                vec!["user:ada project:p:owner"],
                vec!["user:ada project:p:owner own"],
            ),
            (
                vec![
                    "user:ada group:g:member",
                    "group:g project:p:owner > member",
                    "user:eve group:g:member pending",
                ],
                vec![
                    "user:ada group:g:member own",
                    "group:g project:p:owner own",
                    "user:ada project:p:owner !group:g:member",
                ],
            ),
            // Over a group in a group; and by a grant of its own besides.
            (
                vec![
                    "user:ada group:a:member",
                    "group:a group:b:member >> member",
                    "group:b project:p:owner >> member",
                    "user:ada project:p:owner",
                ],
                vec![
                    "user:ada group:a:member own",
                    "group:a group:b:member own",
                    "user:ada group:b:member !group:a:member",
                    "group:a project:p:owner !group:b:member",
                    "group:b project:p:owner own",
                    "user:ada project:p:owner own group:b:member",
                ],
            ),
            // A shallow step is the last one of no longer way.
            (
                vec![
                    "user:ada group:a:member",
                    "group:a group:b:member > member",
                    "group:b project:p:owner > member",
                ],
                vec![
                    "user:ada group:a:member own",
                    "group:a group:b:member own",
                    "user:ada group:b:member !group:a:member",
                    "group:a project:p:owner !group:b:member",
                    "group:b project:p:owner own",
                ],
            ),
            // What an expansion explains is no grant of its own.
            (
                vec![
                    "user:ada group:g:member",
                    "group:g project:p:owner > member",
                    "user:ada project:p:owner inherited",
                    "user:bob project:p:owner inherited",
                ],
                vec![
                    "user:ada group:g:member own",
                    "group:g project:p:owner own",
                    "user:ada project:p:owner !group:g:member",
                    "user:bob project:p:owner own",
                ],
            ),
        ] {
            assert_eq!(all_sourced(&grants), expected, "{grants:?}");
        }
    }

    #[test]
    fn a_circle_ends() {
        let sourced = all_sourced(&[
            "user:ada group:a:member",
            "group:a group:b:member >> member",
            "group:b group:a:member >> member",
        ]);
        assert!(sourced.contains(&"user:ada group:b:member !group:a:member".to_owned()));
    }
}
