//! Keeping what a sync reads, and how far it is, in one transaction. The first
//! pages are held back, so that a sync that fails at once, such as for a wrong
//! key or a wrong address, leaves the database as it was. Later ones wait for each
//! other a little: a transaction costs more than what most pages have to write.
//! While they wait they count as calls under way, so that a kill loses no more than
//! the sync was allowed to ask at the same time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use governance_store::{
    Advance, Conditions, Ending, Finish, Found, Interrupted, NewSync, Reserved, Resumed, Shrunk,
    Store, StoreError, Summary, SyncId,
};

use super::checkpoint::{Beginning, Choice, choose, conditions, read};
use super::run::Attempt;
use super::step::Step;
use super::{Options, SyncError};
use crate::clock::now;
use crate::connection::Connection;

/// How many steps are held back before the database is opened.
const HELD_BACK: usize = 8;

/// How long a step waits for others, which a timer rounds up to milliseconds.
const TOGETHER: Duration = Duration::from_millis(2);

/// Notes that are kept for the report.
const NOTES: usize = 100;

/// What is noted of a sync that was killed. One that was asked to end has told all
/// that it sent.
const KILLED: &str = "the sync was killed on its way: the requests are counted without those of \
                      the calls that were under way then";

/// Where the pages of one sync go.
pub(super) struct Keep<'a> {
    options: &'a Options,
    connection: &'a Connection,
    conditions: Conditions,
    started_at: i64,
    /// The connection's, as far as it was known.
    tenant: Option<String>,
    held: Vec<Step>,
    /// Since when the first of them waits to be written.
    since: Option<Instant>,
    /// What keeps other syncs out until it is opened.
    reserved: Option<Reserved>,
    open: Option<(Store, SyncId)>,
    /// Requests of earlier parts of a resumed sync.
    earlier: BTreeMap<String, u64>,
    notes: Vec<String>,
    /// Notes that are in the database.
    noted: usize,
}

/// What was kept.
pub(super) struct Kept {
    pub(super) summary: Summary,
    pub(super) tenant: Option<String>,
    pub(super) requests: BTreeMap<String, u64>,
    pub(super) notes: Vec<String>,
    pub(super) tightened: bool,
}

impl<'a> Keep<'a> {
    pub(super) fn new(options: &'a Options, connection: &'a Connection) -> Self {
        let conditions = conditions(
            &connection.component().sha256,
            &options.asked,
            connection.settings(),
            connection.redacted_credentials(),
        );
        Self {
            options,
            connection,
            conditions,
            started_at: now(),
            tenant: None,
            held: Vec::new(),
            since: None,
            reserved: None,
            open: None,
            earlier: BTreeMap::new(),
            notes: Vec::new(),
            noted: 0,
        }
    }

    /// Keeps other syncs out of the database, if there is one, and chooses what to
    /// do about those that were interrupted.
    pub(super) fn choose(&mut self) -> Result<Choice, StoreError> {
        let Options {
            connection,
            database,
            resume,
            ..
        } = self.options;
        let mut interrupted = Vec::new();
        if Store::probe(database)? == Found::Ours {
            self.reserved = Some(Store::reserve(database)?);
            let store = Store::open_to_read(database)?;
            interrupted = store.interrupted(connection)?;
            self.tenant = store.tenant(connection)?;
        }
        let (conditions, now) = (&self.conditions, self.started_at);
        Ok(choose(interrupted, conditions, *resume, now))
    }

    /// The tenant that the credential has to be of before the sync is gone on
    /// with. None where the credential is the same.
    pub(super) fn to_verify(&self, interrupted: &Interrupted) -> Option<&str> {
        match self.conditions.has_credentials_of(&interrupted.conditions) {
            true => None,
            false => Some(self.tenant.as_deref().unwrap_or_default()),
        }
    }

    /// Takes up what an interrupted sync left.
    pub(super) fn resume(
        &mut self,
        interrupted: &Interrupted,
    ) -> Result<(Beginning, Resumed), StoreError> {
        let mut store = self.open_store()?;
        let resumed = store.resume(interrupted.sync)?;
        self.open = Some((store, interrupted.sync));
        self.earlier.clone_from(&resumed.requests);
        self.notes.clone_from(&resumed.notes);
        self.noted = self.notes.len();
        if resumed.was_killed {
            self.note(&[KILLED.to_owned()]);
            // The next part must know of it, whatever this one comes to.
            self.write()?;
        }
        let beginning = Beginning::Resumed {
            begun_at: interrupted.started_at,
            pages: resumed.done,
        };
        Ok((beginning, resumed))
    }

    /// The calls that a resumed sync found so far, and whether each is done.
    pub(super) fn tasks(
        &self,
        mut each: impl FnMut(Attempt, bool) -> Result<(), SyncError>,
    ) -> Result<(), SyncError> {
        let Some((store, sync)) = &self.open else {
            return Ok(());
        };
        store.tasks(*sync, |kept| each(read(kept.task)?, kept.done))
    }

    /// What there is far less of than in the last sync.
    pub(super) fn shrunk(&mut self) -> Result<Vec<Shrunk>, StoreError> {
        self.write()?;
        let (store, sync) = self.open()?;
        store.shrunk(*sync)
    }

    /// Whether a resource with this id was read before the sync was resumed.
    pub(super) fn was_told(&self, id: &str) -> Result<bool, StoreError> {
        let open = self.open.as_ref();
        open.map_or(Ok(false), |(store, sync)| store.was_told(*sync, id))
    }

