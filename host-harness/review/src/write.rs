//! Reviews as files.
//!
//! | | CSV | JSON Lines |
//! |---|---|---|
//! | what binds it to the sync | columns on each row: a comment or a line of its own would not survive a spreadsheet | the first line |
//! | a row | one of the table; every cell quoted | an object of texts |
//! | what spreadsheets need | a mark of UTF-8 at the beginning, CRLF, apostrophes | nothing |

use std::io::Write;
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::cells::{cell, escaped};
use crate::columns::{Decision, Facts, Head, all, arranged, of_row};
use crate::{Export, ReviewError};

/// How a review is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table for spreadsheets.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// The format that a file's name ends in.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// Writes a review with nothing decided.
///
/// # Errors
/// Whoever takes it does not.
pub fn write(export: &Export, format: Format, out: &mut dyn Write) -> Result<(), ReviewError> {
    match format {
        Format::Csv => csv(export, out),
        Format::JsonLines => json_lines(export, out),
    }
}

fn csv(export: &Export, out: &mut dyn Write) -> Result<(), ReviewError> {
    out.write_all(b"\xef\xbb\xbf")?;
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let failed = |error: csv::Error| ReviewError::Write(error.into());
    writer.write_record(all()).map_err(failed)?;
    for facts in &export.rows {
        let texts = texts(facts, &export.head);
        let texts = texts.iter().map(String::as_str).chain(export.head.texts());
        writer.write_record(texts.map(cell)).map_err(failed)?;
    }
    writer.flush()?;
    Ok(())
}

fn json_lines(export: &Export, out: &mut dyn Write) -> Result<(), ReviewError> {
    let head = export.head.texts().into_iter().map(str::to_owned).collect();
    line(out, &Object(Head::COLUMNS.to_vec(), head))?;
    for facts in &export.rows {
        line(out, &Object(of_row(), texts(facts, &export.head)))?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, object: &Object) -> Result<(), ReviewError> {
    serde_json::to_writer(&mut *out, object).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

/// The texts of a row that nobody has decided on, without the head's.
fn texts(facts: &Facts, head: &Head) -> Vec<String> {
    let undecided = vec![""; Decision::COLUMNS.len()];
    let digest = facts.digest(head);
    let texts = arranged(&facts.texts(), &undecided, &digest);
    texts.into_iter().map(str::to_owned).collect()
}

/// Columns with their texts, in order.
struct Object(Vec<&'static str>, Vec<String>);

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1.iter().map(|text| escaped(text))))
    }
}
