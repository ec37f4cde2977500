//! `componentize FOLDER`: builds the connector whose package is in this folder,
//! of this workspace or any other, and prints the path of its component.
//!
//! `cargo xtask component --plugin FOLDER` calls it, after set-up and with
//! `CARGO_TARGET_DIR` set to the target folder of this workspace.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use componentize::{Error, Route, Workspace, build, detect, name_of, publish};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: componentize FOLDER");
        return ExitCode::from(2);
    };
    match run(Path::new(&folder)) {
        Ok(path) => {
            println!("{}", path.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path) -> Result<PathBuf, Error> {
    let library = detect(Route::from_environment()?)?;
    let package = name_of(folder)?;
    let workspace = Workspace::at(folder);
    let component = build(&workspace, &library, &package)?;
    let name = package.strip_suffix("-connector").unwrap_or(&package);
    publish(&workspace, name, &component)
}
