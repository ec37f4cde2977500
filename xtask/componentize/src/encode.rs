//! From a core module to a component file.

use std::fs;
use std::path::PathBuf;
use std::process;

use wit_component::ComponentEncoder;

use crate::cargo::core_module;
use crate::error::Error;
use crate::toolchain::StandardLibrary;
use crate::workspace::Workspace;

/// Compiles the package `package` of the workspace and encodes it as a
/// component.
///
/// # Errors
///
/// Those of [`core_module`] and [`component`].
pub fn build(
    workspace: &Workspace,
    library: &StandardLibrary,
    package: &str,
) -> Result<Vec<u8>, Error> {
    let path = core_module(workspace, library, package)?;
    match fs::read(&path) {
        Ok(module) => component(&module),
        Err(source) => Err(Error::File { path, source }),
    }
}

/// Encodes a core module, which carries the description of its world in a
/// custom section, as a component, and validates the result.
///
/// # Errors
///
/// [`Error::Encode`] where the bytes are no module, or imports or exports do
/// not fit the world.
pub fn component(module: &[u8]) -> Result<Vec<u8>, Error> {
    ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| Error::Encode(format!("{error:#}")))
}

/// Writes a component to its place in the target folder
/// ([`Workspace::component`]). Whoever reads it at the same time sees the old
/// one or the new one, never a part.
///
/// # Errors
///
/// [`Error::File`].
pub fn publish(workspace: &Workspace, name: &str, component: &[u8]) -> Result<PathBuf, Error> {
    let path = workspace.component(name);
    let unfinished = path.with_extension(format!("{}.unfinished", process::id()));
    let write = || {
        fs::create_dir_all(workspace.target().join("components"))?;
        fs::write(&unfinished, component)?;
        fs::rename(&unfinished, &path)
    };
    match write() {
        Ok(()) => Ok(path),
        Err(source) => Err(Error::File { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The magic number and version of a WebAssembly module without content.
    const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn a_module_becomes_a_component() {
        let component = component(EMPTY_MODULE).unwrap();
        // The second half of the version tells a component from a module.
        assert_eq!(component[..8], *b"\0asm\x0d\0\x01\0");
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [&b""[..], b"not a module", b"\0asm\x0d\0\x01\0"] {
            assert!(
                matches!(component(bytes), Err(Error::Encode(_))),
                "{bytes:?}"
            );
        }
    }
    #[test]
    fn a_component_replaces_the_one_before_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::with_target("/work".into(), Some(folder.path().into()));
        for content in [b"first", b"later"] {
            let path = publish(&workspace, "openai", content).unwrap();
            assert_eq!(path, workspace.component("openai"));
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        let files = fs::read_dir(folder.path().join("components")).unwrap();
        assert_eq!(files.count(), 1);
    }
}
