//! A grant of which the service does not tell whether it is direct is no grant
//! of its own where an expanding grant explains it: it is what that one expands
//! to, and is folded into it.
//!
//! Done in three statements over the whole sync. Cycles end, since each step is
//! taken once.

use rusqlite::{Transaction, named_params};

use crate::SyncId;

/// From an entitlement that somebody may hold by expansion, each entitlement
/// whose holders hold it too.
const TABLE: &str = "
CREATE TEMP TABLE explanations (
    type TEXT, id TEXT, slug TEXT, via_type TEXT, via_id TEXT, via_slug TEXT, deep INTEGER,
    PRIMARY KEY (type, id, slug, via_type, via_id, via_slug, deep)
) WITHOUT ROWID;";

/// Only for entitlements that have a grant to explain. A deep expansion goes on
/// through the expanding grants of what it reached.
const EXPLANATIONS: &str = "
WITH RECURSIVE expanding AS (
    SELECT resource_type, resource_id, slug, principal_type, principal_id,
        each.value AS via_slug, expands_deep AS deep
    FROM grants, json_each(grants.expands_slugs) AS each
    WHERE sync = :sync AND pending = 0 AND expands_slugs IS NOT NULL
),
reached AS (
    SELECT resource_type AS type, resource_id AS id, slug,
        principal_type AS via_type, principal_id AS via_id, via_slug, deep
    FROM expanding
    WHERE (resource_type, resource_id, slug) IN (
        SELECT resource_type, resource_id, slug FROM grants
        WHERE sync = :sync AND directness = 'not-told'
    )
    UNION
    SELECT reached.type, reached.id, reached.slug,
        expanding.principal_type, expanding.principal_id, expanding.via_slug, expanding.deep
    FROM reached JOIN expanding ON expanding.resource_type = reached.via_type
        AND expanding.resource_id = reached.via_id AND expanding.slug = reached.via_slug
    WHERE reached.deep
)
INSERT INTO explanations SELECT * FROM reached";

const FOLD: &str = "
DELETE FROM grants
WHERE sync = :sync AND directness = 'not-told' AND pending = 0 AND EXISTS (
    SELECT 1 FROM explanations JOIN grants AS held ON held.sync = :sync AND held.pending = 0
        AND held.resource_type = explanations.via_type
        AND held.resource_id = explanations.via_id AND held.slug = explanations.via_slug
        AND held.principal_type = grants.principal_type
        AND held.principal_id = grants.principal_id
    WHERE explanations.type = grants.resource_type AND explanations.id = grants.resource_id
        AND explanations.slug = grants.slug
)";

/// Folds what expanding grants explain.
pub(crate) fn fold(transaction: &Transaction<'_>, sync: SyncId) -> rusqlite::Result<()> {
    transaction.execute_batch(TABLE)?;
    transaction.execute(EXPLANATIONS, named_params! { ":sync": sync.0 })?;
    transaction.execute(FOLD, named_params! { ":sync": sync.0 })?;
    transaction.execute_batch("DROP TABLE explanations;")
}

#[cfg(test)]
mod tests {
    use governance_contract::model::{Directness, Expansion, Grant, ResourceId};
    use governance_contract::samples::{grant, id};

    use crate::Batch;
    use crate::fixtures::{Place, column};

    fn not_told(on: ResourceId, to: ResourceId) -> Grant {
        Grant {
            directness: Directness::NotTold,
            ..grant(on, "owner", to)
        }
    }

    fn expanding(on: ResourceId, to: ResourceId, deep: bool) -> Grant {
        let slugs = vec!["owner".into(), "member".into()];
        Grant {
            expands: Some(Expansion { slugs, deep }),
            ..grant(on, "owner", to)
        }
    }

    /// Who holds the project, once the grants are finished.
    fn holders(grants: &[Grant]) -> Vec<String> {
        let place = Place::new();
        let batch = Batch {
            grants,
            ..Batch::default()
        };
        place.sync("default", batch);
        let all = place.reader().all_grants();
        let on_project = all
            .into_iter()
            .filter(|it| it["resource_type"] == "project");
        let on_project: Vec<_> = on_project.collect();
        column(&on_project, "principal_id")
            .iter()
            .map(|it| (*it).to_owned())
            .collect()
    }

    #[test]
    fn what_an_expanding_grant_explains_is_folded_into_it() {
        let (project, group) = (|| id("project", "p"), || id("group", "g"));
        let (ada, bob) = (|| id("user", "ada"), || id("user", "bob"));
        let grants = [
            not_told(project(), ada()),
            not_told(project(), bob()),
            expanding(project(), group(), false),
            grant(group(), "member", ada()),
        ];
        assert_eq!(holders(&grants), ["g", "bob"]);
    }

    #[test]
    fn a_direct_grant_stays_beside_an_expanding_one() {
        let (project, group, ada) = (id("project", "p"), id("group", "g"), id("user", "ada"));
        let grants = [
            grant(project.clone(), "owner", ada.clone()),
            expanding(project, group.clone(), false),
            grant(group, "member", ada),
        ];
        assert_eq!(holders(&grants), ["g", "ada"]);
    }

    #[test]
    fn only_a_deep_expansion_reaches_through_another_one() {
        for (deep, expected) in [(true, vec!["outer"]), (false, vec!["outer", "ada"])] {
            let (outer, inner) = (id("group", "outer"), id("group", "inner"));
            let grants = [
                not_told(id("project", "p"), id("user", "ada")),
                expanding(id("project", "p"), outer.clone(), deep),
                Grant {
                    slug: "member".into(),
                    ..expanding(outer.clone(), inner.clone(), deep)
                },
                grant(inner.clone(), "member", id("user", "ada")),
                // A circle ends.
                Grant {
                    slug: "member".into(),
                    ..expanding(inner, outer, deep)
                },
            ];
            assert_eq!(holders(&grants), expected, "deep: {deep}");
        }
    }

    #[test]
    fn what_is_pending_explains_nothing() {
        let (project, group, ada) = (id("project", "p"), id("group", "g"), id("user", "ada"));
        let grants = [
            not_told(project.clone(), ada.clone()),
            expanding(project, group.clone(), false),
            Grant {
                pending: true,
                ..grant(group, "member", ada)
            },
        ];
        assert_eq!(holders(&grants), ["g", "ada"]);
    }
}
