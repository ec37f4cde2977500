//! Where the workspace keeps what is built from it.

use std::path::{Path, PathBuf};

/// A cargo workspace on disk.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The workspace with its root `Cargo.toml` in this folder. Its target
    /// folder is `CARGO_TARGET_DIR`, or `target` where that is not set.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let chosen = std::env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
        Self::with_target(root.into(), chosen.map(PathBuf::from))
    }

    pub(crate) fn with_target(root: PathBuf, chosen: Option<PathBuf>) -> Self {
        let target = root.join(chosen.unwrap_or_else(|| "target".into()));
        Self { root, target }
    }

    /// The folder of the root `Cargo.toml`.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder for everything that is built.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where the component of a connector is found, for example
    /// `target/components/openai.wasm`.
    #[must_use]
    pub fn component(&self, name: &str) -> PathBuf {
        self.target.join("components").join(format!("{name}.wasm"))
    }

    /// The target folder of nested cargo calls: the outer call holds a lock on
    /// its own.
    pub(crate) fn nested_target(&self) -> PathBuf {
        self.target.join("component-build")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_target_folder_is_one_of_the_workspace() {
        let cases = [
            (None, "/work/target"),
            (Some("out"), "/work/out"),
            (Some("/elsewhere"), "/elsewhere"),
        ];
        for (chosen, target) in cases {
            let workspace = Workspace::with_target("/work".into(), chosen.map(PathBuf::from));
            assert_eq!(workspace.target(), Path::new(target));
            assert!(workspace.component("openai").starts_with(target));
        }
    }
}
