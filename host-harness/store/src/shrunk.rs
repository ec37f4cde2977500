//! What a running sync read far less of than the last one did.
//!
//! A service that answers well and leaves most out, as when an index is rebuilt,
//! cannot be told from one where most was deleted. What shrank like that is
//! suspect: it is read again, and then kept as a gap.
//!
//! | before | now | suspect |
//! |---|---|---|
//! | fewer than 20 | any | no |
//! | more | at least half of it | no |
//! | more | less than half of it | yes, unless a gap covers all of the type already |
//!
//! Before is the newest finished sync that was asked for the same, so that the next
//! sync, if it finds no more, takes it for true. Invitations come and go: what is
//! pending does not count.

use governance_contract::model::Subject;
use rusqlite::{OptionalExtension, named_params};

use crate::{Store, StoreError, SyncId, arriving};

/// So few may go without being suspect.
const FEW: u64 = 20;

/// Something of which there is far less than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// Resources, or grants on them.
    pub subject: Subject,
    /// The type of the resources.
    pub resource_type: String,
    /// How many there were in the last sync.
    pub before: u64,
    /// How many were read now.
    pub now: u64,
}

const RESOURCES: &str = "SELECT type, count(*) AS found FROM resources
    WHERE sync = :sync AND status <> 'pending' GROUP BY type";

const GRANTS: &str = "SELECT resource_type AS type, count(*) AS found FROM grants
    WHERE sync = :sync AND NOT pending GROUP BY resource_type";

const COVERED: &str = "SELECT 1 FROM gaps
    WHERE sync = :sync AND ifnull(subject, :subject) = :subject
        AND ifnull(resource_type, before.type) = before.type
        AND coalesce(resource_id, parent_id, slug, principal_type, principal_id) IS NULL";

impl Store {
    /// What a running sync has far less of than the last one.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn shrunk(&mut self, sync: SyncId) -> Result<Vec<Shrunk>, StoreError> {
        let transaction = self.connection.transaction()?;
        arriving::settle(&transaction)?;
        transaction.commit()?;
        let Some(before) = self.last_of_the_same(sync)? else {
            return Ok(Vec::new());
        };
        let mut shrunk = self.shrunk_of(sync, before, Subject::Resources, RESOURCES)?;
        shrunk.extend(self.shrunk_of(sync, before, Subject::Grants, GRANTS)?);
        Ok(shrunk)
    }

    fn last_of_the_same(&self, sync: SyncId) -> Result<Option<SyncId>, StoreError> {
        let sql = "SELECT last.id FROM syncs AS last JOIN syncs AS running
             ON running.id = ? AND last.connection = running.connection
                 AND last.asked = running.asked
             WHERE last.state IN ('complete', 'with-gaps') ORDER BY last.id DESC LIMIT 1";
        let found = self
            .connection
            .query_row(sql, [sync.0], |row| row.get(0).map(SyncId));
        Ok(found.optional()?)
    }

    fn shrunk_of(
        &self,
        sync: SyncId,
        before: SyncId,
        subject: Subject,
        counted: &str,
    ) -> Result<Vec<Shrunk>, StoreError> {
        let sql = format!(
            "SELECT before.type, before.found, ifnull(now.found, 0)
             FROM ({earlier}) AS before LEFT JOIN ({counted}) AS now USING (type)
             WHERE before.found >= :few AND ifnull(now.found, 0) * 2 < before.found
                 AND NOT EXISTS ({COVERED})
             ORDER BY before.type",
            earlier = counted.replace(":sync", ":before"),
        );
        let parameters = named_params! {
            ":sync": sync.0, ":before": before.0, ":few": FEW, ":subject": subject.name(),
        };
        let mut statement = self.connection.prepare(&sql)?;
        let rows = statement.query_map(parameters, |row| {
            Ok(Shrunk {
                subject,
                resource_type: row.get(0)?,
                before: row.get(1)?,
                now: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::model::{Resource, Scope, Status};
    use governance_contract::samples::{gap, grant, id, resource, user};

    use super::*;
    use crate::Batch;
    use crate::fixtures::{Place, begin};

    fn people(count: usize) -> Vec<Resource> {
        (0..count)
            .map(|number| user(&format!("person-{number}"), &[]))
            .collect()
    }

    fn suspect(before: &Batch<'_>, now: &Batch<'_>) -> Vec<(&'static str, u64, u64)> {
        let place = Place::new();
        place.sync("default", *before);
        let mut store = place.writer();
        let sync = begin(&mut store, "default");
        store.write(sync, &[*now]).unwrap();
        let shrunk = store.shrunk(sync).unwrap().into_iter();
        shrunk
            .map(|it| (it.subject.name(), it.before, it.now))
            .collect()
    }

    #[test]
    fn far_less_than_before_is_suspect_and_a_few_less_are_not() {
        for (before, now, expected) in [
            (0, 0, vec![]),
            (19, 0, vec![]),
            (20, 0, vec![("resources", 20, 0)]),
            (20, 9, vec![("resources", 20, 9)]),
            (20, 10, vec![]),
            (300, 149, vec![("resources", 300, 149)]),
            (300, 400, vec![]),
        ] {
            let (before, now) = (people(before), people(now));
            let found = suspect(&Batch::of_resources(&before), &Batch::of_resources(&now));
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_a_gap_covers_and_what_is_pending_is_not_suspect() {
        let mut before = people(30);
        let group = |number| id("group", &format!("g{number}"));
        let grants: Vec<_> = (0..30)
            .map(|number| grant(group(number), "member", id("user", "person-0")))
            .collect();
        let groups = (0..30).map(|number| resource("group", &format!("g{number}")));
        before.extend(groups);
        let before = Batch {
            resources: &before,
            grants: &grants,
            ..Batch::default()
        };
        let lost = |subject: Option<Subject>, resource_type: Option<&str>| {
            gap(Scope {
                subject,
                resource_type: resource_type.map(str::to_owned),
                ..Scope::default()
            })
        };
        let all = vec![
            ("resources", 30, 0),
            ("resources", 30, 0),
            ("grants", 30, 0),
        ];
        for (gaps, expected) in [
            (vec![], all.clone()),
            (vec![lost(None, None)], vec![]),
            (vec![lost(Some(Subject::Grants), None)], all[..2].to_vec()),
            (vec![lost(None, Some("group"))], all[..1].to_vec()),
            (
                vec![gap(Scope {
                    slug: Some("member".into()),
                    ..Scope::default()
                })],
                all,
            ),
        ] {
            let now = Batch {
                gaps: &gaps,
                ..Batch::default()
            };
            assert_eq!(suspect(&before, &now), expected, "{gaps:?}");
        }
        let mut pending = people(30);
        for person in &mut pending {
            person.status = Status::Pending;
        }
        let found = suspect(&Batch::of_resources(&pending), &Batch::default());
        assert_eq!(found, []);
    }
}
