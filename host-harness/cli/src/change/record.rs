//! The journal of what a command does: who asked, why, and what became of it.

use std::sync::{Mutex, PoisonError};

use governance_host::clock::now;
use governance_host::contract::changes::{ChangeRequest, Completion, Outcome};
use governance_host::provision::perform::{Event, Witness};
use governance_host::provision::plan::Plan;
use governance_host::store::{Journal, JournalEvent, NewEntry, StoreError};

use super::ChangeArguments;
use super::session::Session;

/// The journal, open for one command.
pub(crate) struct Record {
    journal: Mutex<Journal>,
    connection: String,
    component_sha256: String,
    reason: Option<String>,
    ticket: Option<String>,
    operator: Option<String>,
    batch: Option<String>,
}

/// The record of one change.
pub(crate) struct Entry<'a> {
    record: &'a Record,
    summary: &'a str,
    position: Option<u32>,
    reason: Option<&'a str>,
}

impl Record {
    /// Opens the journal; makes the database where there is none.
    pub(crate) fn open(
        arguments: &ChangeArguments,
        session: &Session,
        batch: Option<String>,
    ) -> Result<Self, StoreError> {
        let journal = Journal::open_to_write(&arguments.db)?;
        let variable = |name| {
            std::env::var(name)
                .ok()
                .filter(|it: &String| !it.is_empty())
        };
        Ok(Self {
            journal: Mutex::new(journal),
            connection: arguments.connection.clone(),
            component_sha256: session.component_sha256(),
            reason: arguments.reason.clone(),
            ticket: arguments.ticket.clone(),
            operator: variable("USER").or_else(|| variable("USERNAME")),
            batch,
        })
    }

    /// The record of one change, which people know as `summary`.
    pub(crate) fn of<'a>(&'a self, summary: &'a str, position: Option<u32>) -> Entry<'a> {
        Entry {
            record: self,
            summary,
            position,
            reason: self.reason.as_deref(),
        }
    }
}

impl Witness for Entry<'_> {
    fn record(&self, event: Event<'_>) -> Result<(), StoreError> {
        let (event, change, plan, outcome): (_, _, _, Option<&Outcome>) = match event {
            Event::Planned(plan) => (JournalEvent::Planned, &plan.change, Some(plan), None),
            Event::Started(plan) => (JournalEvent::Started, &plan.change, Some(plan), None),
            Event::Finished(plan, outcome) => (
                JournalEvent::Finished,
                &plan.change,
                Some(plan),
                Some(outcome),
            ),
            Event::Refused(change, error) => {
                return self.refused(change, &error.to_string());
            }
        };
        // The rows after it say which plan they are of.
        let document = plan.filter(|_| event == JournalEvent::Planned);
        let document = document.map(Plan::to_json);
        self.append(&NewEntry {
            plan: document.as_ref(),
            plan_digest: plan.map(|it| it.digest.as_str()),
            outcome,
            ..self.entry(event, change)
        })
    }
}

impl<'a> Entry<'a> {
    /// With a reason of its own, if it has one.
    pub(crate) fn because(self, reason: Option<&'a str>) -> Self {
        Self {
            reason: reason.or(self.reason),
            ..self
        }
    }

    /// Records that nothing was to be done for a change, without asking for it.
    pub(crate) fn settled(&self, change: &ChangeRequest, why: &str) -> Result<(), StoreError> {
        let outcome = Outcome::of(Completion::NoOp(why.to_owned()));
        self.append(&NewEntry {
            outcome: Some(&outcome),
            ..self.entry(JournalEvent::Finished, change)
        })
    }

    /// Records that a change was not made.
    pub(crate) fn refused(&self, change: &ChangeRequest, why: &str) -> Result<(), StoreError> {
        let summary = format!("{}: {why}", self.summary);
        self.append(&NewEntry {
            summary: &summary,
            ..self.entry(JournalEvent::Refused, change)
        })
    }

    fn entry<'b>(&'b self, event: JournalEvent, change: &'b ChangeRequest) -> NewEntry<'b> {
        let record = self.record;
        NewEntry {
            connection: &record.connection,
            at: now(),
            batch: record.batch.as_deref(),
            position: self.position,
            event,
            summary: self.summary,
            change,
            plan: None,
            plan_digest: None,
            outcome: None,
            reason: self.reason,
            ticket: record.ticket.as_deref(),
            component_sha256: &record.component_sha256,
            operator: record.operator.as_deref(),
        }
    }

    fn append(&self, entry: &NewEntry<'_>) -> Result<(), StoreError> {
        let journal = &self.record.journal;
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.append(entry).map(|_| ())
    }
}
