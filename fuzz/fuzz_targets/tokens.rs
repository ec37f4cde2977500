//! Page tokens, with the answer that the listing then gets.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| hostile_inputs::mapping::token(input.0, input.1));
