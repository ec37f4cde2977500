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

/// Something that rows refer to.
struct Target {
    table: &'static str,
    /// The columns that name it, in the order of [`SCOPE`].
    columns: &'static [&'static str],
    /// The subjects of gaps that leave open whether it is there.
    subjects: &'static str,
}

const RESOURCE: Target = Target {
    table: "resources",
    columns: &["type", "id"],
    subjects: "'resources'",
};

const ENTITLEMENT: Target = Target {
    table: "entitlements",
    columns: &["resource_type", "resource_id", "slug"],
    subjects: "'resources', 'entitlements'",
};

/// The columns by which a gap covers targets.
const SCOPE: [&str; 3] = ["resource_type", "resource_id", "slug"];

/// Rows that refer to a target, which has to be there.
struct Reference {
    rule: &'static str,
    table: &'static str,
    /// The columns that refer to it, in the order of the target's own. Rows in
    /// which they are NULL refer to nothing.
    columns: &'static [&'static str],
    to: &'static Target,
}

const REFERENCES: [Reference; 4] = [
    Reference {
        rule: "grants on unknown entitlements",
        table: "grants",
        columns: &["resource_type", "resource_id", "slug"],
        to: &ENTITLEMENT,
    },
    Reference {
        rule: "grants to unknown principals",
        table: "grants",
        columns: &["principal_type", "principal_id"],
        to: &RESOURCE,
    },
    Reference {
        rule: "entitlements of unknown resources",
        table: "entitlements",
        columns: &["resource_type", "resource_id"],
        to: &RESOURCE,
    },
    Reference {
        rule: "resources of unknown parents",
        table: "resources",
        columns: &["parent_type", "parent_id"],
        to: &RESOURCE,
    },
];

impl Reference {
    /// A query for what is referred to, neither there nor covered by a gap, and
    /// how often.
    fn unmet(&self) -> String {
        let Self { table, to, .. } = self;
        format!(
            "SELECT {shown}, count(*) FROM {table}
             WHERE sync = :sync AND {first} IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM {target} AS target WHERE target.sync = {table}.sync AND {there}
             ) AND NOT EXISTS (
                 SELECT 1 FROM gaps WHERE gaps.sync = {table}.sync
                     AND ifnull(gaps.subject, 'resources') IN ({subjects}) AND {covered}
             )
             GROUP BY {columns}",
            shown = self.columns.join(" || ':' || "),
            first = self.columns[0],
            target = to.table,
            there = self.beside(to.columns, |own, its| format!("target.{its} = {own}")),
            subjects = to.subjects,
            covered = self.beside(&SCOPE, |own, its| format!(
                "ifnull(gaps.{its}, {own}) = {own}"
            )),
            columns = self.columns.join(", "),
        )
    }

    /// A condition for each column and the one in the same place of another
    /// table.
    fn beside(&self, others: &[&str], condition: fn(&str, &str) -> String) -> String {
        let columns = self.columns.iter().zip(others);
        let conditions =
            columns.map(|(own, other)| condition(&format!("{}.{own}", self.table), other));
        conditions.collect::<Vec<_>>().join(" AND ")
    }
}

const CONTESTED: (&str, &str) = (
    "aliases that several resources claim",
    "SELECT alias_type || ':' || alias_id, count(*) FROM aliases
     WHERE sync = :sync GROUP BY alias_type, alias_id HAVING count(*) > 1",
);

/// Checks a sync whose aliases are resolved.
pub(crate) fn check(transaction: &Transaction<'_>, sync: SyncId) -> rusqlite::Result<Vec<Finding>> {
    let unmet = REFERENCES.iter().map(|it| (it.rule, it.unmet()));
    let contested = (CONTESTED.0, CONTESTED.1.to_owned());
    unmet
        .chain([contested])
        .map(|(rule, sql)| find(transaction, sync, rule, &sql))
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
