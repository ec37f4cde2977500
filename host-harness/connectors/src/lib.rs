//! The connectors that the harness carries inside it.
//!
//! The build script compiles them from `plugin/`, so the harness is one file
//! that runs anywhere. Only what starts the harness depends on this crate: the
//! host itself takes any component, and knows none.

/// A connector that comes with the harness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builtin {
    /// The name that it is asked for by, for example `openai`.
    pub name: &'static str,
    /// The WebAssembly component in its binary form.
    pub component: &'static [u8],
}

/// The name of the connector that runs where none is asked for.
pub const DEFAULT: &str = "openai";

static ALL: [Builtin; 1] = [Builtin {
    name: DEFAULT,
    component: include_bytes!(concat!(env!("OUT_DIR"), "/openai.wasm")),
}];

/// Every connector that comes with the harness.
#[must_use]
pub fn all() -> &'static [Builtin] {
    &ALL
}

/// The connector with exactly this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Builtin> {
    ALL.iter().find(|builtin| builtin.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connector_is_found_by_its_name_and_is_a_component() {
        for builtin in all() {
            assert_eq!(find(builtin.name), Some(builtin));
            // The magic number, and the version that tells a component from a
            // core module.
            assert_eq!(builtin.component[..8], *b"\0asm\x0d\0\x01\0");
        }
    }

    #[test]
    fn an_unknown_name_finds_nothing() {
        for name in ["", "OpenAI", "openai.wasm"] {
            assert_eq!(find(name), None);
        }
    }
}
