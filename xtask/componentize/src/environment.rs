//! What the nested cargo sees of the environment that it is called from.
//!
//! An outer cargo hands its build scripts a description of *its* build: the
//! compiler, clippy's wrapper, flags, target, package. Taken over by the inner
//! call these would build the component for the wrong target, lint it, or give
//! it the wrong target folder. What describes the user's machine stays.
//!
//! | variables | |
//! |---|---|
//! | `CARGO_HOME`, and how cargo reaches registries and shows progress | kept |
//! | `CARGO_MAKEFLAGS`: the outer cargo's job slots, so that both share the cores | kept |
//! | all else of cargo, rustc and rustdoc, and what cargo tells build scripts | dropped |
//! | everything of others, rustup's choice of toolchain among it | kept |

use std::process::Command;

const KEPT: [&str; 3] = ["CARGO_BUILD_JOBS", "CARGO_HOME", "CARGO_MAKEFLAGS"];

const KEPT_PREFIXES: [&str; 5] = [
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_TERM_",
];

/// The rest is what cargo sets for build scripts:
/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html>.
const DROPPED: [&str; 12] = [
    "CARGO",
    "DEBUG",
    "HOST",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTC",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "TARGET",
];

const DROPPED_PREFIXES: [&str; 3] = ["CARGO_", "DEP_", "RUSTC_"];

/// A command that starts with the cleaned environment of this process.
pub(crate) fn clean(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if !is_kept(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn is_kept(name: &str) -> bool {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let kept = KEPT.contains(&name) || starts(&KEPT_PREFIXES);
    let dropped = DROPPED.contains(&name) || starts(&DROPPED_PREFIXES);
    kept || !dropped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_build_stays_outside_and_the_machine_does_not() {
        let cases = [
            ("RUSTC", false),
            ("RUSTC_WRAPPER", false),
            ("RUSTC_WORKSPACE_WRAPPER", false),
            ("RUSTC_BOOTSTRAP", false),
            ("RUSTFLAGS", false),
            ("RUSTDOCFLAGS", false),
            ("CARGO", false),
            ("CARGO_ENCODED_RUSTFLAGS", false),
            ("CARGO_TARGET_DIR", false),
            ("CARGO_BUILD_TARGET", false),
            ("CARGO_BUILD_TARGET_DIR", false),
            ("CARGO_BUILD_RUSTFLAGS", false),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", false),
            ("CARGO_PROFILE_COMPONENT_OPT_LEVEL", false),
            ("CARGO_CFG_TARGET_ARCH", false),
            ("CARGO_FEATURE_DEFAULT", false),
            ("CARGO_MANIFEST_DIR", false),
            ("CARGO_PKG_NAME", false),
            ("TARGET", false),
            ("HOST", false),
            ("OPT_LEVEL", false),
            ("PROFILE", false),
            ("OUT_DIR", false),
            ("DEP_OPENSSL_VERSION", false),
            ("CARGO_HOME", true),
            ("CARGO_MAKEFLAGS", true),
            ("CARGO_NET_OFFLINE", true),
            ("CARGO_HTTP_CAINFO", true),
            ("CARGO_REGISTRIES_MIRROR_INDEX", true),
            ("CARGO_TERM_COLOR", true),
            ("RUSTUP_TOOLCHAIN", true),
            ("RUSTUP_HOME", true),
            ("RUST_BACKTRACE", true),
            ("HTTPS_PROXY", true),
            ("PATH", true),
            ("HOME", true),
            ("TARGETS", true),
        ];
        for (name, kept) in cases {
            assert_eq!(is_kept(name), kept, "{name}");
        }
    }

    #[test]
    fn a_clean_command_drops_what_cargo_told_this_test() {
        let removed: Vec<_> = clean("cargo")
            .get_envs()
            .map(|(name, value)| (name.to_owned(), value.is_none()))
            .collect();
        assert!(removed.contains(&("CARGO_MANIFEST_DIR".into(), true)));
        assert!(!removed.iter().any(|(name, _)| name == "PATH"));
    }
}
