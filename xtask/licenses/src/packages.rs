//! The packages of `cargo metadata`, and what is wrong with one.

use serde_json::Value;

use crate::expression::{ALLOWED, Expression};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// A package that the workspace is built with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression.
    pub(crate) license: Option<String>,
    /// None for a folder of this machine.
    pub(crate) source: Option<String>,
    pub(crate) is_member: bool,
}

/// Reads what `cargo metadata --format-version=1` prints.
pub(crate) fn read(metadata: &[u8]) -> Result<Vec<Package>, String> {
    let metadata: Value = serde_json::from_slice(metadata).map_err(|error| error.to_string())?;
    let list = |name: &str| {
        let list = metadata[name].as_array();
        list.ok_or_else(|| format!("cargo metadata has no `{name}`"))
    };
    let members = list("workspace_members")?;
    let packages = list("packages")?.iter().map(|package| {
        let text = |name: &str| package[name].as_str().map(str::to_owned);
        let needed = |name: &str| text(name).ok_or_else(|| format!("a package has no `{name}`"));
        Ok(Package {
            name: needed("name")?,
            version: needed("version")?,
            license: text("license"),
            source: text("source"),
            is_member: members.contains(&package["id"]),
        })
    });
    packages.collect()
}

/// Why a package must not be used.
pub(crate) fn problem(package: &Package) -> Option<String> {
    if package.is_member {
        return None;
    }
    match package.source.as_deref() {
        Some(CRATES_IO) => {}
        Some(other) => return Some(format!("comes from {other} and not from crates.io")),
        None => return Some("is a folder outside of this workspace".into()),
    }
    let Some(license) = &package.license else {
        return Some("does not say its license".into());
    };
    match Expression::parse(license) {
        Ok(expression) if expression.is_met_by(&ALLOWED) => None,
        Ok(_) => Some(format!("the license `{license}` is not allowed")),
        Err(why) => Some(format!("the license `{license}` cannot be read: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(license: Option<&str>, source: Option<&str>) -> Package {
        Package {
            name: "p".into(),
            version: "1.0.0".into(),
            license: license.map(str::to_owned),
            source: source.map(str::to_owned),
            is_member: false,
        }
    }

    #[test]
    fn a_package_passes_by_its_license_and_its_source() {
        let git = "git+https://github.com/a/b#0123";
        let cases = [
            (Some("MIT"), Some(CRATES_IO), None),
            (Some("GPL-3.0-only OR MIT"), Some(CRATES_IO), None),
            (
                Some("GPL-3.0-only"),
                Some(CRATES_IO),
                Some("is not allowed"),
            ),
            (Some("MIT AND"), Some(CRATES_IO), Some("cannot be read")),
            (None, Some(CRATES_IO), Some("does not say its license")),
            (Some("MIT"), Some(git), Some("not from crates.io")),
            (
                Some("MIT"),
                Some("registry+https://example.com"),
                Some("not from crates.io"),
            ),
            (Some("MIT"), None, Some("a folder outside")),
        ];
        for (license, source, expected) in cases {
            let problem = problem(&package(license, source));
            match (&problem, expected) {
                (None, None) => {}
                (Some(problem), Some(words)) => assert!(problem.contains(words), "{problem}"),
                _ => panic!("{license:?} {source:?}: {problem:?}"),
            }
        }
    }

    #[test]
    fn what_cargo_tells_is_read_and_members_are_told_apart() {
        let metadata = serde_json::json!({
            "workspace_members": ["ours-id"],
            "packages": [
                {"id": "ours-id", "name": "ours", "version": "0.1.0", "license": null, "source": null},
                {"id": "other-id", "name": "other", "version": "2.0.0", "license": "MIT",
                 "source": CRATES_IO},
            ],
        });
        let packages = read(metadata.to_string().as_bytes()).unwrap();
        assert_eq!(packages.len(), 2);
        assert!(packages[0].is_member && !packages[1].is_member);
        assert!(packages.iter().all(|it| problem(it).is_none()));
    }

    #[test]
    fn what_is_no_answer_of_cargos_is_an_error() {
        for text in ["", "{}", r#"{"workspace_members": [], "packages": [{}]}"#] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
