//! Placeholder, being written.
pub(crate) fn safe_line(text: &str) -> String { text.chars().map(|c| if c.is_control() { '?' } else { c }).collect() }
