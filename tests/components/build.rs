//! Builds the components for `lib.rs` to carry.

use std::process::ExitCode;

fn main() -> ExitCode {
    componentize::script::run(&[("example", "example-connector")])
}
