//! Text from services made safe to show. It comes from strangers: a name may
//! hold what a terminal acts on, or what deceives the eye.
//!
//! | shown as an escape such as `\u{1b}` | because |
//! |---|---|
//! | controls (C0, DEL, C1), so line breaks and tabs too | the terminal acts on them |
//! | line and paragraph separators | they may start a line |
//! | bidirectional marks, overrides and isolates | they reorder what follows |
//! | zero-width and other invisible characters, tags, variation selectors | two names look the same |
//!
//! Lines of JSON hold the same value with these characters as `\uXXXX`.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

/// What is not to be seen, besides controls: Unicode's default ignorable code
/// points, the bidirectional marks and the separators of lines.
const INVISIBLE: [(u32, u32); 17] = [
    (0x00ad, 0x00ad),
    (0x034f, 0x034f),
    (0x061c, 0x061c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0x1_bca0, 0x1_bca3),
    (0x1_d173, 0x1_d17a),
    (0xe_0000, 0xe_0fff),
];

fn is_printable(character: char) -> bool {
    let code = u32::from(character);
    let invisible = || {
        INVISIBLE
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&code))
    };
    !character.is_control() && (code < 0x80 || !invisible())
}

/// The text on one line, with all that is not printable as escapes.
pub fn safe_line(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// One character, as an escape if it is not printable.
pub fn shown(character: char) -> Cow<'static, str> {
    match is_printable(character) {
        true => character.to_string().into(),
        false => character.escape_unicode().to_string().into(),
    }
}

/// Writes a line of JSON without any character that is not printable.
///
/// # Errors
/// Of the writer.
pub fn json_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    json(out, value)?;
    out.write_all(b"\n")
}

/// The same without the end of the line.
///
/// # Errors
/// Of the writer.
pub fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Escaping);
    Ok(value.serialize(&mut serializer)?)
}

/// The compact format, with escapes where JSON would allow raw characters.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        write_escaped(writer, fragment)
    }

    fn write_raw_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        write_escaped(writer, fragment)
    }
}

/// JSON has these characters nowhere but in strings, where an escape means the
/// same. Controls below the space are escaped already, or are no part of one.
fn write_escaped(writer: &mut (impl ?Sized + Write), json: &str) -> io::Result<()> {
    let mut rest = json;
    while let Some(at) = rest.find(|it| it >= ' ' && !is_printable(it)) {
        writer.write_all(&rest.as_bytes()[..at])?;
        let mut characters = rest[at..].chars();
        for unit in characters
            .next()
            .iter()
            .flat_map(|it| it.encode_utf16(&mut [0; 2]).to_vec())
        {
            write!(writer, "\\u{unit:04x}")?;
        }
        rest = characters.as_str();
    }
    writer.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn what_acts_on_a_terminal_or_deceives_the_eye_is_shown() {
        for (text, shown) in [
            ("", ""),
            ("Ada Lovelace", "Ada Lovelace"),
            ("Zoë Ångström 山田 🎉 مريم", "Zoë Ångström 山田 🎉 مريم"),
            ("a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c"),
            (
                "\u{1b}[31mred\u{1b}]0;title\u{7}",
                "\\u{1b}[31mred\\u{1b}]0;title\\u{7}",
            ),
            ("\u{0}\u{7f}", "\\u{0}\\u{7f}"),
            ("\u{9b}2J\u{85}", "\\u{9b}2J\\u{85}"),
            ("exe\u{202e}fdp.txt", "exe\\u{202e}fdp.txt"),
            (
                "\u{2066}a\u{2069}\u{200e}\u{61c}",
                "\\u{2066}a\\u{2069}\\u{200e}\\u{61c}",
            ),
            (
                "ad\u{200b}min\u{feff}\u{ad}\u{2060}",
                "ad\\u{200b}min\\u{feff}\\u{ad}\\u{2060}",
            ),
            ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
            (
                "a\u{e0041}\u{e007f}\u{fe0f}\u{e0100}",
                "a\\u{e0041}\\u{e007f}\\u{fe0f}\\u{e0100}",
            ),
            ("=cmd()|'<script>", "=cmd()|'<script>"),
        ] {
            assert_eq!(safe_line(text), shown);
        }
    }

    #[test]
    fn lines_of_json_are_printable_and_mean_the_same() {
        let text = "\u{1b}\u{9b}\u{7f}\n\"\\\u{202e}\u{2028}\u{e0041}\u{200b} Zoë 🎉";
        let raw = serde_json::value::RawValue::from_string(format!(
            "{{\"a\":{}}}",
            serde_json::json!(text)
        ));
        let value: (&str, Box<RawValue>) = (text, raw.unwrap());
        let mut line = Vec::new();
        json_line(&mut line, &value).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert!(
            line.trim_end_matches('\n').chars().all(is_printable),
            "{line}"
        );
        assert!(
            line.contains("\\udb40\\udc41") && line.contains("\\u202e"),
            "{line}"
        );
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read, serde_json::json!([text, {"a": text}]));
    }
}
