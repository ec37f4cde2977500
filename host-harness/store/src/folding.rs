//! A grant of which the service does not tell whether it is direct is no grant
//! of its own where an expanding grant explains it: it is what that one expands
//! to, and is folded into it.
//!
//! Done by what [`expansion`] worked out, over the whole sync at once.
//!
//! [`expansion`]: crate::expansion

use rusqlite::{Transaction, named_params};

use crate::SyncId;

/// What expands stays, since others hold by it.
const FOLD: &str = "
DELETE FROM grants
WHERE sync = :sync AND directness = 'not-told' AND pending = 0 AND expands_slugs IS NULL AND EXISTS (
    SELECT 1 FROM explained_grants AS explained
    WHERE explained.sync = :sync AND explained.resource_type = grants.resource_type
        AND explained.resource_id = grants.resource_id AND explained.slug = grants.slug
        AND explained.principal_type = grants.principal_type
        AND explained.principal_id = grants.principal_id
)";

const FORGET: &str = "
DELETE FROM explained_grants
WHERE sync = :sync AND NOT EXISTS (
    SELECT 1 FROM grants
    WHERE grants.sync = :sync AND grants.resource_type = explained_grants.resource_type
        AND grants.resource_id = explained_grants.resource_id
        AND grants.slug = explained_grants.slug
        AND grants.principal_type = explained_grants.principal_type
        AND grants.principal_id = explained_grants.principal_id
)";

/// Folds what expanding grants explain.
pub(crate) fn fold(transaction: &Transaction<'_>, sync: SyncId) -> rusqlite::Result<()> {
    for statement in [FOLD, FORGET] {
        transaction.execute(statement, named_params! { ":sync": sync.0 })?;
    }
    Ok(())
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
