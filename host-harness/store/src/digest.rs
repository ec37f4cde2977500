//! What a sync holds, as one short text: two syncs that hold the same have the
//! same digest, and a file that names one, such as a review, is bound to it.
//!
//! It is the SHA-256 of what was asked for and of the rows of these tables, in the
//! order of their keys, each value with its kind and its length. What only tells
//! when and how something was read is left out: ids of syncs, times of theirs,
//! requests, and the connector's hints.

use rusqlite::types::ValueRef;
use rusqlite::{Row, Statement};
use sha2::{Digest, Sha256};

use crate::{Store, StoreError, SyncId};

/// Tables with the columns that count. The first of them, whose number stands
/// first, are the key.
const TABLES: [(&str, usize, &[&str]); 6] = [
    (
        "resources",
        2,
        &[
            "type",
            "id",
            "parent_type",
            "parent_id",
            "name",
            "description",
            "status",
            "managed_by",
            "created_at",
            "expires_at",
            "last_use_at",
            "last_use_using",
            "account_kind",
            "login",
            "is_secret",
            "secret_owner_type",
            "secret_owner_id",
            "secret_redacted_value",
            "permissions",
            "attributes",
        ],
    ),
    (
        "emails",
        3,
        &[
            "resource_type",
            "resource_id",
            "position",
            "address",
            "is_primary",
        ],
    ),
    (
        "aliases",
        4,
        &["resource_type", "resource_id", "alias_type", "alias_id"],
    ),
    (
        "entitlements",
        3,
        &[
            "resource_type",
            "resource_id",
            "slug",
            "name",
            "description",
            "purpose",
            "grantable_to",
            "exclusion_group",
            "exclusion_default",
        ],
    ),
    (
        "grants",
        5,
        &[
            "resource_type",
            "resource_id",
            "slug",
            "principal_type",
            "principal_id",
            "directness",
            "sources",
            "pending",
            "immutable",
            "expands_slugs",
            "expands_deep",
            "expires_at",
        ],
    ),
    (
        "gaps",
        10,
        &[
            "surface",
            "subject",
            "resource_type",
            "resource_id",
            "parent_type",
            "parent_id",
            "slug",
            "principal_type",
            "principal_id",
            "reason",
        ],
    ),
];

/// A digest of values, each with its kind and length, so that no two sequences of
/// them read the same.
#[derive(Debug)]
pub(crate) struct Framed(Sha256);

impl Framed {
    pub(crate) fn after(beginning: &str) -> Self {
        Self(Sha256::new().chain_update(beginning))
    }

    pub(crate) fn add(&mut self, kind: &str, value: &[u8]) {
        self.0.update(format!("{kind} {}:", value.len()));
        self.0.update(value);
    }

    /// In lower-case hexadecimal.
    pub(crate) fn text(self) -> String {
        let digest = self.0.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn add_column(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => self.add("null", &[]),
            ValueRef::Integer(number) => self.add("integer", number.to_string().as_bytes()),
            ValueRef::Real(number) => self.add("real", &number.to_be_bytes()),
            ValueRef::Text(text) => self.add("text", text),
            ValueRef::Blob(bytes) => self.add("blob", bytes),
        }
    }
}

impl Store {
    /// The digest of what a finished sync holds, in lower-case hexadecimal.
    ///
    /// # Errors
    /// A sync that there is not or that was not read to its end, and SQLite's
    /// failures.
    pub fn digest(&self, sync: SyncId) -> Result<String, StoreError> {
        self.finished(sync)?;
        let mut digest = Framed::after("");
        let asked: String =
            self.connection
                .query_row("SELECT asked FROM syncs WHERE id = ?", [sync.0], |row| {
                    row.get(0)
                })?;
        digest.add("asked", asked.as_bytes());
        for (table, key, columns) in TABLES {
            digest.add("table", table.as_bytes());
            let sql = format!(
                "SELECT {} FROM {table} WHERE sync = ? ORDER BY {}",
                columns.join(", "),
                columns[..key].join(", "),
            );
            add_rows(&mut digest, self.connection.prepare(&sql)?, sync)?;
        }
        Ok(digest.text())
    }
}

fn add_rows(
    digest: &mut Framed,
    mut statement: Statement<'_>,
    sync: SyncId,
) -> rusqlite::Result<()> {
    let count = statement.column_count();
    let mut rows = statement.query([sync.0])?;
    while let Some(row) = rows.next()? {
        add_row(digest, row, count)?;
    }
    Ok(())
}

fn add_row(digest: &mut Framed, row: &Row<'_>, count: usize) -> rusqlite::Result<()> {
    for index in 0..count {
        digest.add_column(row.get_ref(index)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use governance_contract::model::{Gap, Grant, Resource, Scope};
    use governance_contract::samples::{entitlement, gap, id, resource, user};

    use crate::Batch;
    use crate::fixtures::{Place, begin, finish, told};

    type Content = (Vec<Resource>, Vec<Grant>, Vec<Gap>);

    fn content() -> Content {
        (
            vec![user("ada", &["ada@example.org"]), resource("group", "g")],
            vec![told("user:ada group:g:member")],
            vec![gap(Scope::default())],
        )
    }

    fn digest_of((resources, grants, gaps): &Content) -> String {
        let place = Place::new();
        let mut store = place.writer();
        let sync = begin(&mut store, "default");
        let batch = Batch {
            resources,
            entitlements: &[entitlement(id("group", "g"), "member")],
            grants,
            gaps,
        };
        store.write(sync, &[batch]).unwrap();
        assert!(store.digest(sync).is_err(), "it is not finished");
        finish(&mut store, sync, crate::Ending::Read);
        store.digest(sync).unwrap()
    }

    #[test]
    fn the_same_content_has_the_same_digest_in_whatever_order_it_came() {
        let (mut resources, grants, gaps) = content();
        let digest = digest_of(&content());
        assert_eq!(digest.len(), 64);
        resources.reverse();
        assert_eq!(digest_of(&(resources, grants, gaps)), digest);
    }

    #[test]
    fn any_other_content_has_another_digest() {
        let changes: [fn(&mut Content); 7] = [
            |it| it.0[1].name.push('x'),
            |it| it.0[0] = user("ada", &["bob@example.org"]),
            |it| it.0[0].aliases.push(id("user", "ada2")),
            |it| it.1[0].pending = true,
            |it| it.1.clear(),
            |it| it.2.clear(),
            |it| it.2[0].scope.slug = Some("member".into()),
        ];
        let mut digests = vec![digest_of(&content())];
        for change in changes {
            let mut content = content();
            change(&mut content);
            digests.push(digest_of(&content));
        }
        let all = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), all);
    }
}
