//! Loading components: read, hash, compile (once, then from a cache), check
//! that they are of our world and import nothing that is not granted.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use governance_contract::PluginPre;
use sha2::{Digest, Sha256};
use wasmtime::component::{Component, HasData, InstancePre, Linker, ResourceTable};
use wasmtime::{Cache, CacheConfig, Config, Enabled, PoolingAllocationConfig};

use crate::function::Functions;
use crate::instance::State;
use crate::limits::settings::Overrides;
use crate::limits::{Bound, Limit, Limits};

/// Between two looks at whether a spinning component has run out of time.
const EPOCH: Duration = Duration::from_millis(10);

/// Bytes of stack for the host's own functions, besides a component's.
const HOST_STACK: usize = 3 << 19;

/// Compiles components and holds what all instances share.
#[derive(Clone)]
pub struct Engine {
    engine: wasmtime::Engine,
    linker: Arc<Linker<State>>,
    limits: Limits,
}

/// A component that can be instantiated.
#[derive(Clone)]
pub struct Loaded {
    pub(crate) pre: InstancePre<State>,
    pub(crate) functions: Functions,
    pub(crate) engine: wasmtime::Engine,
    pub(crate) limits: Limits,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Bytes of the file.
    pub size: usize,
    /// What it imports, by the WIT names.
    pub imports: Vec<String>,
    /// What it exports, by the WIT names.
    pub exports: Vec<String>,
}

/// A file that is no connector, or an engine that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the component {path}")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than the limit `component_file`.
    #[error("the component has {size} bytes ({bound})")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The limit.
        bound: Bound,
    },
    /// The file is something else.
    #[error("not a WebAssembly component: {0}")]
    NotAComponent(String),
    /// It took longer than the limit `compile_time`.
    #[error("compiling the component took too long ({0})")]
    CompileTime(Bound),
    /// It imports what no connector gets.
    #[error("the component asks for what no connector gets: {0}")]
    Import(String),
    /// It does not export the contract.
    #[error("the component is not of the world `governance:connector/plugin@0.1.0`: {0}")]
    World(String),
    /// The engine itself failed.
    #[error("cannot set up the WebAssembly engine")]
    Engine(#[source] wasmtime::Error),
}

impl Loaded {
    /// The limits that its calls are under.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The same component under the limits that this gives for it. Those that
    /// the engine has for all stay.
    pub fn limited(mut self, overrides: &Overrides) -> Self {
        self.limits = overrides.over(self.limits);
        self
    }
}

impl Engine {
    /// An engine with these limits, which keeps compiled components under
    /// `cache` if one is given. The directory is trusted: whoever can write to
    /// it can run code as the harness.
    pub fn new(limits: Limits, cache: Option<&Path>) -> Result<Self, LoadError> {
        let engine = configure(&limits, cache).map_err(LoadError::Engine)?;
        let linker = link(&engine).map_err(LoadError::Engine)?;
        tick(engine.weak());
        Ok(Self {
            engine,
            linker: Arc::new(linker),
            limits,
        })
    }

    /// Loads a component file.
    pub async fn load_file(&self, path: &Path) -> Result<Loaded, LoadError> {
        let error = |source| LoadError::File {
            path: path.to_owned(),
            source,
        };
        let size = std::fs::metadata(path).map_err(error)?.len();
        self.check_size(size)?;
        let bytes = std::fs::read(path).map_err(error)?;
        self.load(bytes).await
    }

    /// Loads a component from memory. Compiling runs apart from the calling
    /// task, under the limit `compile_time`.
    pub async fn load(&self, bytes: impl Into<Vec<u8>>) -> Result<Loaded, LoadError> {
        let bytes = bytes.into();
        self.check_size(bytes.len() as u64)?;
        check_kind(&bytes)?;
        let sha256 = hexadecimal(&Sha256::digest(&bytes));
        let size = bytes.len();
        let engine = self.engine.clone();
        let compiling = tokio::task::spawn_blocking(move || Component::new(&engine, bytes));
        let limit = self.limits.compile_time;
        let compiled = tokio::time::timeout(limit, compiling)
            .await
            .map_err(|_| LoadError::CompileTime(self.limits.bound(Limit::CompileTime)))?;
        let component = compiled
            .map_err(|error| LoadError::NotAComponent(error.to_string()))?
            .map_err(|error| LoadError::NotAComponent(format!("{error:#}")))?;
        self.check_world(&component, sha256, size)
    }

    fn check_size(&self, size: u64) -> Result<(), LoadError> {
        match size <= self.limits.component_file {
            true => Ok(()),
            false => Err(LoadError::TooLarge {
                size,
                bound: self.limits.bound(Limit::ComponentFile),
            }),
        }
    }

