//! Answers of the service, to every kind of call.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    hostile_inputs::mapping::answer(status % 600, body);
});
