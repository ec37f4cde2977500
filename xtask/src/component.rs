//! Builds the built-in connectors and shows how large their components are.

use std::fs;
use std::path::Path;

use crate::Result;
use crate::context::{Context, step};

const PACKAGE: &str = "builtin-connectors";
const CONNECTORS: [&str; 1] = ["openai"];

pub(crate) fn run(context: &Context) -> Result<()> {
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
        println!("{}", line(&path, size(&path)?, gzipped(context, &path)));
    }
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
    fn the_gzipped_size_is_shown_where_it_is_known() {
        let path = Path::new("a.wasm");
        assert_eq!(line(path, 900, None), "a.wasm: 900 bytes");
        assert_eq!(
            line(path, 900, Some(300)),
            "a.wasm: 900 bytes (300 gzipped)"
        );
    }
}
