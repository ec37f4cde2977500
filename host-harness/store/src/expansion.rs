//! What holding one entitlement amounts to: worked out once, at the end of a
//! sync, for all questions about effective access.
//!
//! | table | says |
//! |---|---|
//! | `inactive` | what is disabled, archived, or part of something archived |
//! | `expansions` | whose own holders hold an entitlement too, over however many expanding grants |
//! | `explained_grants` | which grants that are not direct say nothing that expansions do not |
//!
//! Only entitlements are expanded here, not their holders: a group of a thousand
//! people on a thousand projects is a thousand rows, not a million. The view
//! `current_effective` puts the holders to them when it is asked.
//!
//! Each step of a deep expansion is taken once, so that circles end. Grants that
//! are pending expand to nobody.

use rusqlite::{Transaction, named_params};

use crate::SyncId;

const INACTIVE: &str = "
WITH RECURSIVE ended AS (
    SELECT type, id FROM resources WHERE sync = :sync AND status = 'archived'
    UNION
    SELECT resources.type, resources.id
    FROM ended CROSS JOIN resources ON resources.sync = :sync
        AND resources.parent_id = ended.id AND resources.parent_type = ended.type
)
INSERT INTO inactive (sync, type, id, ended)
SELECT :sync, type, id, 1 FROM ended
UNION ALL
SELECT :sync, type, id, 0 FROM resources
WHERE sync = :sync AND status = 'disabled' AND (type, id) NOT IN (SELECT type, id FROM ended)";

/// What one grant expands to.
const STEPS: &str = "
INSERT INTO expansions (
    sync, resource_type, resource_id, slug, via_type, via_id, via_slug, effective, deep
)
SELECT DISTINCT sync, resource_type, resource_id, slug, principal_type, principal_id, each.value,
    NOT EXISTS (
        SELECT 1 FROM inactive
        WHERE inactive.sync = :sync AND inactive.type = grants.principal_type
            AND inactive.id = grants.principal_id
    ),
    expands_deep
FROM grants, json_each(grants.expands_slugs) AS each
WHERE sync = :sync AND pending = 0 AND expands_slugs IS NOT NULL
    AND (resource_type, resource_id, slug) <> (principal_type, principal_id, each.value)";

/// What deep steps lead on to. A shallow one is the last on its way.
const CLOSURE: &str = "
WITH RECURSIVE reached AS (
    SELECT resource_type, resource_id, slug, via_type, via_id, via_slug, effective, deep
    FROM expansions WHERE sync = :sync AND deep
    UNION
    SELECT reached.resource_type, reached.resource_id, reached.slug,
        step.via_type, step.via_id, step.via_slug,
        reached.effective AND step.effective, step.deep
    FROM reached CROSS JOIN expansions AS step ON step.sync = :sync
        AND step.resource_type = reached.via_type AND step.resource_id = reached.via_id
        AND step.slug = reached.via_slug
    WHERE reached.deep
)
INSERT INTO expansions (
    sync, resource_type, resource_id, slug, via_type, via_id, via_slug, effective
)
SELECT :sync, resource_type, resource_id, slug, via_type, via_id, via_slug, max(effective)
FROM reached
WHERE (resource_type, resource_id, slug) <> (via_type, via_id, via_slug)
GROUP BY resource_type, resource_id, slug, via_type, via_id, via_slug
ON CONFLICT DO UPDATE SET effective = max(effective, excluded.effective)";

/// Explained is what expansions reach from a grant that is direct, or that
/// nothing explains in turn: so two cannot explain each other away.
const EXPLAINED: &str = "
INSERT INTO explained_grants (
    sync, resource_type, resource_id, slug, principal_type, principal_id
)
SELECT sync, resource_type, resource_id, slug, principal_type, principal_id FROM grants
WHERE sync = :sync AND directness <> 'direct' AND pending = 0 AND EXISTS (
    SELECT 1 FROM expansions JOIN grants AS held ON held.sync = expansions.sync
        AND held.resource_type = expansions.via_type AND held.resource_id = expansions.via_id
        AND held.slug = expansions.via_slug AND held.principal_type = grants.principal_type
        AND held.principal_id = grants.principal_id AND held.pending = 0
    WHERE expansions.sync = :sync AND expansions.effective
        AND expansions.resource_type = grants.resource_type
        AND expansions.resource_id = grants.resource_id AND expansions.slug = grants.slug
        AND (held.directness = 'direct' OR NOT EXISTS (
            SELECT 1 FROM expansions AS before JOIN grants AS root ON root.sync = before.sync
                AND root.resource_type = before.via_type AND root.resource_id = before.via_id
                AND root.slug = before.via_slug AND root.principal_type = held.principal_type
                AND root.principal_id = held.principal_id AND root.pending = 0
            WHERE before.sync = :sync AND before.effective
                AND before.resource_type = held.resource_type
                AND before.resource_id = held.resource_id AND before.slug = held.slug
        ))
)";

/// Works all of it out for a sync whose aliases are resolved. What was worked
/// out before is replaced.
pub(crate) fn expand(transaction: &Transaction<'_>, sync: SyncId) -> rusqlite::Result<()> {
    for table in ["inactive", "expansions", "explained_grants"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE sync = ?"), [sync.0])?;
    }
    for statement in [INACTIVE, STEPS, CLOSURE, EXPLAINED] {
        transaction.execute(statement, named_params! { ":sync": sync.0 })?;
    }
    Ok(())
}
