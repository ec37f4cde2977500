//! Components that only tests run, so that the harness does not carry them.

/// `plugin/example` as a component, in its binary form.
pub static EXAMPLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/example.wasm"));
