//! What the package in a folder is called.

use std::path::Path;

use crate::environment;
use crate::error::Error;
use crate::process::answer;

/// The name of the package whose `Cargo.toml` is in this folder.
///
/// # Errors
///
/// [`Error::NoPackage`].
pub fn name_of(folder: &Path) -> Result<String, Error> {
    let none = |reason: String| Error::NoPackage {
        folder: folder.to_owned(),
        reason,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = environment::clean(cargo);
    command.arg("pkgid").current_dir(folder);
    let id = answer(&mut command).map_err(none)?;
    name(&id).ok_or_else(|| none(format!("cargo calls it `{id}`")))
}

/// The name in a package id such as `path+file:///work/rota#rota-connector@0.1.0`,
/// where the folder's name stands for one that is the same:
/// <https://doc.rust-lang.org/cargo/reference/pkgid-spec.html>.
fn name(id: &str) -> Option<String> {
    let (url, rest) = id.rsplit_once('#')?;
    let name = match rest.split_once('@') {
        Some((name, _)) => name,
        None => url.trim_end_matches('/').rsplit('/').next()?,
    };
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_id_tells_the_name() {
        for (id, expected) in [
            (
                "path+file:///work/rota#rota-connector@0.1.0",
                Some("rota-connector"),
            ),
            (
                "path+file:///work/rota-connector#0.1.0",
                Some("rota-connector"),
            ),
            (
                "registry+https://example.com/index#serde@1.0.0",
                Some("serde"),
            ),
            ("rota", None),
            ("", None),
        ] {
            assert_eq!(name(id).as_deref(), expected, "{id}");
        }
    }

    #[test]
    fn the_package_of_this_folder_is_this_one() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(name_of(folder).unwrap(), "componentize");
    }

    #[test]
    fn a_folder_without_a_package_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = name_of(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains(&folder.path().display().to_string()),
            "{error}"
        );
    }
}
