//! The report as JUnit XML, which CI systems show.
//!
//! | verdict | element in `testcase` |
//! |---|---|
//! | passed | none |
//! | warned | `system-out` |
//! | failed | `failure` |
//! | skipped | `skipped` |

use std::fmt::Write as _;

use governance_host::conformance::{Details, Outcome, Report, Verdict};
use governance_host::contract::manifest::Description;

/// The whole document.
pub(super) fn document(description: &Description, report: &Report) -> String {
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
        report.outcomes.len(),
        report.count("failed"),
        report.count("skipped"),
    );
    let name = escaped(&format!("{} {}", description.name, description.version));
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    // Writing to a string does not fail.
    let _ = writeln!(xml, "<testsuites {counts}>");
    let _ = writeln!(xml, "  <testsuite name=\"{name}\" {counts}>");
    for outcome in &report.outcomes {
        xml.push_str(&test_case(outcome));
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

fn test_case(outcome: &Outcome) -> String {
    let sentence = escaped(outcome.rule.sentence);
    let inside = match &outcome.verdict {
        Verdict::Passed => String::new(),
        Verdict::Warned(details) => format!("<system-out>{}</system-out>", told(details)),
        Verdict::Failed(details) => {
            let details = told(details);
            format!("<failure message=\"{sentence}\">{details}</failure>")
        }
        Verdict::Skipped(reason) => format!("<skipped message=\"{}\"/>", escaped(reason)),
    };
    let id = escaped(outcome.rule.id);
    format!("    <testcase classname=\"conformance\" name=\"{id}\">{inside}</testcase>\n")
}

fn told(details: &Details) -> String {
    let found = format!(
        "{} found, such as:\n{}",
        details.count,
        details.examples.join("\n")
    );
    escaped(&found)
}

/// Text for an element or an attribute. What XML cannot hold at all becomes the
/// replacement character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // As themselves they would become spaces in an attribute.
            '\n' | '\r' | '\t' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            it if it.is_control() || matches!(it, '\u{fffe}' | '\u{ffff}') => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            it => escaped.push(it),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::{description, resource_type};
    use quick_xml::events::Event;

    use super::super::tests::report;
    use super::*;

    /// The elements of well-formed XML, and all its text.
    fn read(xml: &str) -> (Vec<String>, String) {
        let mut reader = quick_xml::Reader::from_str(xml);
        reader.config_mut().check_end_names = true;
        let (mut elements, mut depth, mut text) = (Vec::new(), 0, String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(start) | Event::Empty(start)
                    if start.attributes().any(|it| it.is_err()) =>
                {
                    panic!("an attribute of {start:?} is not well-formed")
                }
                Event::Start(start) => {
                    depth += 1;
                    elements.push(String::from_utf8(start.name().as_ref().to_vec()).unwrap());
                }
                Event::Empty(start) => {
                    elements.push(String::from_utf8(start.name().as_ref().to_vec()).unwrap());
                }
                Event::End(_) => depth -= 1,
                Event::Text(it) => text.push_str(&it.decode().unwrap()),
                _ => {}
            }
        }
        assert_eq!(depth, 0, "every element ends");
        (elements, text)
    }

    #[test]
    fn the_document_is_well_formed_whatever_was_found() {
        let xml = document(&description(vec![resource_type("user")]), &report());
        let (elements, _) = read(&xml);
        let case = "testcase";
        let expected = [
            "testsuites",
            "testsuite",
            case,
            case,
            "system-out",
            case,
            "failure",
            case,
            "skipped",
        ];
        assert_eq!(elements, expected);
        assert!(
            xml.contains("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\""),
            "{xml}"
        );
        assert!(
            xml.contains("]]&gt; \u{fffd}") && xml.contains("&quot;such&quot;"),
            "{xml}"
        );
    }

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        let shown = escaped("<a b=\"c\">&'\u{0}\n]]>");
        assert_eq!(
            shown,
            "&lt;a b=&quot;c&quot;&gt;&amp;&apos;\u{fffd}&#10;]]&gt;"
        );
    }
}
