//! Rows stay as they were written, and show it where they did not.

use governance_contract::changes::{Completion, SecretValue};
use governance_contract::samples::{changes, id, resource};
use serde_json::json;

use super::*;
use crate::fixtures::{Place, begin};
use crate::{Batch, NamedResource};

impl Place {
    fn journal(&self) -> Journal {
        Journal::open_to_write(&self.path()).unwrap()
    }

    /// The file as people open it, with nothing between.
    fn sqlite(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

fn append(journal: &mut Journal, change: impl Fn(&mut NewEntry<'_>)) -> i64 {
    let request = changes::grant();
    let mut entry = NewEntry {
        connection: "default",
        at: 1_767_323_045,
        batch: None,
        position: None,
        event: JournalEvent::Planned,
        summary: "adds ada",
        change: &request,
        plan: None,
        plan_digest: None,
        outcome: None,
        reason: Some("on call"),
        ticket: Some("T-1"),
        component_sha256: "00ff",
        operator: Some("root"),
    };
    change(&mut entry);
    journal.append(&entry).unwrap()
}

fn ids(journal: &Journal, filter: &JournalFilter) -> Vec<i64> {
    let mut ids = Vec::new();
    journal
        .rows(filter, |row| {
            ids.push(row.id);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    ids
}

#[test]
fn several_first_changes_may_begin_at_once() {
    let place = Place::new();
    let path = place.path();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| append(&mut Journal::open_to_write(&path).unwrap(), |_| {}));
        }
    });
    let chain = place.journal().verify().unwrap();
    assert_eq!((chain.rows, chain.broken_at), (8, None));
}

#[test]
fn a_row_is_read_as_it_was_written_without_its_secrets() {
    let place = Place::new();
    let mut outcome = changes::outcome(Completion::NoOp("held".into()));
    outcome.request_ids.push("req-1".into());
    outcome.secrets.push(SecretValue {
        of: id("api_key", "k"),
        value: "s3cret".into(),
    });
    let plan = json!({"steps": []});
    let mut journal = place.journal();
    let request = changes::grant();
    let entry = NewEntry {
        connection: "default",
        at: 1_767_323_045,
        batch: Some("b"),
        position: Some(7),
        event: JournalEvent::Finished,
        summary: "nothing",
        change: &request,
        plan: Some(&plan),
        plan_digest: Some("abcd"),
        outcome: Some(&outcome),
        reason: None,
        ticket: None,
        component_sha256: "00ff",
        operator: None,
    };
    journal.append(&entry).unwrap();
    let mut rows = Vec::new();
    let reader = Journal::open_to_read(&place.path()).unwrap();
    let count = reader.rows(&JournalFilter::default(), |row| {
        rows.push(serde_json::to_value(row).unwrap());
        Ok::<_, StoreError>(())
    });
    assert_eq!(count.unwrap(), 1);
    let row = &rows[0];
    assert_eq!(row["at"], "2026-01-02T03:04:05Z");
    assert_eq!(
        (&row["event"], &row["position"]),
        (&json!("finished"), &json!(7))
    );
    assert_eq!(
        (&row["kind"], &row["completion"]),
        (&json!("grant"), &json!("no-op"))
    );
    assert_eq!(row["change"], governance_contract::json::change(&request));
    assert_eq!(
        (&row["plan"], &row["request_ids"]),
        (&plan, &json!(["req-1"]))
    );
    assert_eq!(row["previous_hash"], NOTHING);
    drop((journal, reader));
    let file = std::fs::read(place.path()).unwrap();
    assert!(!file.windows(6).any(|it| it == b"s3cret"));
}

#[test]
fn nothing_written_can_be_changed_or_taken_out() {
    let place = Place::new();
    append(&mut place.journal(), |_| {});
    for sql in [
        "DELETE FROM journal",
        "UPDATE journal SET reason = 'another'",
        "UPDATE journal SET id = 2",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
        "REPLACE INTO journal (id, connection, at, event, kind, summary, change, request_ids,
             component_sha256, previous_hash, hash)
         VALUES (1, 'x', 0, 'planned', 'grant', '', '{}', '[]', '', '', '')",
    ] {
        let error = place.sqlite().execute(sql, []).unwrap_err();
        assert_eq!(error.to_string(), "the journal is append-only", "{sql}");
    }
    let wrong = "INSERT INTO journal (connection, at, event, kind, summary, change, request_ids,
             component_sha256, previous_hash, hash)
         VALUES ('x', 0, 'denied', 'grant', '', '{}', '[]', '', '', '')";
    assert!(place.sqlite().execute(wrong, []).is_err());
}

#[test]
fn a_row_that_was_altered_or_taken_out_shows() {
    for (sql, broken_at) in [
        ("SELECT 1", None),
        (
            "UPDATE journal SET reason = 'another' WHERE id = 2",
            Some(2),
        ),
        ("UPDATE journal SET ticket = NULL WHERE id = 1", Some(1)),
        (
            "UPDATE journal SET reason = 'on callT', ticket = '-1' WHERE id = 3",
            Some(3),
        ),
        ("DELETE FROM journal WHERE id = 2", Some(3)),
        ("DELETE FROM journal WHERE id = 1", Some(2)),
    ] {
        let place = Place::new();
        let mut journal = place.journal();
        for _ in 0..3 {
            append(&mut journal, |_| {});
        }
        let whole = journal.verify().unwrap();
        assert_eq!((whole.rows, whole.broken_at), (3, None));
        let triggers = "DROP TRIGGER journal_keeps_rows; DROP TRIGGER journal_keeps_facts;";
        place
            .sqlite()
            .execute_batch(&format!("{triggers} {sql}"))
            .unwrap();
        assert_eq!(journal.verify().unwrap().broken_at, broken_at, "{sql}");
    }
}

