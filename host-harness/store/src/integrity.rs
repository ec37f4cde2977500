//! What does not fit together in a sync that was read to its end.
//!
//! A reference to something that is not there is a finding only where no gap
//! covers what is missing: a gap says already that it is unknown. Nothing is
//! mended and nothing is dropped; the report is kept with the sync.

use rusqlite::{Transaction, named_params};
use serde::Serialize;

use crate::SyncId;

/// How many examples a finding names.
const EXAMPLES: usize = 3;

/// One rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong, such as `grants on unknown entitlements`.
    pub rule: &'static str,
    /// How many there are of it.
    pub count: u64,
    /// The ids of the first few things that are missing or contested.
    pub examples: Vec<String>,
}

/// Each rule with a query that gives what is missing, and how often.
const RULES: [(&str, &str); 5] = [
    (
        "grants on unknown entitlements",
        "SELECT resource_type || ':' || resource_id || ':' || slug, count(*) FROM grants
         WHERE sync = :sync AND NOT EXISTS (
             SELECT 1 FROM entitlements WHERE entitlements.sync = grants.sync
                 AND entitlements.resource_type = grants.resource_type
                 AND entitlements.resource_id = grants.resource_id
                 AND entitlements.slug = grants.slug
         ) AND NOT EXISTS (
             SELECT 1 FROM gaps WHERE gaps.sync = grants.sync
                 AND ifnull(gaps.subject, 'entitlements') IN ('entitlements', 'resources')
                 AND ifnull(gaps.resource_type, grants.resource_type) = grants.resource_type
                 AND ifnull(gaps.resource_id, grants.resource_id) = grants.resource_id
                 AND ifnull(gaps.slug, grants.slug) = grants.slug
         )
         GROUP BY resource_type, resource_id, slug",
    ),
    (
        "grants to unknown principals",
        "SELECT principal_type || ':' || principal_id, count(*) FROM grants
         WHERE sync = :sync AND NOT EXISTS (
             SELECT 1 FROM resources WHERE resources.sync = grants.sync
                 AND resources.type = grants.principal_type AND resources.id = grants.principal_id
         ) AND NOT EXISTS (
             SELECT 1 FROM gaps WHERE gaps.sync = grants.sync
                 AND ifnull(gaps.subject, 'resources') = 'resources'
                 AND ifnull(gaps.resource_type, grants.principal_type) = grants.principal_type
                 AND ifnull(gaps.resource_id, grants.principal_id) = grants.principal_id
         )
         GROUP BY principal_id, principal_type",
    ),
    (
        "entitlements of unknown resources",
        "SELECT resource_type || ':' || resource_id, count(*) FROM entitlements
         WHERE sync = :sync AND NOT EXISTS (
             SELECT 1 FROM resources WHERE resources.sync = entitlements.sync
                 AND resources.type = entitlements.resource_type
                 AND resources.id = entitlements.resource_id
         ) AND NOT EXISTS (
             SELECT 1 FROM gaps WHERE gaps.sync = entitlements.sync
                 AND ifnull(gaps.subject, 'resources') = 'resources'
                 AND ifnull(gaps.resource_type, entitlements.resource_type) = entitlements.resource_type
                 AND ifnull(gaps.resource_id, entitlements.resource_id) = entitlements.resource_id
         )
         GROUP BY resource_type, resource_id",
    ),
    (
        "resources of unknown parents",
        "SELECT parent_type || ':' || parent_id, count(*) FROM resources
         WHERE sync = :sync AND parent_id IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM resources AS parent WHERE parent.sync = resources.sync
                 AND parent.type = resources.parent_type AND parent.id = resources.parent_id
         ) AND NOT EXISTS (
             SELECT 1 FROM gaps WHERE gaps.sync = resources.sync
                 AND ifnull(gaps.subject, 'resources') = 'resources'
                 AND ifnull(gaps.resource_type, resources.parent_type) = resources.parent_type
                 AND ifnull(gaps.resource_id, resources.parent_id) = resources.parent_id
         )
         GROUP BY parent_type, parent_id",
    ),
    (
        "aliases that several resources claim",
        "SELECT alias_type || ':' || alias_id, count(*) FROM aliases
         WHERE sync = :sync GROUP BY alias_type, alias_id HAVING count(*) > 1",
    ),
];

