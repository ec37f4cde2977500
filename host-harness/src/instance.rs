//! One instance for one call: a fresh store, bounded, and gone afterwards.

use governance_contract::Plugin;
use wasmtime::component::{self, ResourceTable};
use wasmtime::{ResourceLimiter, Store};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::egress::Hooks;
use crate::engine::Loaded;
use crate::function::{Answer, Arguments, Function, Functions};
use crate::limits::{Bound, Limit, Limits};

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
    exceeded: Option<Limit>,
}

impl Growth {
    fn allow(&mut self, limit: Limit, used: usize, most: usize) -> bool {
        if used > most {
            self.exceeded = Some(limit);
        }
        used <= most
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
        let allowed = self.allow(Limit::Memory, used, self.limits.memory);
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
        let allowed = self.allow(Limit::TableElements, used, self.limits.table_elements);
        if allowed {
            self.elements = used;
        }
        Ok(allowed)
    }
}

/// How a call broke, as opposed to how the connector says that it failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// It took longer than `call_time`, or `change_time` if it was a change's.
    #[error("the call took too long ({0})")]
    Time(Bound),
    /// It used more than a limit allows.
    #[error("the call used too much ({0})")]
    Growth(Bound),
    /// It trapped.
    #[error("the component failed: {0}")]
    Trap(String),
}

impl Breach {
    /// What the operator can do.
    pub fn hint(&self) -> String {
        match self {
            Self::Time(bound) | Self::Growth(bound) => bound.hint(),
            Self::Trap(_) => "report this to the connector's author".into(),
        }
    }
}

/// An instance during its call.
pub(crate) struct Instance<'a> {
    store: Store<State>,
    instance: component::Instance,
    functions: &'a Functions,
}

impl<'a> Instance<'a> {
    /// Instantiates a component, under the same deadline as its call.
    pub(crate) async fn new(loaded: &'a Loaded, hooks: Hooks) -> Result<Self, Breach> {
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
        if let Some(fuel) = limits.fuel {
            let set = store.set_fuel(fuel);
            set.map_err(|error| Breach::Trap(describe(&error)))?;
        }
        match loaded.pre.instantiate_async(&mut store).await {
            Ok(instance) => Ok(Self {
                store,
                instance,
                functions: &loaded.functions,
            }),
            Err(error) => Err(breach(&store, &error)),
        }
    }

    /// Compares the types of all functions with the contract's: one that is not
    /// called first would else be found wrong in the middle of the work.
    pub(crate) fn check_types(&mut self) -> Result<(), Breach> {
        match Plugin::new(&mut self.store, &self.instance) {
            Ok(_) => Ok(()),
            Err(error) => Err(breach(&self.store, &error)),
        }
    }

    /// Calls a function, whose types have to be these.
    pub(crate) async fn call<A: Answer>(
        &mut self,
        function: Function,
        arguments: impl Arguments,
    ) -> Result<A, Breach> {
        let index = self.functions.get(function);
        let called = match self.instance.get_typed_func(&mut self.store, index) {
            Ok(function) => function.call_async(&mut self.store, arguments).await,
            Err(error) => Err(error),
        };
        let called = called.map(|(answer,): (A,)| answer);
        called.map_err(|error| breach(&self.store, &error))
    }
}

fn breach(store: &Store<State>, error: &wasmtime::Error) -> Breach {
    let text = describe(error);
    let watched = WATCHED.iter().find(|(words, _)| text.contains(words));
    let watched = watched.map(|(_, limit)| *limit);
    let growth = &store.data().growth;
    match growth.exceeded.or(watched) {
        Some(limit) => Breach::Growth(growth.limits.bound(limit)),
        None => Breach::Trap(text),
    }
}

/// Limits that wasmtime watches for us, by the words of its errors, which have
/// no types of their own.
const WATCHED: [(&str, Limit); 6] = [
    ("call stack exhausted", Limit::Stack),
    (
        "fuel allocated for hostcalls has been exhausted",
        Limit::HostCallBytes,
    ),
    ("all fuel consumed by WebAssembly", Limit::Fuel),
    ("store handle limit exceeded", Limit::Handles),
    ("total size of fields exceeds limit", Limit::RequestHeaders),
    ("resource table has no free keys", Limit::Handles),
];

/// The trap's own words; the backtrace is of no use without symbols.
fn describe(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<wasmtime::Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    }
}
