//! The nested cargo call that compiles a connector to a core module.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::debian::DebianCompiler;
use crate::error::Error;
use crate::toolchain::StandardLibrary;
use crate::workspace::Workspace;
use crate::{TARGET, environment};

/// The workspace's profile for components: small, and its panics abort.
pub(crate) const PROFILE: &str = "component";

/// The environment variable that sets the target's linker.
const LINKER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER";

/// Compiles the package `package` of the workspace and returns the path of its
/// core module. Takes the versions of `Cargo.lock` as they are. Cargo's
/// messages go to standard error.
///
/// # Errors
///
/// [`Error::Start`], [`Error::Build`], and [`Error::NoModule`] where the
/// package is not a `cdylib`.
pub fn core_module(
    workspace: &Workspace,
    library: &StandardLibrary,
    package: &str,
) -> Result<PathBuf, Error> {
    let target = target_folder(workspace, library);
    let status = command(library)
        .args(arguments(library, package, &target))
        .current_dir(workspace.root())
        .stdout(Stdio::null())
        .status()
        .map_err(Error::Start)?;
    let package = package.to_owned();
    if !status.success() {
        return Err(Error::Build { package, status });
    }
    let path = module(&target, &package);
    if path.is_file() {
        Ok(path)
    } else {
        Err(Error::NoModule { package, path })
    }
}

/// Debian's compiler has a folder of its own: changing between compilers would
/// otherwise rebuild everything each time.
fn target_folder(workspace: &Workspace, library: &StandardLibrary) -> PathBuf {
    match library {
        StandardLibrary::Installed | StandardLibrary::Rustup => workspace.nested_target(),
        StandardLibrary::Debian(_) => workspace.nested_target().join("debian"),
    }
}

fn module(target: &Path, package: &str) -> PathBuf {
    let file = format!("{}.wasm", package.replace('-', "_"));
    target.join(TARGET).join(PROFILE).join(file)
}

fn command(library: &StandardLibrary) -> Command {
    // The cargo that is running us, so that rustup's shim is not asked again.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = environment::clean(cargo);
    if let StandardLibrary::Debian(DebianCompiler { rustc, linker }) = library {
        command
            .env("RUSTC", rustc)
            // Building the standard library is an unstable feature of cargo.
            .env("RUSTC_BOOTSTRAP", "1")
            .env(LINKER, linker);
    }
    command
}

fn arguments(library: &StandardLibrary, package: &str, target: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = ["build", "--locked", "--lib", "--package"]
        .map(Into::into)
        .into();
    arguments.push(package.into());
    arguments.extend(["--profile", PROFILE, "--target", TARGET, "--target-dir"].map(Into::into));
    arguments.push(target.into());
    if let StandardLibrary::Debian(_) = library {
        arguments.push("-Zbuild-std=std,panic_abort".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn debian() -> StandardLibrary {
        StandardLibrary::Debian(DebianCompiler {
            rustc: "/usr/bin/rustc".into(),
            linker: "/tools/rust-lld".into(),
        })
    }

    #[test]
    fn only_with_debians_compiler_is_the_library_built() {
        let plain = "build --locked --lib --package a-connector --profile component \
                     --target wasm32-unknown-unknown --target-dir /out";
        let cases = [
            (StandardLibrary::Installed, plain.to_owned()),
            (StandardLibrary::Rustup, plain.to_owned()),
            (debian(), format!("{plain} -Zbuild-std=std,panic_abort")),
        ];
        for (library, expected) in cases {
            let given = arguments(&library, "a-connector", Path::new("/out"));
            assert_eq!(given.join(" ".as_ref()).to_string_lossy(), expected);
        }
    }

    #[test]
    fn debians_compiler_reaches_cargo_through_the_environment() {
        let command = command(&debian());
        let set: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?)))
            .collect();
        assert_eq!(
            set,
            [
                (LINKER, "/tools/rust-lld"),
                ("RUSTC", "/usr/bin/rustc"),
                ("RUSTC_BOOTSTRAP", "1"),
            ]
        );
    }

    #[test]
    fn each_compiler_has_its_own_folder() {
        let workspace = Workspace::at("/work");
        let installed = target_folder(&workspace, &StandardLibrary::Installed);
        assert_eq!(
            target_folder(&workspace, &debian()),
            installed.join("debian")
        );
    }

    #[test]
    fn the_module_has_the_name_of_the_package() {
        assert_eq!(
            module(Path::new("/out"), "a-connector"),
            Path::new("/out/wasm32-unknown-unknown/component/a_connector.wasm")
        );
    }
}
