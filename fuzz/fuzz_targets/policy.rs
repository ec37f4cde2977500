//! Origins, path templates and the paths of requests.
#![no_main]

use hostile_inputs::policy::{origin, template};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, &str)| {
    let (base, declared, path) = input;
    origin(base);
    template(base, declared, path);
});
