//! Tables for people: columns as wide as they have to be, one line for each
//! row, every cell safe to show.

use std::io::{self, Write};

use crate::text::{fit, width};

/// So many rows decide how wide the columns are, and no more are held in memory.
const BLOCK: usize = 1_000;

/// Between two columns.
const GAP: &str = "  ";

/// A column: its title, and how wide it may get.
pub(crate) type Column = (&'static str, usize);

/// A table that is written while its rows come.
pub(crate) struct Table<'a> {
    out: &'a mut dyn Write,
    widest: Vec<usize>,
    /// Known once the first block is written.
    widths: Option<Vec<usize>>,
    waiting: Vec<Vec<String>>,
}

impl<'a> Table<'a> {
    /// A table with these columns; `usize::MAX` sets no bound.
    pub(crate) fn new(out: &'a mut dyn Write, columns: &[(&str, usize)]) -> Self {
        let titles = columns
            .iter()
            .map(|(title, _)| (*title).to_owned())
            .collect();
        let widest = columns
            .iter()
            .map(|(title, widest)| width(title).max(*widest))
            .collect();
        Self {
            out,
            widest,
            widths: None,
            waiting: vec![titles],
        }
    }

    /// Adds a row, with a cell for each column.
    pub(crate) fn push(&mut self, cells: Vec<String>) -> io::Result<()> {
        let cells = cells
            .iter()
            .zip(&self.widest)
            .map(|(cell, widest)| fit(cell, *widest));
        self.waiting.push(cells.collect());
        if self.waiting.len() > BLOCK {
            self.write_waiting()?;
        }
        Ok(())
    }

    /// Writes what is left.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.write_waiting()
    }

    fn write_waiting(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.waiting);
        let widths = self
            .widths
            .get_or_insert_with(|| needed(&rows, self.widest.len()));
        for row in rows {
            let line: String = row
                .iter()
                .zip(widths.iter())
                .map(|(cell, width)| pad(cell, *width))
                .collect();
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A small table, without bounds on its columns.
pub(crate) fn table(titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let columns: Vec<_> = titles.iter().map(|title| (*title, usize::MAX)).collect();
    let mut text = Vec::new();
    let mut table = Table::new(&mut text, &columns);
    let written = rows
        .into_iter()
        .try_for_each(|row| table.push(row))
        .and_then(|()| table.finish());
    debug_assert!(written.is_ok(), "memory takes everything");
    String::from_utf8_lossy(&text).into_owned()
}

fn needed(rows: &[Vec<String>], columns: usize) -> Vec<usize> {
    let widest = |column| {
        rows.iter()
            .map(|row| row.get(column).map_or(0, |cell: &String| width(cell)))
            .max()
    };
    (0..columns)
        .map(|column| widest(column).unwrap_or(0))
        .collect()
}

/// Later blocks may hold wider cells than the first one.
fn pad(cell: &str, columns: usize) -> String {
    let cell = fit(cell, columns);
    let missing = columns - width(&cell);
    format!("{cell}{:missing$}{GAP}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: [&str; 2]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    #[test]
    fn columns_line_up_whatever_the_script() {
        let rows = [row(["山田", "1"]), row(["Zoë", "2"]), row(["", "3"])];
        assert_eq!(
            table(&["name", "n"], rows),
            "name  n\n山田  1\nZoë   2\n      3\n"
        );
    }

    #[test]
    fn a_cell_can_neither_break_its_line_nor_its_column() {
        let mut text = Vec::new();
        let mut table = Table::new(&mut text, &[("name", 6), ("id", 2)]);
        table.push(row(["a\nb", "1"])).unwrap();
        table.push(row(["averylongname", "2"])).unwrap();
        table.finish().unwrap();
        let expected = "name    id\na…      1\navery…  2\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn later_blocks_keep_the_columns_of_the_first() {
        let mut text = Vec::new();
        let mut table = Table::new(&mut text, &[("name", 40), ("id", 5)]);
        for _ in 0..BLOCK {
            table.push(row(["Ada", "1"])).unwrap();
        }
        table.push(row(["Augusta", "2"])).unwrap();
        table.finish().unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text.lines().count(), BLOCK + 2);
        assert_eq!(text.lines().next(), Some("name  id"));
        assert_eq!(text.lines().last(), Some("Aug…  2"));
    }
}