#[test]
fn rows_are_found_by_what_they_are_about() {
    let place = Place::new();
    let mut journal = place.journal();
    append(&mut journal, |_| {});
    append(&mut journal, |it| it.connection = "staging");
    append(&mut journal, |it| it.batch = Some("b"));
    append(&mut journal, |it| it.at = 1_900_000_000);
    append(&mut journal, |it| it.event = JournalEvent::Refused);
    let all = JournalFilter::default;
    let text = |it: &str| Some(it.to_owned());
    for (filter, expected) in [
        (all(), vec![1, 2, 3, 4, 5]),
        (
            JournalFilter {
                connection: text("staging"),
                ..all()
            },
            vec![2],
        ),
        (
            JournalFilter {
                batch: text("b"),
                ..all()
            },
            vec![3],
        ),
        (
            JournalFilter {
                since: Some(1_900_000_000),
                ..all()
            },
            vec![4],
        ),
        (
            JournalFilter {
                event: Some(JournalEvent::Refused),
                ..all()
            },
            vec![5],
        ),
        (
            JournalFilter {
                batch: text("b"),
                connection: text("staging"),
                ..all()
            },
            vec![],
        ),
    ] {
        assert_eq!(ids(&journal, &filter), expected, "{filter:?}");
    }
}

#[test]
fn what_was_started_and_did_not_end_is_unfinished() {
    use JournalEvent::{Finished, Planned, Refused, Started};
    let place = Place::new();
    let mut journal = place.journal();
    for (position, events) in [
        (0, &[Planned, Started, Finished][..]),
        (1, &[Planned, Started]),
        (2, &[Planned]),
        (3, &[Planned, Started, Refused]),
        (4, &[Started, Finished, Started]),
    ] {
        for event in events {
            append(&mut journal, |it| {
                (it.batch, it.position, it.event) = (Some("b"), Some(position), *event);
            });
            append(&mut journal, |it| {
                (it.batch, it.position, it.event) = (Some("other"), Some(position), Finished);
            });
        }
    }
    let unfinished = journal.unfinished("b").unwrap();
    let positions: Vec<_> = unfinished.iter().filter_map(|it| it.position).collect();
    assert_eq!(positions, [1, 4]);
    assert!(journal.unfinished("none").unwrap().is_empty());
}

#[test]
fn the_journal_is_written_while_a_sync_runs() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begin(&mut store, "default");
    let mut journal = place.journal();
    append(&mut journal, |_| {});
    store
        .write(sync, &[Batch::of_resources(&[resource("user", "ada")])])
        .unwrap();
    append(&mut journal, |_| {});
    assert_eq!(journal.verify().unwrap().rows, 2);
}

/// A store as version 1 of the schema made it.
fn version_1(place: &Place) {
    place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
    place
        .sqlite()
        .execute_batch(
            "DROP TABLE tasks; DROP TABLE arriving_grants; DROP TABLE checkpoints; DROP TABLE journal; DROP VIEW current_effective; DROP TABLE inactive;
             DROP TABLE expansions; DROP TABLE explained_grants; DROP INDEX resources_by_parent;
             PRAGMA user_version = 1",
        )
        .unwrap();
}

#[test]
fn a_store_of_version_1_is_read_as_it_is_and_keeps_its_rows_when_it_is_written() {
    let place = Place::new();
    version_1(&place);
    assert_eq!(Store::probe(&place.path()).unwrap(), Found::Ours);
    assert_eq!(place.reader().all_resources().len(), 1);
    let journal = Journal::open_to_read(&place.path()).unwrap();
    assert!(ids(&journal, &JournalFilter::default()).is_empty());
    assert!(journal.unfinished("b").unwrap().is_empty());
    assert_eq!(journal.verify().unwrap().rows, 0);
    drop(journal);
    append(&mut place.journal(), |_| {});
    assert_eq!(place.reader().all_resources().len(), 1);
    assert_eq!(place.journal().verify().unwrap().rows, 1);
}

#[test]
fn what_a_store_of_version_1_does_not_hold_is_told_with_the_way_out() {
    let place = Place::new();
    version_1(&place);
    let store = place.reader();
    let ada = NamedResource {
        resource_type: "user".into(),
        id: "ada".into(),
    };
    let sync = store.current_syncs(None).unwrap()[0].id;
    let nothing = |_| Ok::<_, StoreError>(());
    for error in [
        store.access_of("default", &ada).unwrap_err(),
        store.secrets_of("default", &ada).unwrap_err(),
        store.diff(sync, sync, nothing).unwrap_err(),
        store
            .effective(&Default::default(), |_| Ok::<_, StoreError>(()))
            .unwrap_err(),
    ] {
        assert!(
            matches!(error, StoreError::Older { found: 1, .. }),
            "{error}"
        );
        assert!(error.hint().unwrap().contains("`harness sync`"));
    }
    drop(place.writer());
    assert!(place.reader().access_of("default", &ada).unwrap().is_known);
}

#[test]
fn a_sync_brings_a_store_of_version_1_to_this_one() {
    let place = Place::new();
    version_1(&place);
    drop(place.writer());
    let version = file::version(&place.sqlite()).unwrap();
    assert_eq!(version, SCHEMA_VERSION);
    assert_eq!(place.reader().all_resources().len(), 1);
}
