//! Builds connectors to components and shows how large they are: the built-in
//! ones, or one that is named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::Result;
use crate::context::{Context, announce, step};

const PACKAGE: &str = "builtin-connectors";
const CONNECTORS: [&str; 1] = ["openai"];

pub(crate) fn run(context: &Context, plugin: Option<&str>) -> Result<()> {
    match plugin {
        Some(plugin) => named(context, &folder(context.workspace.root(), plugin)?),
        None => builtin(context),
    }
}

/// The folder of a connector, by its name in `plugin/` or its path.
fn folder(root: &Path, plugin: &str) -> Result<PathBuf> {
    let known = root.join("plugin").join(plugin);
    let candidates = [known, PathBuf::from(plugin)];
    let found = candidates
        .into_iter()
        .find(|it| it.join("Cargo.toml").is_file());
    match found {
        Some(folder) => Ok(folder.canonicalize()?),
        None => Err(format!("no Cargo.toml in plugin/{plugin} or {plugin}").into()),
    }
}

fn named(context: &Context, folder: &Path) -> Result<()> {
    announce(&format!("building the connector in {}", folder.display()));
    let mut command = context.cargo(&["run", "--quiet", "--locked", "--package", "componentize"]);
    let output = command
        .arg("--")
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("building the connector: failed ({})", output.status).into());
    }
    let path = PathBuf::from(String::from_utf8(output.stdout)?.trim_end());
    show(context, &path)
}

fn builtin(context: &Context) -> Result<()> {
    build(context)?;
    for name in CONNECTORS {
        let path = context.workspace.component(name);
        if !path.exists() {
            // Somebody removed the file, which cargo does not watch.
            step(
                "starting over",
                &mut context.cargo(&["clean", "--package", PACKAGE]),
            )?;
            build(context)?;
        }
        show(context, &path)?;
    }
    Ok(())
}

fn show(context: &Context, path: &Path) -> Result<()> {
    println!("{}", line(path, size(path)?, gzipped(context, path)));
    Ok(())
}

fn build(context: &Context) -> Result<()> {
    let mut command = context.cargo(&["build", "--locked", "--package", PACKAGE]);
    step("building the connectors", &mut command).map(drop)
}

/// In bytes.
fn size(path: &Path) -> Result<u64> {
    let read = fs::metadata(path);
    let metadata = read.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(metadata.len())
}

/// In bytes; none where there is no gzip.
fn gzipped(context: &Context, path: &Path) -> Option<usize> {
    let mut gzip = context.program("gzip");
    let output = gzip.args(["--best", "--stdout"]).arg(path).output().ok()?;
    output.status.success().then_some(output.stdout.len())
}

fn line(path: &Path, size: u64, gzipped: Option<usize>) -> String {
    let packed = gzipped.map(|size| format!(" ({size} gzipped)"));
    format!(
        "{}: {size} bytes{}",
        path.display(),
        packed.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_is_named_by_its_folder() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let example = root.join("plugin/example").canonicalize().unwrap();
        assert_eq!(folder(root, "example").unwrap(), example);
        let path = example.to_str().unwrap();
        assert_eq!(folder(Path::new("/"), path).unwrap(), example);
        assert!(folder(root, "nobody").is_err());
    }

    #[test]
    fn the_gzipped_size_is_shown_where_it_is_known() {
        let path = Path::new("a.wasm");
        assert_eq!(line(path, 900, None), "a.wasm: 900 bytes");
        assert_eq!(
            line(path, 900, Some(300)),
            "a.wasm: 900 bytes (300 gzipped)"
        );
    }
}
