//! The rows of a file, whoever saved it.
//!
//! | tolerated | because |
//! |---|---|
//! | a mark of UTF-8, CRLF | Excel and LibreOffice write them |
//! | `;` or tabs between the cells | Excel does so where the comma is for decimals |
//! | columns and rows in another order, columns and empty rows added | people sort and take notes |
//! | rows left out | they are undecided |
//!
//! In JSON Lines what is not given, or `null`, is an empty text.

use serde_json::{Map, Value};

use crate::cells::{text, unescaped};
use crate::columns::{Head, Texts, all};
use crate::{Problem, ReviewError};

/// A row, with the columns of the head.
pub(crate) struct Line {
    /// The line of the file that it begins on, counted from 1.
    pub(crate) number: u64,
    pub(crate) texts: Texts,
}

/// The rows of a file, and what is wrong with those that are none.
pub(crate) struct Lines {
    pub(crate) rows: Vec<Line>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads the rows of a file.
///
/// # Errors
/// It is no review.
pub(crate) fn lines(bytes: &[u8]) -> Result<Lines, ReviewError> {
    let none = |why: &str| ReviewError::NoReview(why.to_owned());
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let contents = std::str::from_utf8(bytes).map_err(|_| none("it is not UTF-8"))?;
    let lines = match contents.trim_start().starts_with('{') {
        true => json_lines(contents)?,
        false => csv(contents)?,
    };
    match lines.rows.is_empty() && lines.problems.is_empty() {
        true => Err(none("it has no rows")),
        false => Ok(lines),
    }
}

fn json_lines(contents: &str) -> Result<Lines, ReviewError> {
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let mut heads = Vec::new();
    let lines = contents.lines().zip(1..);
    for (line, number) in lines.filter(|(line, _)| !line.trim().is_empty()) {
        match object(line) {
            Ok(texts) if texts.contains_key("review") => heads.push(texts),
            Ok(texts) => rows.push(Line { number, texts }),
            Err(what) => problems.push(Problem { line: number, what }),
        }
    }
    let [mut head] = <[Texts; 1]>::try_from(heads).map_err(|heads| {
        ReviewError::NoReview(format!(
            "of lines with the key `review` it has {}",
            heads.len()
        ))
    })?;
    head.retain(|column, _| Head::COLUMNS.contains(&column.as_str()));
    for row in &mut rows {
        row.texts.extend(head.clone());
    }
    Ok(Lines { rows, problems })
}

fn object(line: &str) -> Result<Texts, String> {
    let object: Map<String, Value> =
        serde_json::from_str(line).map_err(|_| "it is no JSON object".to_owned())?;
    let texts = object.into_iter().map(|(key, value)| match value {
        Value::Null => Ok((key, String::new())),
        Value::String(text) => Ok((key, unescaped(&text))),
        Value::Bool(_) | Value::Number(_) => Ok((key, value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(format!("`{key}` is no text")),
    });
    texts.collect()
}

fn csv(contents: &str) -> Result<Lines, ReviewError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(contents))
        .flexible(true)
        .from_reader(contents.as_bytes());
    let header = reader.headers().map_err(|error| none(&error))?.clone();
    let header: Vec<_> = header.iter().map(str::trim).collect();
    complete(&header)?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let mut places = Places::of(contents);
    for record in reader.records() {
        let record = record.map_err(|error| none(&error))?;
        let line = places.line(record.position().map_or(0, csv::Position::byte));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() > header.len() {
            let what = format!(
                "it has {} cells, and the header {}",
                record.len(),
                header.len()
            );
            problems.push(Problem { line, what });
            continue;
        }
        let cells = header.iter().zip(&record);
        let texts = cells.map(|(column, cell)| ((*column).to_owned(), text(cell)));
        rows.push(Line {
            number: line,
            texts: texts.collect(),
        });
    }
    Ok(Lines { rows, problems })
}

/// The lines on which records begin, asked for in order. The reader's own count
/// takes the end of a CRLF for the beginning of the next record.
struct Places<'a> {
    contents: &'a str,
    passed: usize,
    line: u64,
}

impl<'a> Places<'a> {
    fn of(contents: &'a str) -> Self {
        Self {
            contents,
            passed: 0,
            line: 1,
        }
    }

    /// The line of the first text from this byte on, counted from 1.
    fn line(&mut self, byte: u64) -> u64 {
        let bytes = self.contents.as_bytes();
        let begin = usize::try_from(byte).unwrap_or(usize::MAX);
        let after = bytes.get(begin..).unwrap_or_default().iter();
        let ends = after.take_while(|it| [b'\r', b'\n'].contains(it)).count();
        let passed = bytes.get(self.passed..begin + ends).unwrap_or_default();
        self.line += passed.iter().filter(|it| **it == b'\n').count() as u64;
        self.passed = begin + ends;
        self.line
    }
}

fn none(error: &csv::Error) -> ReviewError {
    ReviewError::NoReview(error.to_string())
}

/// What the header has most of. No column's name holds any of them.
fn delimiter(contents: &str) -> u8 {
    let header = contents.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| header.bytes().filter(|it| it == delimiter).count();
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(count)
        .unwrap_or(b',')
}

/// Whether every column of a review is in the header, and once.
fn complete(header: &[&str]) -> Result<(), ReviewError> {
    for column in all() {
        match header.iter().filter(|it| **it == column).count() {
            1 => {}
            0 => {
                return Err(ReviewError::NoReview(format!(
                    "it has no column `{column}`"
                )));
            }
            _ => {
                let why = format!("it has the column `{column}` several times");
                return Err(ReviewError::NoReview(why));
            }
        }
    }
    Ok(())
}
