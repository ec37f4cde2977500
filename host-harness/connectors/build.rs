//! Builds the connectors of this workspace to components for `lib.rs` to carry.
//!
//! Each component goes to two places: cargo's folder for this build script,
//! from where it is included, and `target/components/`, where people and other
//! runtimes find it. Nothing is fetched here: that is what set-up is for.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use componentize::{Error, Route, StandardLibrary, Workspace};

/// The name of each connector, and the package that it is built from.
const CONNECTORS: [(&str, &str); 1] = [("openai", "openai-connector")];

/// What the components are made of, seen from the workspace's root.
const SOURCES: [&str; 4] = ["Cargo.lock", "Cargo.toml", "plugin", "wit"];

fn main() -> ExitCode {
    let workspace = workspace();
    watch(&workspace);
    match build_all(&workspace) {
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

/// This package lies two folders below the root.
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

fn build_all(workspace: &Workspace) -> Result<(), Error> {
    let library = componentize::detect(Route::from_environment()?)?;
    for (name, package) in CONNECTORS {
        build(workspace, &library, name, package)?;
    }
    Ok(())
}

fn build(
    workspace: &Workspace,
    library: &StandardLibrary,
    name: &str,
    package: &str,
) -> Result<(), Error> {
    let module = componentize::core_module(workspace, library, package)?;
    let module = fs::read(&module).map_err(at(&module))?;
    let component = componentize::component(&module)?;
    componentize::publish(workspace, name, &component)?;
    let included = folder("OUT_DIR").join(format!("{name}.wasm"));
    fs::write(&included, component).map_err(at(&included))
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path, source }
}

/// A folder that cargo tells build scripts.
fn folder(variable: &str) -> PathBuf {
    env::var_os(variable).unwrap_or_default().into()
}
