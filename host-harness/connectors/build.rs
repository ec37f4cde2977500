//! Builds the connectors for `lib.rs` to carry.

use std::process::ExitCode;

/// The name of each connector, and the package that it is built from.
const CONNECTORS: [(&str, &str); 1] = [("openai", "openai-connector")];

fn main() -> ExitCode {
    componentize::script::run(&CONNECTORS)
}
