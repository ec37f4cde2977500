//! Cells of CSV that no spreadsheet runs.
//!
//! | a cell begins with | becomes |
//! |---|---|
//! | `=` `+` `-` `@`, also as wide characters | the same after `'` |
//! | a tab, a line break, anything that is not printable | an escape such as `\u{9}` |
//!
//! Every cell is quoted, so that none ends early where `;` or a tab separates.

use serde::Serialize;

use crate::printable;

/// The text as a cell that is shown and never computed.
pub(crate) fn text(text: &str) -> String {
    let safe = printable::safe_line(text);
    match safe.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        true => format!("'{safe}"),
        false => safe,
    }
}

/// The same, or an empty cell.
pub(crate) fn optional(value: Option<impl AsRef<str>>) -> String {
    value.map(|it| text(it.as_ref())).unwrap_or_default()
}

/// A value as JSON, printable throughout.
pub(crate) fn json(value: &impl Serialize) -> String {
    let mut json = Vec::new();
    let written = printable::json(&mut json, value);
    debug_assert!(written.is_ok(), "memory takes everything");
    String::from_utf8_lossy(&json).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, shown) in [
            ("Ada", "Ada"),
            ("", ""),
            ("a=1", "a=1"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠A1", "'＠A1"),
            ("\t=1", "\\u{9}=1"),
            ("\r=1", "\\u{d}=1"),
            ("\n=1", "\\u{a}=1"),
            ("\0", "\\u{0}"),
            ("\u{1b}]0;x\u{7}", "\\u{1b}]0;x\\u{7}"),
            ("\u{feff}=1", "\\u{feff}=1"),
        ] {
            assert_eq!(text(cell), shown);
        }
    }

    #[test]
    fn json_cells_stay_json() {
        let cell = json(&["\u{202e}a", "=1", "\0"]);
        assert_eq!(cell, r#"["\u202ea","=1","\u0000"]"#);
    }
}
