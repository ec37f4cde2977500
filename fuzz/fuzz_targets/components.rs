//! Component files.
#![no_main]

use hostile_inputs::component::Loader;
use libfuzzer_sys::fuzz_target;

thread_local!(static LOADER: Loader = Loader::default());

fuzz_target!(|bytes: &[u8]| {
    LOADER.with(|loader| loader.takes(bytes));
});
