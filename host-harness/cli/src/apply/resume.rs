//! Batches that were interrupted: what of one has ended, and what was under way.
//!
//! A batch is known by the file that it is of, and when it began. What ended is
//! not made again. What was under way is looked at first, once reads have to
//! show it: what may have been made already is not made a second time.

use std::collections::BTreeMap;
use std::path::Path;

use governance_host::contract::changes::ChangeRequest;
use governance_host::contract::json::read_change;
use governance_host::store::{Journal, JournalEvent, JournalFilter, JournalRow, StoreError};

use crate::exit::{Exit, Refused};

/// What became of a change of an earlier run.
pub(crate) enum Earlier {
    /// It ended; how.
    Ended(String),
    /// It was sent, at this time, and nobody knows more.
    UnderWay {
        request: Box<ChangeRequest>,
        since: i64,
    },
}

/// A batch of an earlier run.
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) changes: BTreeMap<u32, Earlier>,
}

impl Batch {
    /// Whether all of so many changes have ended.
    fn is_over(&self, length: usize) -> bool {
        let ended = self.changes.values();
        let ended = ended.filter(|it| matches!(it, Earlier::Ended(_)));
        ended.count() >= length
    }

    /// How many changes ended, and how.
    pub(crate) fn told(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for earlier in self.changes.values() {
            let how = match earlier {
                Earlier::Ended(how) => how,
                Earlier::UnderWay { .. } => "under way",
            };
            *counts.entry(how).or_default() += 1;
        }
        let counts: Vec<_> = counts
            .iter()
            .map(|(how, count)| format!("{count} {how}"))
            .collect();
        match counts.is_empty() {
            true => "nothing was sent before the interruption".to_owned(),
            false => format!("before the interruption: {}", counts.join(", ")),
        }
    }

    fn take(&mut self, row: JournalRow) {
        let Some(position) = row.position else { return };
        match row.event {
            JournalEvent::Planned => {}
            JournalEvent::Started => {
                if let Ok(request) = read_change(&row.change) {
                    let under_way = Earlier::UnderWay {
                        request: Box::new(request),
                        since: row.at.0,
                    };
                    self.changes.insert(position, under_way);
                }
            }
            JournalEvent::Finished | JournalEvent::Refused => {
                let how = row.completion;
                let how = how.unwrap_or_else(|| row.event.name().to_owned());
                self.changes.insert(position, Earlier::Ended(how));
            }
        }
    }
}

/// The batch to go on with, if there is one.
///
/// # Errors
/// There is one, and it is not to be gone on with; or the other way round.
pub(crate) fn earlier(
    database: &Path,
    connection: &str,
    fingerprint: &str,
    length: usize,
    resume: bool,
) -> anyhow::Result<Option<Batch>> {
    let last = last(database, connection, fingerprint)?;
    let unfinished = last.filter(|it| !it.is_over(length));
    match (unfinished, resume) {
        (Some(batch), false) => Err(Refused {
            exit: Exit::Usage,
            message: format!("the batch {} of this file was interrupted", batch.id),
            hint: "go on with it by --resume".to_owned(),
        }
        .into()),
        (None, true) => Err(Refused {
            exit: Exit::Usage,
            message: "no batch of this file was interrupted".to_owned(),
            hint: "leave --resume out to begin one".to_owned(),
        }
        .into()),
        (batch, _) => Ok(batch),
    }
}

/// The last batch of a file.
fn last(database: &Path, connection: &str, fingerprint: &str) -> Result<Option<Batch>, StoreError> {
    let journal = match Journal::open_to_read(database) {
        Ok(journal) => journal,
        Err(StoreError::Absent { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let filter = JournalFilter {
        connection: Some(connection.to_owned()),
        ..JournalFilter::default()
    };
    let mut last: Option<Batch> = None;
    journal.rows(&filter, |row| {
        let of_file = row.batch.as_ref().filter(|it| it.starts_with(fingerprint));
        let Some(id) = of_file.cloned() else {
            return Ok::<_, StoreError>(());
        };
        if last.as_ref().is_none_or(|it| it.id != id) {
            last = Some(Batch {
                id,
                changes: BTreeMap::new(),
            });
        }
        if let Some(batch) = &mut last {
            batch.take(row);
        }
        Ok(())
    })?;
    Ok(last)
}

#[cfg(test)]
mod tests {
    use governance_contract::changes::Completion;
    use governance_contract::samples::changes;
    use governance_host::store::NewEntry;

    use super::*;

    const FILE: &str = "abc";

    /// Writes what happened to changes of a batch: position and event.
    fn wrote(database: &Path, id: &str, events: &[(u32, JournalEvent)]) {
        let mut journal = Journal::open_to_write(database).unwrap();
        let (change, outcome) = (changes::grant(), changes::outcome(Completion::Complete));
        for (position, event) in events {
            let entry = NewEntry {
                connection: "default",
                at: 7,
                batch: Some(id),
                position: Some(*position),
                event: *event,
                summary: "a change",
                change: &change,
                plan: None,
                plan_digest: None,
                outcome: (*event == JournalEvent::Finished).then_some(&outcome),
                reason: None,
                ticket: None,
                component_sha256: "",
                operator: None,
            };
            journal.append(&entry).unwrap();
        }
    }

    #[test]
    fn an_interrupted_batch_is_gone_on_with_only_when_it_is_said() {
        use JournalEvent::{Finished, Planned, Refused, Started};
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("governance.db");
        let ask = |file, connection, resume| earlier(&database, connection, file, 4, resume);
        assert!(ask(FILE, "default", false).unwrap().is_none());
        assert!(ask(FILE, "default", true).is_err());
        let events = [
            (0, Planned),
            (0, Started),
            (1, Planned),
            (1, Started),
            (0, Finished),
            (2, Refused),
        ];
        wrote(&database, "abc-1", &events);
        assert!(ask(FILE, "default", false).is_err());
        assert!(ask("other", "default", false).unwrap().is_none());
        assert!(ask(FILE, "staging", false).unwrap().is_none());
        let batch = ask(FILE, "default", true).unwrap().unwrap();
        assert_eq!(batch.id, "abc-1");
        assert_eq!(
            batch.told(),
            "before the interruption: 1 complete, 1 refused, 1 under way"
        );
        let under_way = batch.changes.get(&1);
        assert!(matches!(
            under_way,
            Some(Earlier::UnderWay { since: 7, .. })
        ));
        assert!(!batch.changes.contains_key(&3));
        wrote(&database, "abc-1", &[(1, Finished), (3, Finished)]);
        assert!(ask(FILE, "default", false).unwrap().is_none());
    }
}
