//! The file `harness.toml`.

use governance_host::trust::Trust;

/// The hash that entries are looked up by.
pub const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Reads a configuration, and what it allows a component. What it allows is
/// https or this machine.
pub fn configuration(text: &str) {
    let Ok(trust) = toml::from_str::<Trust>(text) else {
        return;
    };
    if let Ok(Some(operator)) = trust.of(HASH) {
        assert!(!operator.all_declared, "a file cannot allow everything");
        for origin in operator.origins {
            let secure = origin.to_string().starts_with("https://");
            assert!(secure || origin.is_loopback(), "{origin}");
        }
    }
}
