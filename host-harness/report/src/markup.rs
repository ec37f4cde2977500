//! HTML that is put together from fixed templates and from text, and from
//! nothing else: what comes from outside can only be text in it.
//!
//! | a piece | made from |
//! |---|---|
//! | [`Markup::fixed`] | what stands in the program |
//! | [`Markup::text`] | anything, with all that HTML acts on as character references |
//! | [`Markup::json`] | anything, as JSON that no `</script>`, comment or line separator ends |
//! | [`Markup::fill`] | a template that stands in the program, and pieces |

use serde::Serialize;

/// A piece of HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    pub(crate) fn fixed(html: &'static str) -> Self {
        Self(html.to_owned())
    }

    /// Also safe within an attribute's quotes.
    pub(crate) fn text(text: &str) -> Self {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
        }
        Self(escaped)
    }

    /// `12,345`.
    pub(crate) fn number(number: u64) -> Self {
        Self(thousands(number))
    }

    /// JSON for an element that holds data.
    ///
    /// # Errors
    /// The value is none that JSON can hold.
    pub(crate) fn json(value: &impl Serialize) -> serde_json::Result<Self> {
        let mut escaped = String::new();
        for character in serde_json::to_string(value)?.chars() {
            match character {
                // JSON has these nowhere but in strings.
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    escaped.push_str(&format!("\\u{:04x}", u32::from(character)));
                }
                other => escaped.push(other),
            }
        }
        Ok(Self(escaped))
    }

    /// Puts pieces where a template names them, as `{{name}}`. What stands in a
    /// piece is not looked at.
    pub(crate) fn fill(template: &'static str, pieces: &[(&str, Self)]) -> Self {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let (name, after) = after.split_once("}}").unwrap_or((after, ""));
            let piece = pieces.iter().find(|(it, _)| *it == name);
            debug_assert!(piece.is_some(), "no piece for {name}");
            filled.push_str(piece.map_or("", |(_, it)| it.0.as_str()));
            rest = after;
        }
        filled.push_str(rest);
        Self(filled)
    }

    /// Pieces one after the other.
    pub(crate) fn all(pieces: impl IntoIterator<Item = Self>) -> Self {
        Self(pieces.into_iter().map(|it| it.0).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// A table. The first cell of a row is its heading.
pub(crate) fn table(
    caption: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<Markup>>,
) -> Markup {
    let heads = columns
        .iter()
        .map(|it| one("<th scope=\"col\">{{it}}</th>", Markup::text(it)));
    let rows = rows.into_iter().map(|cells| {
        let cells = cells
            .into_iter()
            .enumerate()
            .map(|(place, cell)| match place {
                0 => one("<th scope=\"row\">{{it}}</th>", cell),
                _ => one("<td>{{it}}</td>", cell),
            });
        one("<tr>{{it}}</tr>\n", Markup::all(cells))
    });
    Markup::fill(
        "<div class=\"scrolls\" tabindex=\"0\" role=\"region\" aria-label=\"{{caption}}\">\
         <table><caption>{{caption}}</caption>\n<thead><tr>{{heads}}</tr></thead>\n\
         <tbody>{{rows}}</tbody></table></div>\n",
        &[
            ("caption", Markup::text(caption)),
            ("heads", Markup::all(heads)),
            ("rows", Markup::all(rows)),
        ],
    )
}

/// A list.
pub(crate) fn list(items: impl IntoIterator<Item = Markup>) -> Markup {
    let items = items.into_iter().map(|it| one("<li>{{it}}</li>\n", it));
    one("<ul>\n{{it}}</ul>\n", Markup::all(items))
}

/// A template with one piece, `it`.
pub(crate) fn one(template: &'static str, piece: Markup) -> Markup {
    Markup::fill(template, &[("it", piece)])
}

/// A bar of parts as long as their values. It only repeats what a table says
/// beside it, so that it is hidden from readers of screens.
pub(crate) fn bar(parts: &[(&'static str, u64)], longest: u64) -> Markup {
    let mut begin = 0;
    let share = |value: u64| {
        Markup::text(&format!(
            "{:.2}",
            value as f64 * 100.0 / longest.max(1) as f64
        ))
    };
    let parts = parts
        .iter()
        .filter(|(_, value)| *value > 0)
        .map(|(class, value)| {
            let part = Markup::fill(
                "<rect class=\"{{class}}\" x=\"{{x}}\" y=\"0\" width=\"{{width}}\" height=\"10\"/>",
                &[
                    ("class", Markup::text(class)),
                    ("x", share(begin)),
                    ("width", share(*value)),
                ],
            );
            begin += value;
            part
        });
    let parts = Markup::all(parts);
    one(
        "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\" focusable=\"false\">{{it}}</svg>",
        parts,
    )
}

/// A number with its groups of three digits apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        for (text, expected) in [
            ("Ada", "Ada"),
            ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
            ("\" onload='x'", "&quot; onload=&#39;x&#39;"),
            ("&lt;", "&amp;lt;"),
            ("{{it}}", "{{it}}"),
        ] {
            assert_eq!(Markup::text(text).into_text(), expected);
            assert_eq!(one("{{it}}", Markup::text(text)).into_text(), expected);
        }
    }

    #[test]
    fn nothing_in_json_ends_the_element_that_holds_it() {
        let hostile = "</script><!--<script>]]>&amp;\u{2028}\u{2029}\"\\";
        let json = Markup::json(&[hostile]).unwrap().into_text();
        let acts = |it: char| matches!(it, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        assert!(!json.contains(acts), "{json}");
        let read: Vec<String> = serde_json::from_str(&json).unwrap();
        assert_eq!(read, [hostile]);
    }

    #[test]
    fn numbers_are_read_in_threes() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), expected);
        }
    }

    #[test]
    fn a_bar_is_as_long_as_its_values() {
        let bar = bar(&[("direct", 1), ("none", 0), ("indirect", 3)], 4).into_text();
        assert!(bar.contains("x=\"0.00\" y=\"0\" width=\"25.00\""), "{bar}");
        assert!(bar.contains("x=\"25.00\" y=\"0\" width=\"75.00\""), "{bar}");
        assert_eq!(bar.matches("<rect").count(), 2);
    }
}
