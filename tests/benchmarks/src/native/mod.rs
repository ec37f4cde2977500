//! A sync with the connector compiled natively in place of the component: what
//! the sandbox costs is what the harness uses more.
//!
//! The same are: the connector's code, which calls there are and in which order,
//! the checks of each page, the store, the runtime, and the HTTP client library.
//! Missing are, beside the sandbox: the policy, the limits and the log that each
//! request passes on its way out of the sandbox, progress, and repeating.

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
use governance_host::store::{Asked, Batch, Ending, Finish, NewSync, Store, SyncId};
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
    let mut path = Path::new(Patience::default().longest_listing);
    let mut queue = VecDeque::new();
    let mut calls = JoinSet::new();
    enqueue(&mut queue, &mut path, first(&narrowing));
    loop {
        while calls.len() < concurrency
            && let Some(task) = queue.pop_front()
        {
            let connector = connector.clone();
            calls.spawn_blocking(move || {
                let page = connector.list(&task);
                (task, page)
            });
        }
        let Some(done) = calls.join_next().await else {
            break;
        };
        let (task, page) = done?;
        let page = page?;
        bounds::check_page(&page, description)?;
        let next = following(&task, &page, &narrowing);
        tokio::task::block_in_place(|| kept.write(&page, description))?;
        enqueue(&mut queue, &mut path, next);
    }
    tokio::task::block_in_place(|| kept.finish())
}

fn enqueue(queue: &mut VecDeque<Task>, path: &mut Path, tasks: Vec<Task>) {
    queue.extend(
        tasks
            .into_iter()
            .filter(|task| path.leads(task) == Leads::On),
    );
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
        Ok(Self(store, sync))
    }

    fn write(&mut self, page: &Page, description: &Description) -> anyhow::Result<()> {
        if let Some(tenant) = &page.tenant {
            self.0.set_tenant(CONNECTION, tenant)?;
        }
        let fixed = static_entitlements(page, description);
        let told = Batch {
            resources: &page.resources,
            entitlements: &page.entitlements,
            grants: &page.grants,
            gaps: &page.gaps,
        };
        let fixed = Batch {
            entitlements: &fixed,
            ..Batch::default()
        };
        Ok(self.0.write(self.1, &[told, fixed])?)
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
