//! The contract's bounds on texts, in bytes of UTF-8.
//!
//! | text | bound | what happens beyond it |
//! |---|---|---|
//! | id | [`ID_LIMIT`] | it is no id: the thing is left out, with a gap |
//! | slug | [`SLUG_LIMIT`] | it is no slug: likewise |
//! | name | [`NAME_LIMIT`] | cut, with `…` |
//! | description, detail, message | [`DESCRIPTION_LIMIT`] | cut, with `…` |
//! | attributes | [`ATTRIBUTES_LIMIT`] | members are left out |
//! | token | [`TOKEN_LIMIT`] | an error |
//!
//! A cut id would name something else; a cut name is still a name.

/// The longest id, in bytes.
pub const ID_LIMIT: usize = 1_024;
/// The longest slug, in bytes.
pub const SLUG_LIMIT: usize = 256;
/// The longest name or hint, in bytes.
pub const NAME_LIMIT: usize = 1_024;
/// The longest description, detail or message, in bytes.
pub const DESCRIPTION_LIMIT: usize = 2_048;
/// The longest attributes text, in bytes.
pub const ATTRIBUTES_LIMIT: usize = 65_536;
/// The longest continuation token, in bytes.
pub const TOKEN_LIMIT: usize = 8_192;
/// The most items of one kind in a page.
pub const ITEMS_LIMIT: usize = 10_000;
/// The most ways to go on that single rows of a page bring: the contract has
/// 1,024, and the next page and the like need some.
pub const CONTINUATIONS_LIMIT: usize = 1_000;

const ELLIPSIS: char = '…';

/// The text, or its beginning and `…` where it is longer than `limit` bytes.
#[must_use]
pub fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let room = limit.saturating_sub(ELLIPSIS.len_utf8());
    let beginning = text.get(..text.floor_char_boundary(room));
    format!("{}{ELLIPSIS}", beginning.unwrap_or_default())
}

/// A name within its bound.
#[must_use]
pub fn name(text: &str) -> String {
    cut(text, NAME_LIMIT)
}

/// A description within its bound.
#[must_use]
pub fn description(text: &str) -> String {
    cut(text, DESCRIPTION_LIMIT)
}

/// Text for one line of a message: control characters become spaces, runs of
/// spaces one, and it is cut to `limit` bytes.
#[must_use]
pub fn one_line(text: &str, limit: usize) -> String {
    let blank = |c: char| c.is_control() || c.is_whitespace();
    let words: Vec<&str> = text
        .split(blank)
        .filter(|word| !word.is_empty())
        .take(limit)
        .collect();
    cut(&words.join(" "), limit)
}

/// Whether a text can be an id: not blank, without control characters, and
/// within the bound.
#[must_use]
pub fn is_id(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= ID_LIMIT && !text.contains(char::is_control)
}

/// Whether a text can be a slug: an id within the tighter bound.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    is_id(text) && text.len() <= SLUG_LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_keeps_whole_characters_and_its_bound() {
        for (text, limit, expected) in [
            ("ada", 3, "ada"),
            ("lovelace", 6, "lov…"),
            ("ééééé", 8, "éé…"),
            ("🦀🦀🦀", 11, "🦀🦀…"),
            ("🦀🦀🦀", 10, "🦀…"),
            ("lovelace", 3, "…"),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, limit), expected, "{text} at {limit}");
            assert!(expected.len() <= limit);
        }
    }

    #[test]
    fn a_line_has_no_control_characters() {
        assert_eq!(one_line("a\u{1b}[31m\r\nb\t\u{0}c ", 100), "a [31m b c");
        assert_eq!(one_line("one two", 6), "one…");
    }

    #[test]
    fn blank_overlong_and_unprintable_texts_are_no_ids() {
        for (text, expected) in [
            ("user-1".to_owned(), true),
            (String::new(), false),
            (" ".to_owned(), false),
            ("user\u{0}".to_owned(), false),
            ("x".repeat(1_024), true),
            ("x".repeat(1_025), false),
        ] {
            assert_eq!(is_id(&text), expected, "{} bytes", text.len());
        }
    }

    #[test]
    fn a_slug_is_a_short_id() {
        assert!(is_slug(&"x".repeat(256)));
        assert!(!is_slug(&"x".repeat(257)));
        assert!(!is_slug("a\nb"));
    }
}
