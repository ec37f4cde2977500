//! One instance for one call: a fresh store, bounded, and gone afterwards.

use std::time::Duration;

use governance_contract::Plugin;
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::egress::Hooks;
use crate::engine::Loaded;
use crate::limits::Limits;

/// What an instance's store holds.
pub(crate) struct State {
    table: ResourceTable,
    http: WasiHttpCtx,
    hooks: Hooks,
    growth: Growth,
}

impl State {
    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.hooks,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// Counts memory and tables over the whole instance, since wasmtime's own
/// limits are for each memory and each table.
struct Growth {
    limits: Limits,
    memory: usize,
    elements: usize,
    exceeded: Option<&'static str>,
}

impl Growth {
    fn allow(&mut self, what: &'static str, used: usize, limit: usize) -> bool {
        if used > limit {
            self.exceeded = Some(what);
        }
        used <= limit
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.memory.saturating_add(desired.saturating_sub(current));
        let allowed = self.allow("memory", used, self.limits.memory);
        if allowed {
            self.memory = used;
        }
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self
            .elements
            .saturating_add(desired.saturating_sub(current));
        let allowed = self.allow("table_elements", used, self.limits.table_elements);
        if allowed {
            self.elements = used;
        }
        Ok(allowed)
    }
}

/// How a call broke, as opposed to how the connector says that it failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// It took longer than the limit `call_time`.
    #[error("the call took longer than {} s (limit `call_time`)", .0.as_secs())]
    Time(Duration),
    /// It grew beyond a limit.
    #[error("the call exceeded the limit `{0}`")]
    Growth(&'static str),
    /// It trapped.
    #[error("the component failed: {0}")]
    Trap(String),
}

/// An instance during its call.
pub(crate) struct Instance {
    pub(crate) store: Store<State>,
    pub(crate) plugin: Plugin,
}

impl Instance {
    /// Instantiates a component, under the same deadline as its call.
    pub(crate) async fn new(loaded: &Loaded, hooks: Hooks) -> Result<Self, Breach> {
        let limits = loaded.limits;
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(limits.request_headers);
        let mut store = Store::new(
            &loaded.engine,
            State {
                table,
                http,
                hooks,
                growth: Growth {
                    limits,
                    memory: 0,
                    elements: 0,
                    exceeded: None,
                },
            },
        );
        store.limiter(|state| &mut state.growth);
        store.set_hostcall_fuel(limits.host_call_bytes);
        store.set_max_component_handles(limits.handles);
        store.epoch_deadline_async_yield_and_update(1);
        match loaded.pre.instantiate_async(&mut store).await {
            Ok(plugin) => Ok(Self { store, plugin }),
            Err(error) => Err(breach(&store, &error)),
        }
    }

    /// Names what ended a call.
    pub(crate) fn breach(&self, error: &wasmtime::Error) -> Breach {
        breach(&self.store, error)
    }
}

fn breach(store: &Store<State>, error: &wasmtime::Error) -> Breach {
    let text = describe(error);
    let watched = WATCHED.iter().find(|(words, _)| text.contains(words));
    let watched = watched.map(|(_, limit)| *limit);
    match store.data().growth.exceeded.or(watched) {
        Some(limit) => Breach::Growth(limit),
        None => Breach::Trap(text),
    }
}

/// Limits that wasmtime watches for us, by the words of its errors, which have
/// no types of their own.
const WATCHED: [(&str, &str); 5] = [
    ("call stack exhausted", "stack"),
    (
        "fuel allocated for hostcalls has been exhausted",
        "host_call_bytes",
    ),
    ("store handle limit exceeded", "handles"),
    ("total size of fields exceeds limit", "request_headers"),
    ("resource table has no free keys", "handles"),
];

/// The trap's own words; the backtrace is of no use without symbols.
fn describe(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<wasmtime::Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    }
}
