//! Figures beside their aims, as Markdown.

use std::fmt;
use std::time::Duration;

/// Where a figure is to lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Aim {
    AtMost(f64),
    AtLeast(f64),
    /// It is told, and nothing is asked of it.
    None,
}

impl Aim {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
            Self::None => true,
        }
    }
}

/// One figure.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: String,
    /// What the figure is made of.
    pub(crate) from: String,
    pub(crate) figure: f64,
    /// What it is counted in; empty for ratios.
    pub(crate) unit: &'static str,
    pub(crate) aim: Aim,
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (figure, unit) = (self.figure, self.unit);
        let shown = match unit {
            "" => format!("{figure:.3}"),
            unit => format!("{figure:.0} {unit}"),
        };
        let (aim, met) = match (self.aim, self.aim.is_met(figure)) {
            (Aim::None, _) => (String::new(), ""),
            (Aim::AtMost(most), met) => (format!("at most {most} {unit}"), said(met)),
            (Aim::AtLeast(least), met) => (format!("at least {least} {unit}"), said(met)),
        };
        let (what, from) = (&self.what, &self.from);
        write!(
            out,
            "| {what} | {from} | {shown} | {} | {met} |",
            aim.trim()
        )
    }
}

fn said(met: bool) -> &'static str {
    match met {
        true => "yes",
        false => "**no**",
    }
}

/// Figures that belong together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
    /// Paragraphs below the table.
    pub(crate) notes: Vec<String>,
}

impl fmt::Display for Section {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "## {}\n", self.title)?;
        if !self.rows.is_empty() {
            writeln!(
                out,
                "| what | from | figure | aim | met |\n|---|---|---|---|---|"
            )?;
        }
        for row in &self.rows {
            writeln!(out, "{row}")?;
        }
        for note in &self.notes {
            writeln!(out, "\n{note}")?;
        }
        Ok(())
    }
}

/// How often one time goes into another.
pub(crate) fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64()
}

/// A time for people.
pub(crate) fn time(of: Duration) -> String {
    match of {
        of if of < Duration::from_millis(1) => format!("{:.0} µs", of.as_secs_f64() * 1e6),
        of if of < Duration::from_secs(1) => format!("{:.1} ms", of.as_secs_f64() * 1e3),
        of => format!("{:.2} s", of.as_secs_f64()),
    }
}

/// Bytes for people, and for figures: megabytes of a million bytes.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(figure: f64, unit: &'static str, aim: Aim) -> String {
        let row = Row {
            what: "a sync".into(),
            from: "3 s / 2 s".into(),
            figure,
            unit,
            aim,
        };
        row.to_string()
    }

    #[test]
    fn a_figure_stands_beside_its_aim_and_whether_it_is_met() {
        let begin = "| a sync | 3 s / 2 s |";
        for (figure, unit, aim, end) in [
            (1.3, "", Aim::AtMost(1.3), "1.300 | at most 1.3 | yes |"),
            (
                1.301,
                "",
                Aim::AtMost(1.3),
                "1.301 | at most 1.3 | **no** |",
            ),
            (
                9.9,
                "",
                Aim::AtLeast(10.0),
                "9.900 | at least 10 | **no** |",
            ),
            (10.0, "", Aim::AtLeast(10.0), "10.000 | at least 10 | yes |"),
            (
                80.4,
                "MB",
                Aim::AtMost(300.0),
                "80 MB | at most 300 MB | yes |",
            ),
            (2.0, "", Aim::None, "2.000 |  |  |"),
        ] {
            assert_eq!(row(figure, unit, aim), format!("{begin} {end}"));
        }
    }

    #[test]
    fn a_time_is_told_in_the_unit_that_fits() {
        for (microseconds, told) in [(250, "250 µs"), (1_500, "1.5 ms"), (2_340_000, "2.34 s")] {
            assert_eq!(time(Duration::from_micros(microseconds)), told);
        }
    }
}
