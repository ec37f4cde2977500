//! What people see of a row. `--json` has all of it.
//!
//! With one connection, whose name is then not shown, a line has at most 120
//! columns.

use governance_host::store::{
    EntitlementRow, GapRow, GrantRow, Moment, NamedResource, ResourceRow, ScopeRow,
};

use crate::table::Column;

/// How rows of a kind are shown.
pub(super) struct Layout<R: 'static> {
    /// What they are, several of them.
    pub(super) noun: &'static str,
    /// The first one is the connection's name.
    pub(super) columns: &'static [Column],
    /// A cell for each column.
    pub(super) cells: fn(&R) -> Vec<String>,
}

const CONNECTION: Column = ("connection", 16);

pub(super) const ACCOUNTS: Layout<ResourceRow> = Layout {
    noun: "accounts",
    columns: &[
        CONNECTION,
        ("name", 30),
        ("e-mail", 40),
        ("type", 16),
        ("status", 8),
        ("last use", 10),
    ],
    cells: |row| {
        vec![
            row.connection.clone(),
            row.name.clone(),
            email(row),
            row.resource_type.clone(),
            row.status.clone(),
            row.last_use
                .as_ref()
                .map(|it| day(it.at))
                .unwrap_or_default(),
        ]
    },
};

pub(super) const RESOURCES: Layout<ResourceRow> = Layout {
    noun: "resources",
    columns: &[
        CONNECTION,
        ("type", 16),
        ("id", 32),
        ("name", 30),
        ("status", 8),
        ("belongs to", 26),
    ],
    cells: |row| {
        vec![
            row.connection.clone(),
            row.resource_type.clone(),
            row.id.clone(),
            row.name.clone(),
            row.status.clone(),
            row.parent.as_ref().map(named).unwrap_or_default(),
        ]
    },
};

pub(super) const ENTITLEMENTS: Layout<EntitlementRow> = Layout {
    noun: "entitlements",
    columns: &[
        CONNECTION,
        ("id", 50),
        ("name", 30),
        ("purpose", 10),
        ("held by", 24),
    ],
    cells: |row| {
        vec![
            row.connection.clone(),
            row.id.clone(),
            row.name.clone(),
            row.purpose.clone(),
            row.grantable_to.join(", "),
        ]
    },
};

pub(super) const GRANTS: Layout<GrantRow> = Layout {
    noun: "grants",
    columns: &[
        CONNECTION,
        ("who", 24),
        ("principal", 34),
        ("entitlement", 46),
        ("how", 10),
    ],
    cells: |row| {
        vec![
            row.connection.clone(),
            row.principal_name.clone().unwrap_or_default(),
            format!("{}:{}", row.principal_type, row.principal_id),
            row.entitlement_id.clone(),
            if row.pending {
                "pending".into()
            } else {
                row.directness.clone()
            },
        ]
    },
};

pub(super) const GAPS: Layout<GapRow> = Layout {
    noun: "gaps",
    columns: &[
        CONNECTION,
        ("surface", 16),
        ("reason", 10),
        ("what is unknown", 44),
        ("detail", 44),
    ],
    cells: |row| {
        vec![
            row.connection.clone(),
            row.surface.clone(),
            row.reason.clone(),
            scope_in_words(&row.scope),
            row.detail.clone(),
        ]
    },
};

/// The primary address, or the first one.
fn email(row: &ResourceRow) -> String {
    let email = row
        .emails
        .iter()
        .find(|it| it.primary)
        .or(row.emails.first());
    email.map(|it| it.address.clone()).unwrap_or_default()
}

fn day(moment: Moment) -> String {
    let text = moment.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

fn named(resource: &NamedResource) -> String {
    format!("{}:{}", resource.resource_type, resource.id)
}

/// A scope in words: `grants on group:g-1 of user:any`, `resources group:any`.
pub(crate) fn scope_in_words(scope: &ScopeRow) -> String {
    let one = |kind: &Option<String>, id: &Option<String>| match (kind, id) {
        (None, None) => None,
        (kind, id) => {
            let [kind, id] = [kind, id].map(|it| it.as_deref().unwrap_or("any"));
            Some(format!("{kind}:{id}"))
        }
    };
    // Of resources their own type is given, of all else what it is on.
    let on = if scope.subject.as_deref() == Some("resources") {
        " "
    } else {
        " on "
    };
    let parts = [
        (
            "",
            Some(scope.subject.clone().unwrap_or("everything".into())),
        ),
        (on, one(&scope.resource_type, &scope.resource_id)),
        (" as ", scope.slug.clone()),
        (" in ", scope.parent.as_ref().map(named)),
        (" of ", one(&scope.principal_type, &scope.principal_id)),
    ];
    let given = parts
        .into_iter()
        .filter_map(|(link, part)| Some(format!("{link}{}", part?)));
    given.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_in_120_columns() {
        for columns in [
            ACCOUNTS.columns,
            RESOURCES.columns,
            ENTITLEMENTS.columns,
            GRANTS.columns,
            GAPS.columns,
        ] {
            let widths: usize = columns[1..].iter().map(|(_, widest)| widest + 2).sum();
            assert!(widths <= 122, "{columns:?}");
        }
    }

    #[test]
    fn a_scope_reads_as_words() {
        let text = |text: &str| Some(text.to_owned());
        let any = ScopeRow::default;
        for (scope, words) in [
            (any(), "everything"),
            (
                ScopeRow {
                    subject: text("grants"),
                    ..any()
                },
                "grants",
            ),
            (
                ScopeRow {
                    subject: text("resources"),
                    resource_type: text("group"),
                    ..any()
                },
                "resources group:any",
            ),
            (
                ScopeRow {
                    subject: text("grants"),
                    resource_type: text("project"),
                    resource_id: text("p"),
                    slug: text("owner"),
                    principal_type: text("user"),
                    parent: Some(NamedResource {
                        resource_type: "organization".into(),
                        id: "o".into(),
                    }),
                    ..any()
                },
                "grants on project:p as owner in organization:o of user:any",
            ),
        ] {
            assert_eq!(scope_in_words(&scope), words);
        }
    }
}