/// Checks a sync whose aliases are resolved.
pub(crate) fn check(transaction: &Transaction<'_>, sync: SyncId) -> rusqlite::Result<Vec<Finding>> {
    let findings = RULES
        .into_iter()
        .map(|(rule, sql)| find(transaction, sync, rule, sql));
    findings
        .filter(|found| !matches!(found, Ok(finding) if finding.count == 0))
        .collect()
}

fn find(
    transaction: &Transaction<'_>,
    sync: SyncId,
    rule: &'static str,
    sql: &str,
) -> rusqlite::Result<Finding> {
    let mut finding = Finding {
        rule,
        count: 0,
        examples: Vec::new(),
    };
    let mut statement = transaction.prepare(sql)?;
    let mut rows = statement.query(named_params! { ":sync": sync.0 })?;
    while let Some(row) = rows.next()? {
        finding.count += row.get::<_, u64>(1)?;
        if finding.examples.len() < EXAMPLES {
            finding.examples.push(row.get(0)?);
        }
    }
    Ok(finding)
}

#[cfg(test)]
mod tests {
    use governance_contract::model::{Gap, Resource, Scope, Subject};
    use governance_contract::samples::{entitlement, gap, grant, id, resource};

    use crate::Batch;
    use crate::fixtures::{Place, aliased};

    fn findings(batch: Batch<'_>) -> Vec<(&'static str, u64, String)> {
        let found = Place::new().sync("default", batch).integrity;
        found
            .into_iter()
            .map(|it| (it.rule, it.count, it.examples.join(" ")))
            .collect()
    }

    #[test]
    fn what_is_referred_to_and_not_there_is_counted_and_named() {
        let resources = [
            Resource {
                parent: Some(id("project", "gone")),
                ..resource("user", "ada")
            },
            aliased(resource("group", "g"), &[("group", "x")]),
            aliased(resource("group", "h"), &[("group", "x")]),
        ];
        let entitlements = [
            entitlement(id("group", "g"), "member"),
            entitlement(id("group", "lost"), "member"),
        ];
        let grants = [
            grant(id("group", "g"), "member", id("user", "ada")),
            grant(id("group", "g"), "owner", id("user", "ada")),
            grant(id("group", "g"), "owner", id("user", "bob")),
            grant(id("group", "g"), "member", id("user", "bob")),
        ];
        let batch = Batch {
            resources: &resources,
            entitlements: &entitlements,
            grants: &grants,
            gaps: &[],
        };
        let expected = [
            ("grants on unknown entitlements", 2, "group:g:owner"),
            ("grants to unknown principals", 2, "user:bob"),
            ("entitlements of unknown resources", 1, "group:lost"),
            ("resources of unknown parents", 1, "project:gone"),
            ("aliases that several resources claim", 2, "group:x"),
        ];
        assert_eq!(
            findings(batch),
            expected.map(|(rule, count, examples)| (rule, count, examples.to_owned()))
        );
    }

    #[test]
    fn what_a_gap_explains_is_no_finding() {
        let of = |subject, kind: Option<&str>, name: Option<&str>| {
            gap(Scope {
                subject,
                resource_type: kind.map(Into::into),
                resource_id: name.map(Into::into),
                ..Scope::default()
            })
        };
        let cases: [(Gap, bool); 7] = [
            (of(None, None, None), true),
            (of(Some(Subject::Resources), Some("user"), None), true),
            (
                of(Some(Subject::Resources), Some("user"), Some("bob")),
                true,
            ),
            (
                of(Some(Subject::Resources), Some("user"), Some("ada")),
                false,
            ),
            (of(Some(Subject::Resources), Some("group"), None), false),
            (of(Some(Subject::Grants), None, None), false),
            (of(Some(Subject::Events), None, None), false),
        ];
        for (gap, explains) in cases {
            let gaps = [gap];
            let batch = Batch {
                resources: &[resource("group", "g")],
                entitlements: &[entitlement(id("group", "g"), "member")],
                grants: &[grant(id("group", "g"), "member", id("user", "bob"))],
                gaps: &gaps,
            };
            assert_eq!(findings(batch).is_empty(), explains, "{gaps:?}");
        }
    }
}
