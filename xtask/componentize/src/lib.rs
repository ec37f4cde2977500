//! Builds a connector's crate to a WebAssembly component, in three parts.
//!
//! | part | what it does | who calls it |
//! |---|---|---|
//! | [`set_up`] and [`detect`] | find the target's standard library, or fetch it | `cargo xtask setup`; build scripts detect only |
//! | [`core_module`] | a nested `cargo build` for `wasm32-unknown-unknown` | build scripts |
//! | `encode` (feature of that name) | turn the core module into a component | build scripts |
//!
//! `build` does the last two, `script::run` is a whole build script of them, and
//! the program `componentize` does them for a package in any folder.
//!
//! The target is `wasm32-unknown-unknown` and not `wasm32-wasip2`: so a
//! component imports only what its own code uses, where the other target would
//! add files, sockets and environment through the standard library.
//!
//! That target's standard library comes from one of three places ([`Route`]):
//!
//! | route | where from | how it is fetched |
//! |---|---|---|
//! | `installed` | the sysroot of the `rustc` in `PATH` | not at all |
//! | `rustup` | rustup's server | `rustup target add wasm32-unknown-unknown` |
//! | `debian` | Debian's own compiler and the library's source, built by cargo | `apt-get install rustc-web rust-web-src` |

mod cargo;
mod debian;
#[cfg(feature = "encode")]
mod encode;
mod environment;
mod error;
mod machine;
mod package;
mod process;
mod route;
#[cfg(feature = "encode")]
pub mod script;
mod toolchain;
mod workspace;

pub use cargo::core_module;
pub use debian::DebianCompiler;
#[cfg(feature = "encode")]
pub use encode::{build, component, publish};
pub use error::Error;
pub use package::name_of;
pub use route::Route;
pub use toolchain::{StandardLibrary, detect, set_up};
pub use workspace::Workspace;

/// The target that connectors are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";
