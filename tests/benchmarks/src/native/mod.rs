//! A sync with the connector compiled natively in place of the component: what
//! the sandbox costs is what the harness uses more.
//!
//! The same are: the connector's code, which calls there are and in which order,
//! the checks of each page, the store with its checkpoints, the runtime, and the
//! HTTP client library. Missing are, beside the sandbox: the policy, the limits and
//! the log that each request passes on its way out of the sandbox, progress, and
//! repeating.

mod convert;
mod http;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path as File;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use governance_guest::wit::connector::{Context, ListingTarget as NativeTarget, Mode, Setting};
use governance_host::clock::now;
use governance_host::contract::bounds;
use governance_host::contract::connector::{ListingTarget, Page};
use governance_host::contract::manifest::Description;
use governance_host::store::{
    Advance, Asked, Batch, Conditions, Ending, Finish, NewSync, Store, SyncId, TaskChange,
};
use governance_host::sync::checkpoint::written;
use governance_host::sync::narrowing::Narrowing;
use governance_host::sync::path::{Leads, Path};
use governance_host::sync::retry::Patience;
use governance_host::sync::task::{Call, Task, first, following, static_entitlements};
use openai_connector::connector::Connector;
use openai_connector::manifest;
use tokio::task::JoinSet;

pub(crate) use convert::page;
pub(crate) use http::Http;

/// The connection's name, as the harness's by default.
const CONNECTION: &str = "default";

/// Syncs what `OPENAI_BASE_URL` tells, with `OPENAI_ADMIN_KEY`.
///
/// Prints how many grants there are.
///
/// # Errors
/// Anything goes wrong: nothing is repeated, and no gap is made of it.
pub(crate) fn run(database: &File, concurrency: usize) -> anyhow::Result<()> {
    let variable = |name| std::env::var(name).with_context(|| format!("{name} is not set"));
    let base_url = variable("OPENAI_BASE_URL")?;
    let key = variable("OPENAI_ADMIN_KEY")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let connector = Arc::new(Native {
        connector: Connector(Http::new(runtime.handle().clone(), &key)?),
        context: context(base_url),
    });
    let description = convert::description(manifest::description());
    runtime.block_on(sync(&connector, &description, database, concurrency))
}

/// The connector, and what each call of it is given.
struct Native {
    connector: Connector<Http>,
    context: Context,
}

/// What a call is given for this address, beside its arguments.
pub(crate) fn context(base_url: String) -> Context {
    Context {
        settings: vec![Setting {
            key: manifest::BASE_URL.to_owned(),
            value: base_url,
        }],
        now: now(),
        mode: Mode::Read,
        credentials: Vec::new(),
    }
}

impl Native {
    fn list(&self, task: &Task) -> anyhow::Result<Page> {
        let token = task.token.as_deref();
        let listed = match &task.call {
            Call::Resources {
                resource_type,
                parent,
            } => {
                let parent = parent.as_ref().map(convert::reference);
                let (connector, context) = (&self.connector, &self.context);
                connector.list_resources(context, resource_type, parent.as_ref(), None, token)
            }
            Call::Grants(ListingTarget::Resource(of)) => {
                let of = NativeTarget::Resource(convert::reference(of));
                self.connector.list_grants(&self.context, &of, token)
            }
            other => return Err(anyhow!("this connector has no such listing: {other:?}")),
        };
        let listed = listed.map_err(|error| anyhow!("{error:?}"))?;
        Ok(page(listed))
    }
}

async fn sync(
    connector: &Arc<Native>,
    description: &Description,
    database: &File,
    concurrency: usize,
) -> anyhow::Result<()> {
    let asked = Asked::default();
    let narrowing = Narrowing::new(description, &asked)?;
    let mut kept = Kept::open(database, description, &asked)?;
    let mut queue = Queue::new();
    let mut calls = JoinSet::new();
    let begins = queue.add(first(&narrowing));
    kept.write(&[], &begins, description)?;
    loop {
        while calls.len() < concurrency
            && let Some((id, task)) = queue.waiting.pop_front()
        {
            let connector = connector.clone();
            calls.spawn_blocking(move || {
                let page = connector.list(&task);
                (id, task, page)
            });
        }
        let Some(done) = calls.join_next().await else {
            break;
        };
        let mut ended = vec![done?];
        while let Some(done) = calls.try_join_next() {
            ended.push(done?);
        }
        let (mut pages, mut changes) = (Vec::new(), Vec::new());
        for (id, task, page) in ended {
            let page = page?;
            bounds::check_page(&page, description)?;
            changes.push(TaskChange::Done(id));
            changes.extend(queue.add(following(&task, &page, &narrowing)));
            pages.push(page);
        }
        tokio::task::block_in_place(|| kept.write(&pages, &changes, description))?;
    }
    tokio::task::block_in_place(|| kept.finish())
}

/// Calls that are still to be made, each with its id in the database.
struct Queue {
    waiting: VecDeque<(i64, Task)>,
    path: Path,
    last: i64,
}

impl Queue {
    fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            path: Path::new(Patience::default().longest_listing),
            last: 0,
        }
    }

    /// Queues those that lead on; what is to be kept of it.
    fn add(&mut self, tasks: Vec<Task>) -> Vec<TaskChange> {
        let mut found = Vec::new();
        for task in tasks {
            if self.path.leads(&task) == Leads::On {
                self.last += 1;
                found.push(TaskChange::Found(written(self.last, &task, 1)));
                self.waiting.push_back((self.last, task));
            }
        }
        found
    }
}

/// The store, and the sync in it.
struct Kept(Store, SyncId);

impl Kept {
    fn open(database: &File, description: &Description, asked: &Asked) -> anyhow::Result<Self> {
        let mut store = Store::open_to_write(database)?;
        let sync = store.begin_sync(&NewSync {
            connection: CONNECTION,
            connector: &description.name,
            version: &description.version,
            component_sha256: "native",
            started_at: now(),
            resource_types: &description.resource_types,
            asked,
        })?;
        store.allow_resuming(sync, &Conditions::default())?;
        Ok(Self(store, sync))
    }

    /// Keeps pages, and how far the sync is with them.
    fn write(
        &mut self,
        pages: &[Page],
        tasks: &[TaskChange],
        description: &Description,
    ) -> anyhow::Result<()> {
        for tenant in pages.iter().filter_map(|it| it.tenant.as_deref()) {
            self.0.set_tenant(CONNECTION, tenant)?;
        }
        let fixed: Vec<_> = pages
            .iter()
            .map(|it| static_entitlements(it, description))
            .collect();
        let told = pages.iter().map(|page| Batch {
            resources: &page.resources,
            entitlements: &page.entitlements,
            grants: &page.grants,
            gaps: &page.gaps,
        });
        let fixed = fixed.iter().map(|entitlements| Batch {
            entitlements,
            ..Batch::default()
        });
        let batches: Vec<_> = told.chain(fixed).collect();
        let advance = Advance {
            tasks,
            requests: &BTreeMap::new(),
            notes: None,
            teller: None,
        };
        Ok(self.0.advance(self.1, &batches, &advance)?)
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        let finish = Finish {
            ending: Ending::Read,
            finished_at: now(),
            requests: &BTreeMap::new(),
        };
        let summary = self.0.finish_sync(self.1, &finish)?;
        println!("{}", summary.grants);
        Ok(())
    }
}
