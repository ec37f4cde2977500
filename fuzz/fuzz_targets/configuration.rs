//! The file `harness.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| hostile_inputs::configuration::configuration(text));
