//! A build script that builds connectors of this workspace to components, for
//! its package to include.
//!
//! Each component goes to two places: cargo's folder for the build script, from
//! where it is included, and `target/components/`, where people and other
//! runtimes find it. Nothing is fetched here: that is what set-up is for.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use crate::{Error, Route, StandardLibrary, Workspace, build, detect, publish};

/// What the components are made of, seen from the workspace's root.
const SOURCES: [&str; 4] = ["Cargo.lock", "Cargo.toml", "plugin", "wit"];

/// Builds these connectors, each a name and the package that it is built from.
/// The package whose build script calls this lies two folders below the
/// workspace's root.
#[must_use]
pub fn run(connectors: &[(&str, &str)]) -> ExitCode {
    let workspace = workspace();
    watch(&workspace);
    match build_all(&workspace, connectors) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error}");
            if let Error::NoStandardLibrary(_) = error {
                eprintln!("run `cargo xtask setup` first, which fetches it");
            }
            ExitCode::FAILURE
        }
    }
}

fn workspace() -> Workspace {
    let package = folder("CARGO_MANIFEST_DIR");
    Workspace::at(package.ancestors().nth(2).unwrap_or(&package))
}

fn watch(workspace: &Workspace) {
    for source in SOURCES {
        let path = workspace.root().join(source);
        println!("cargo:rerun-if-changed={}", path.display());
    }
    println!("cargo:rerun-if-env-changed={}", Route::VARIABLE);
}

fn build_all(workspace: &Workspace, connectors: &[(&str, &str)]) -> Result<(), Error> {
    let library = detect(Route::from_environment()?)?;
    for (name, package) in connectors {
        build_one(workspace, &library, name, package)?;
    }
    Ok(())
}

fn build_one(
    workspace: &Workspace,
    library: &StandardLibrary,
    name: &str,
    package: &str,
) -> Result<(), Error> {
    let component = build(workspace, library, package)?;
    publish(workspace, name, &component)?;
    let path = folder("OUT_DIR").join(format!("{name}.wasm"));
    fs::write(&path, component).map_err(|source| Error::File { path, source })
}

/// A folder that cargo tells build scripts.
fn folder(variable: &str) -> PathBuf {
    env::var_os(variable).unwrap_or_default().into()
}
