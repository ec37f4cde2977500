//! Text fitted into the columns of a terminal.
//!
//! What makes it safe to show, whatever it holds, is [`governance_export::printable`].

use std::fmt::Write as _;

use governance_export::printable::shown;
pub(crate) use governance_export::printable::{json_line, safe_line};
use unicode_width::UnicodeWidthChar;

/// The text on one safe line of at most this many columns: what is longer ends
/// with `…`.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let mut fitting = String::new();
    // How much of it leaves a column for the mark.
    let (mut used, mut kept) = (0, 0);
    for character in text.chars() {
        let shown = shown(character);
        used += width(&shown);
        if used > columns {
            fitting.truncate(kept);
            fitting.push('…');
            break;
        }
        fitting.push_str(&shown);
        if used < columns {
            kept = fitting.len();
        }
    }
    fitting
}

/// How many columns a terminal needs for printable text.
pub(crate) fn width(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// A line with a name and how many there are.
pub(crate) fn count_line(text: &mut String, name: &str, count: u64) {
    let _ = writeln!(text, "{:<42} {count:>9}", safe_line(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_ends_with_an_ellipsis() {
        for (text, columns, shown) in [
            ("Ada", 3, "Ada"),
            ("Ada!", 3, "Ad…"),
            ("", 0, ""),
            ("A", 1, "A"),
            ("AB", 1, "…"),
            ("山田", 4, "山田"),
            ("山田太", 4, "山…"),
            ("山田太", 5, "山田…"),
            ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"),
            ("ab\u{1b}c", 9, "ab\\u{1b}c"),
            ("ab\u{1b}cd", 9, "ab\\u{1b}…"),
            ("ab\u{1b}cd", 8, "ab…"),
        ] {
            let fitting = fit(text, columns);
            assert_eq!(fitting, shown, "{text:?} in {columns}");
            assert!(width(&fitting) <= columns);
        }
    }
}
