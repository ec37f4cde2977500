//! Component files: loaded and described, or an error.

use std::time::Duration;

use governance_host::connection::describe;
use governance_host::engine::Engine;
use governance_host::limits::Limits;
use governance_host::settings::Settings;
use tokio::runtime::{Builder, Runtime};

/// An engine with short limits, and what it runs on.
pub struct Loader {
    engine: Engine,
    runtime: Runtime,
}

impl Default for Loader {
    fn default() -> Self {
        let limits = Limits {
            call_time: Duration::from_millis(200),
            compile_time: Duration::from_secs(20),
            component_file: 1 << 20,
            memory: 4 << 20,
            ..Limits::default()
        };
        Self {
            engine: Engine::new(limits, None).expect("an engine"),
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
        }
    }
}

impl Loader {
    /// Loads a file, and asks it what it is if it can be loaded. Tells whether
    /// both went well; neither may panic, or take longer than its limit.
    pub fn takes(&self, bytes: &[u8]) -> bool {
        self.runtime.block_on(async {
            match self.engine.load(bytes).await {
                Ok(loaded) => describe(&loaded, &Settings::default()).await.is_ok(),
                Err(_) => false,
            }
        })
    }
}

/// Changes a file at places that the seed tells: bytes, its end, its order.
pub fn mutate(good: &[u8], seed: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for &(place, how) in seed {
        let Some(at) = place.checked_rem(bytes.len()) else {
            break;
        };
        match how {
            0..8 => bytes.truncate(at),
            8..16 => bytes.rotate_left(at.min(8)),
            16..32 => drop(bytes.remove(at)),
            _ => bytes[at] ^= how,
        }
    }
    bytes
}