    fn open_store(&mut self) -> Result<Store, StoreError> {
        match self.reserved.take() {
            Some(reserved) => reserved.open(),
            None => Store::open_to_write(&self.options.database),
        }
    }

    /// Opens the database, if it is not.
    fn open(&mut self) -> Result<&mut (Store, SyncId), StoreError> {
        if self.open.is_none() {
            let description = self.connection.description();
            let mut store = self.open_store()?;
            let sync = store.begin_sync(&NewSync {
                connection: &self.options.connection,
                connector: &description.name,
                version: &description.version,
                component_sha256: &self.connection.component().sha256,
                started_at: self.started_at,
                asked: &self.options.asked,
                resource_types: &description.resource_types,
            })?;
            store.allow_resuming(sync, &self.conditions)?;
            self.open = Some((store, sync));
        }
        #[expect(clippy::unwrap_used, reason = "was filled in just now")]
        Ok(self.open.as_mut().unwrap())
    }

    /// Keeps notes, each thing once.
    pub(super) fn note(&mut self, notes: &[String]) {
        for note in notes {
            tracing::debug!(%note, "is noted");
            if self.notes.len() < NOTES && !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
    }

    /// Keeps a step, at once or together with the next ones.
    pub(super) fn step(&mut self, step: Step) -> Result<(), StoreError> {
        self.held.push(step);
        if self.open.is_none() && (self.held.len() < HELD_BACK || !self.has_read()) {
            return Ok(());
        }
        self.since.get_or_insert_with(Instant::now);
        match self.held.len() >= (self.options.concurrency / 2).max(1) {
            true => self.write(),
            false => Ok(()),
        }
    }

    /// How many steps wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.since.map_or(0, |_| self.held.len())
    }

    /// When they have waited long enough.
    pub(super) fn due(&self) -> Option<Instant> {
        self.since.map(|since| since + TOGETHER)
    }

    /// Writes those that wait.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        match self.since {
            Some(_) => self.write(),
            None => Ok(()),
        }
    }

    /// Whether a page is held back. Until one is read there is nothing to keep.
    fn has_read(&self) -> bool {
        self.held.iter().any(|it| it.told.is_some())
    }

    /// Writes what is held back.
    fn write(&mut self) -> Result<(), StoreError> {
        self.since = None;
        let mut held = std::mem::take(&mut self.held);
        let requests = self.requests();
        let teller = held.iter().find_map(Step::teller);
        let tasks: Vec<_> = held
            .iter_mut()
            .flat_map(|it| std::mem::take(&mut it.tasks))
            .collect();
        let notes = (self.notes.len() > self.noted).then(|| self.notes.clone());
        self.noted = self.notes.len();
        let connection = &self.options.connection;
        let (store, sync) = self.open()?;
        for tenant in held.iter().filter_map(Step::tenant) {
            store.set_tenant(connection, tenant)?;
        }
        let batches: Vec<_> = held.iter().flat_map(Step::batches).collect();
        let advance = Advance {
            tasks: &tasks,
            requests: &requests,
            notes: notes.as_deref(),
            teller,
        };
        store.advance(*sync, &batches, &advance)
    }

    /// Requests of all parts, by route.
    fn requests(&self) -> BTreeMap<String, u64> {
        let mut requests = self.connection.requests();
        for (route, count) in &self.earlier {
            *requests.entry(route.clone()).or_default() += count;
        }
        requests
    }

    /// Makes what was kept the current state of the connection.
    pub(super) fn finish(&mut self) -> Result<Kept, StoreError> {
        self.write()?;
        let requests = self.requests();
        let connection = &self.options.connection;
        let (store, sync) = self.open()?;
        let finish = Finish {
            ending: Ending::Read,
            finished_at: now(),
            requests: &requests,
        };
        let summary = store.finish_sync(*sync, &finish)?;
        let (tenant, tightened) = (store.tenant(connection)?, store.tightened());
        Ok(Kept {
            summary,
            tenant,
            requests,
            notes: std::mem::take(&mut self.notes),
            tightened,
        })
    }

    /// Keeps all that was read, though it did not come to its end. Says whether
    /// there is anything to go on with.
    pub(super) fn keep_all(&mut self) -> Result<bool, StoreError> {
        if self.has_read() {
            self.write()?;
        }
        Ok(self.open.is_some())
    }

    /// What becomes of a sync that ends with an error. One whose rows are sound
    /// can be gone on with; of others nothing will be current.
    pub(super) fn end(&mut self, mut error: SyncError) -> SyncError {
        if !matches!(error, SyncError::Store(_))
            && let Err(unwritten) = self.flush()
        {
            tracing::warn!(%error, "the sync had ended so");
            error = unwritten.into();
        }
        let requests = self.requests();
        let Some((store, sync)) = &mut self.open else {
            return error;
        };
        let detail = error.to_string();
        let ended = match &error {
            SyncError::Call(_) | SyncError::Interrupted { .. } | SyncError::Cancelled(_) => {
                store.interrupt_sync(*sync, &detail, &requests)
            }
            // The database is as if the process had been killed.
            SyncError::Store(it) if !matches!(it, StoreError::OtherTenant { .. }) => Ok(()),
            _ => {
                let finish = Finish {
                    ending: Ending::Failed(&detail),
                    finished_at: now(),
                    requests: &requests,
                };
                store.finish_sync(*sync, &finish).map(|_| ())
            }
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "how the sync ended could not be kept");
        }
        match error {
            SyncError::Call(error) => SyncError::Stopped(error),
            other => other,
        }
    }
}
