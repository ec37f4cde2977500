//! Text that survives a spreadsheet, and acts on none.
//!
//! | in the text | in the file | because |
//! |---|---|---|
//! | a control, a line break, what is invisible or reorders | `\u{1b}` | a terminal acts on it, or it deceives the eye |
//! | `\u{` as it is written here | `\u{5c}u{` | so that the above can be undone |
//! | in CSV: it does not begin with a letter | the same after `'` | it may be a formula, a number or a date |
//! | in CSV: `true`, `false`, `May 3` | the same after `'` | spreadsheets take these for values, and write others |
//!
//! A spreadsheet shows the apostrophe and writes it again; where one takes it
//! away, the text means the same.

/// The text with escapes for all that is not to be seen.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let is_escape = character == '\\' && text[at..].starts_with("\\u{");
        match is_escape || !is_printable(character) {
            true => escaped.extend(character.escape_unicode()),
            false => escaped.push(character),
        }
    }
    escaped
}

/// Undoes [`escaped`]. What is no escape stays as it is.
pub(crate) fn unescaped(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u{") {
        unescaped.push_str(&rest[..at]);
        let code = &rest[at + 3..];
        match code.split_once('}').and_then(|(code, _)| character(code)) {
            Some((character, length)) => {
                unescaped.push(character);
                rest = &code[length + 1..];
            }
            None => {
                unescaped.push_str("\\u{");
                rest = code;
            }
        }
    }
    unescaped + rest
}

/// The character of an escape, and how long its digits are.
fn character(code: &str) -> Option<(char, usize)> {
    let number = u32::from_str_radix(code, 16).ok()?;
    Some((char::from_u32(number)?, code.len()))
}

/// The text as a cell of CSV.
pub(crate) fn cell(text: &str) -> String {
    let escaped = escaped(text);
    match is_taken_for_a_value(&escaped) {
        true => format!("'{escaped}"),
        false => escaped,
    }
}

/// Undoes [`cell`], also where a spreadsheet took the apostrophe away.
pub(crate) fn text(cell: &str) -> String {
    let bare = cell.strip_prefix('\'');
    unescaped(bare.filter(|it| is_taken_for_a_value(it)).unwrap_or(cell))
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Whether a spreadsheet may see anything but text in it.
fn is_taken_for_a_value(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let lower = text.to_lowercase();
    let is_date = || {
        MONTHS.iter().any(|month| lower.starts_with(month))
            && lower.contains(|it: char| it.is_ascii_digit())
    };
    !first.is_alphabetic() || ["true", "false"].contains(&lower.as_str()) || is_date()
}

/// By the standard library's own table, which `Debug` for text follows. After
/// another character, so that marks which join with it count as printable.
fn is_printable(character: char) -> bool {
    let quoted = ['\'', '"', '\\'].contains(&character);
    quoted || String::from_iter(['a', character]).escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_computed_or_acts_and_all_of_it_comes_back() {
        for (written, cell_of) in [
            ("", ""),
            ("Ada Lovelace", "Ada Lovelace"),
            ("Zoë 山田 e\u{301}", "Zoë 山田 e\u{301}"),
            ("CORP\\ada", "CORP\\ada"),
            ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            (" =1", "' =1"),
            ("'=1", "''=1"),
            ("''", "'''"),
            ("007", "'007"),
            ("2026-01-02T03:04:05Z", "'2026-01-02T03:04:05Z"),
            ("True", "'True"),
            ("May 3", "'May 3"),
            ("Maybe", "Maybe"),
            ("\t=1", "'\\u{9}=1"),
            ("a\r\nb", "a\\u{d}\\u{a}b"),
            ("\u{1b}[31mred\u{7}", "'\\u{1b}[31mred\\u{7}"),
            ("exe\u{202e}fdp\u{200b}", "exe\\u{202e}fdp\\u{200b}"),
            ("a\\u{1b}", "a\\u{5c}u{1b}"),
            ("a\\u{zz} \\u", "a\\u{5c}u{zz} \\u"),
        ] {
            let cell = cell(written);
            assert_eq!(cell, cell_of);
            assert_eq!(text(&cell), written);
            assert_eq!(unescaped(&escaped(written)), written);
            assert!(cell.chars().all(is_printable), "{cell}");
        }
    }

    #[test]
    fn a_cell_means_the_same_without_its_apostrophe() {
        for written in ["=1+1", "007", "\u{1b}[0m", "May 3"] {
            let cell = cell(written);
            assert_eq!(text(cell.trim_start_matches('\'')), written);
        }
    }

    #[test]
    fn what_is_no_escape_stays_as_it_is() {
        for text in ["\\u{", "\\u{}", "\\u{110000}", "\\u{zz}", "\\u{1b"] {
            assert_eq!(unescaped(text), text);
        }
    }
}