    fn check_world(
        &self,
        component: &Component,
        sha256: String,
        size: usize,
    ) -> Result<Loaded, LoadError> {
        let kind = component.component_type();
        let imports: Vec<_> = kind
            .imports(&self.engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        let exports: Vec<_> = kind
            .exports(&self.engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        let ungranted: Vec<_> = imports
            .iter()
            .filter(|name| !is_granted(name))
            .cloned()
            .collect();
        if !ungranted.is_empty() {
            return Err(LoadError::Import(ungranted.join(", ")));
        }
        let pre = self
            .linker
            .instantiate_pre(component)
            .map_err(|error| LoadError::Import(format!("{error:#}")))?;
        let world = PluginPre::new(pre.clone());
        world.map_err(|error| LoadError::World(format!("{error:#}")))?;
        let functions = Functions::of(component);
        let functions =
            functions.ok_or_else(|| LoadError::World("a function is missing".to_owned()))?;
        Ok(Loaded {
            pre,
            functions,
            engine: self.engine.clone(),
            limits: self.limits,
            sha256,
            size,
            imports,
            exports,
        })
    }
}

/// Instances at the same time, more than a sync makes calls.
const POOLED: u32 = 512;
/// Memories, and tables, of one module: more than compilers make.
const PER_MODULE: u32 = 16;
/// Bytes of each memory that are cleared by writing, which is quicker than giving
/// them back. Where the kernel tells which pages were written to, only those are.
const RESIDENT: usize = 128 << 10;
const RESIDENT_IF_TOLD: usize = 4 << 20;

fn configure(limits: &Limits, cache: Option<&Path>) -> wasmtime::Result<wasmtime::Engine> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .epoch_interruption(true)
        .consume_fuel(limits.fuel.is_some())
        .max_wasm_stack(limits.stack)
        .async_stack_size(limits.stack + HOST_STACK);
    if let Some(directory) = cache {
        let mut settings = CacheConfig::new();
        settings.with_directory(directory);
        config.cache(Some(Cache::new(settings)?));
    }
    let mut pooled = config.clone();
    pooled.allocation_strategy(pool());
    // Without enough address space, as under `ulimit -v`, each instance gets its
    // memory for itself.
    wasmtime::Engine::new(&pooled).or_else(|_| wasmtime::Engine::new(&config))
}

/// Memory that instances take turns in: to map and unmap it for each call is half
/// of what a call costs. wasmtime brings it back to the component's first state
/// before another one gets it. Only addresses are reserved, so its bounds are the
/// most that a limit can be set to; the limits themselves are watched elsewhere.
fn pool() -> PoolingAllocationConfig {
    let resident = match PoolingAllocationConfig::is_pagemap_scan_available() {
        true => RESIDENT_IF_TOLD,
        false => RESIDENT,
    };
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(POOLED)
        .total_stacks(POOLED)
        .total_memories(POOLED)
        .total_core_instances(POOLED * 8)
        .total_tables(POOLED * 4)
        .max_memories_per_module(PER_MODULE)
        .max_tables_per_module(PER_MODULE)
        .max_memory_size(4 << 30)
        .table_elements(10_000_000)
        .linear_memory_keep_resident(resident)
        .table_keep_resident(resident)
        .async_stack_keep_resident(resident)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Adds what the contract's world imports, and nothing else.
fn link(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    use wasmtime_wasi::p2::bindings::io;

    struct Table;
    impl HasData for Table {
        type Data<'a> = &'a mut ResourceTable;
    }
    let mut linker = Linker::new(engine);
    io::error::add_to_linker::<_, Table>(&mut linker, State::table)?;
    io::poll::add_to_linker::<_, Table>(&mut linker, State::table)?;
    io::streams::add_to_linker::<_, Table>(&mut linker, State::table)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Ok(linker)
}

/// Advances the engine's epoch until the engine is gone.
fn tick(engine: wasmtime::EngineWeak) {
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(EPOCH);
        }
    });
}

/// The interfaces that a component may import, of any 0.2 version. Of the clock
/// only the type that timeouts are given in: its functions are not linked.
fn is_granted(import: &str) -> bool {
    let granted = [
        "wasi:clocks/monotonic-clock@0.2.",
        "wasi:io/poll@0.2.",
        "wasi:io/error@0.2.",
        "wasi:io/streams@0.2.",
        "wasi:http/types@0.2.",
        "wasi:http/outgoing-handler@0.2.",
    ];
    granted.iter().any(|prefix| import.starts_with(prefix))
}

/// Tells files apart that are often mistaken for a component.
fn check_kind(bytes: &[u8]) -> Result<(), LoadError> {
    let what = match bytes {
        [] => "the file is empty",
        [0, b'a', b's', b'm', 0x0d, 0, 1, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => {
            "it is a core module; encode it as a component first"
        }
        [0, b'a', b's', b'm', ..] => "its binary format is of another version",
        [0x7f, b'E', b'L', b'F', ..] => "it is a native or precompiled file",
        _ => "it does not start like WebAssembly",
    };
    Err(LoadError::NotAComponent(what.into()))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
