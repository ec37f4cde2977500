//! Debian's compiler, with which cargo builds the standard library itself.
//!
//! For machines where rustup cannot download but Debian's archive answers.
//! Debian 12 packages a second Rust for its browsers: `rustc-web` with the
//! source in `rust-web-src`. The library's source only builds with the compiler
//! of the same release, so both come from Debian and rustup's is left alone.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::machine::Compiler;
use crate::process::{answer, finish};

/// What root runs to have this compiler.
const COMMANDS: &str =
    "apt-get update && apt-get install -y --no-install-recommends rustc-web rust-web-src";

/// 140 MB and ten seconds of unpacking on a good day.
const LIMIT: Duration = Duration::from_secs(600);

/// Where the packages `rustc-web` and `rust-web-src` put things.
const RUSTC: &str = "/usr/bin/rustc";
const SYSROOT: &str = "/usr";
const SOURCE: &str = "/usr/lib/rustlib/src/rust";

/// Debian's compiler and the linker to use with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebianCompiler {
    /// The compiler.
    pub rustc: PathBuf,
    /// A linker for WebAssembly: `rust-lld`, or LLVM's `wasm-ld`.
    pub linker: PathBuf,
}

/// Finds Debian's compiler, its source and a linker. The compiler in use is
/// asked for its `rust-lld`. The error is a reason for people.
pub(crate) fn find(in_use: Option<&Compiler>) -> Result<DebianCompiler, String> {
    let rustc = PathBuf::from(RUSTC);
    if !rustc.exists() {
        return Err(format!("there is no {RUSTC}"));
    }
    let compiler = Compiler::ask(&rustc)?;
    if compiler.sysroot != Path::new(SYSROOT) {
        return Err(format!("{RUSTC} is not Debian's"));
    }
    let source = fs::read_to_string(Path::new(SOURCE).join("src/version"));
    same_release(&compiler.release, source.ok().as_deref())?;
    let linker = linker(in_use)?;
    Ok(DebianCompiler { rustc, linker })
}

/// Installs Debian's packages. `may_install` is the caller's consent to that.
pub(crate) fn fetch(may_install: bool) -> Result<(), String> {
    let root = answer(Command::new("id").arg("-u")).is_ok_and(|user| user == "0");
    refusal(on_path("apt-get").is_some(), root, may_install)?;
    let updated = finish(apt_get().arg("update"), LIMIT);
    let packages = ["rustc-web", "rust-web-src"];
    let install = ["install", "-y", "--no-install-recommends"];
    finish(apt_get().args(install).args(packages), LIMIT)
        // A list that could not be updated only matters when nothing is found.
        .map_err(|reason| match updated {
            Ok(()) => reason,
            Err(earlier) => format!("{earlier}; then {reason}"),
        })
}

/// How to come by this compiler by hand.
pub(crate) fn advice() -> String {
    format!("as root: {COMMANDS}")
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn refusal(apt_get: bool, root: bool, may_install: bool) -> Result<(), String> {
    match (apt_get, root, may_install) {
        (false, _, _) => Err("there is no apt-get here".to_owned()),
        (true, false, _) => Err(format!("only root installs packages; {}", advice())),
        (true, true, false) => Err(format!(
            "packages are installed only with --yes or in CI; {}",
            advice()
        )),
        (true, true, true) => Ok(()),
    }
}

fn same_release(compiler: &str, source: Option<&str>) -> Result<(), String> {
    match source.map(str::trim) {
        None => Err(format!("the library's source is not in {SOURCE}")),
        Some(source) if source == compiler => Ok(()),
        Some(source) => Err(format!(
            "{RUSTC} is {compiler} but the source in {SOURCE} is {source}"
        )),
    }
}

fn linker(in_use: Option<&Compiler>) -> Result<PathBuf, String> {
    let rust_lld = in_use.map(|compiler| {
        let tools = compiler.sysroot.join("lib/rustlib").join(&compiler.host);
        tools.join("bin/rust-lld")
    });
    rust_lld
        .filter(|path| path.exists())
        .or_else(|| on_path("wasm-ld-22"))
        .or_else(|| on_path("wasm-ld"))
        .ok_or_else(|| "there is neither rust-lld nor wasm-ld to link with".to_owned())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_only_by_root_and_with_consent() {
        // apt-get is there, root, consent; what the refusal says.
        let cases = [
            (true, true, true, None),
            (true, true, false, Some("only with --yes or in CI")),
            (true, false, true, Some("only root")),
            (true, false, false, Some("only root")),
            (false, true, true, Some("no apt-get")),
        ];
        for (apt_get, root, consent, expected) in cases {
            match (refusal(apt_get, root, consent), expected) {
                (Ok(()), None) => {}
                (Err(said), Some(expected)) => assert!(said.contains(expected), "{said}"),
                (result, expected) => panic!("{result:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn a_refusal_that_can_be_helped_names_the_commands() {
        for (root, consent) in [(true, false), (false, true)] {
            assert!(refusal(true, root, consent).unwrap_err().contains(COMMANDS));
        }
    }

    #[test]
    fn the_source_must_be_that_of_the_compiler() {
        assert_eq!(same_release("1.96.0", Some("1.96.0\n")), Ok(()));
        assert!(same_release("1.96.0", None).is_err());
        let said = same_release("1.96.0", Some("1.95.0")).unwrap_err();
        assert!(said.contains("1.96.0") && said.contains("1.95.0"), "{said}");
    }

    #[test]
    fn programs_are_looked_for_in_the_path() {
        assert!(on_path("sh").is_some());
        assert_eq!(on_path("no-such-program"), None);
    }
}
