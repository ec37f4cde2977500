//! What this machine has: the compiler in use, and Debian's beside it.

use std::path::{Path, PathBuf};

use crate::debian::{self, DebianCompiler};
use crate::environment;
use crate::process::answer;
use crate::route::{Ready, Route};
use crate::toolchain::StandardLibrary;
use crate::{TARGET, route};

/// The outcome of one look at the machine. Each error is the reason why that
/// way is closed.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) installed: Result<(), String>,
    pub(crate) debian: Result<DebianCompiler, String>,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let compiler = Compiler::in_use();
        Self {
            installed: compiler.as_ref().map_err(Clone::clone).and_then(has_target),
            debian: debian::find(compiler.as_ref().ok()),
        }
    }

    pub(crate) fn ready(&self) -> Ready {
        Ready {
            installed: self.installed.is_ok(),
            debian: self.debian.is_ok(),
        }
    }

    /// The standard library that can be used as the machine is.
    pub(crate) fn library(&self, forced: Option<Route>) -> Option<StandardLibrary> {
        match route::usable(forced, self.ready())? {
            Route::Installed => Some(StandardLibrary::Installed),
            Route::Rustup => Some(StandardLibrary::Rustup),
            Route::Debian => self.debian.clone().ok().map(StandardLibrary::Debian),
        }
    }
}

/// A Rust compiler, as it describes itself.
#[derive(Debug)]
pub(crate) struct Compiler {
    /// The folder with its libraries and tools.
    pub(crate) sysroot: PathBuf,
    /// The target triple that it runs on.
    pub(crate) host: String,
    /// Its version, for example `1.95.0`.
    pub(crate) release: String,
}

impl Compiler {
    /// The one that cargo takes from `PATH`.
    fn in_use() -> Result<Self, String> {
        Self::ask(Path::new("rustc"))
    }

    pub(crate) fn ask(rustc: &Path) -> Result<Self, String> {
        let version = answer(environment::clean(rustc).arg("-vV"))?;
        let sysroot = answer(environment::clean(rustc).args(["--print", "sysroot"]))?;
        let told = |name: &str| {
            field(&version, name).ok_or_else(|| format!("{} tells no {name}", rustc.display()))
        };
        Ok(Self {
            host: told("host")?,
            release: told("release")?,
            sysroot: sysroot.into(),
        })
    }
}

/// One line of `rustc -vV`, such as `release: 1.95.0`.
fn field(version: &str, name: &str) -> Option<String> {
    version.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        (found == name).then(|| value.to_owned())
    })
}

fn has_target(compiler: &Compiler) -> Result<(), String> {
    let rustlib = compiler.sysroot.join("lib/rustlib");
    if rustlib.join(TARGET).join("lib").is_dir() {
        Ok(())
    } else {
        Err(format!("not in {}", rustlib.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\n\
        host: x86_64-unknown-linux-gnu\nrelease: 1.95.0\nLLVM version: 22.1.2";

    #[test]
    fn a_compiler_is_known_by_what_it_says_of_itself() {
        let cases = [
            ("host", Some("x86_64-unknown-linux-gnu")),
            ("release", Some("1.95.0")),
            ("LLVM version", Some("22.1.2")),
            ("version", None),
        ];
        for (name, value) in cases {
            assert_eq!(field(VERSION, name).as_deref(), value, "{name}");
        }
    }

    #[test]
    fn a_sysroot_without_the_target_is_named() {
        let compiler = Compiler {
            sysroot: "/no/such/sysroot".into(),
            host: String::new(),
            release: String::new(),
        };
        assert_eq!(
            has_target(&compiler).unwrap_err(),
            "not in /no/such/sysroot/lib/rustlib"
        );
    }

    #[test]
    fn only_a_library_that_is_there_is_handed_out() {
        let bare = Machine {
            installed: Err("gone".into()),
            debian: Err("gone".into()),
        };
        for forced in [None, Some(Route::Installed), Some(Route::Debian)] {
            assert!(bare.library(forced).is_none(), "{forced:?}");
        }
    }
}
