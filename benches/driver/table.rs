//! The table that all measuring is for: one line a comparison.

use std::fmt::{self, Display};

/// What a ratio is meant to be.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Nothing in particular: it is shown for comparison.
    None,
}

/// A comparison.
#[derive(Clone, Debug)]
struct Line {
    work: String,
    database: &'static str,
    bound: String,
    ours: String,
    ratio: f64,
    aim: Aim,
}

/// All comparisons so far.
#[derive(Clone, Debug, Default)]
pub struct Table(Vec<Line>);

impl Table {
    /// Adds a comparison, and says so, since the whole takes long.
    pub fn add(
        &mut self,
        work: impl Into<String>,
        database: &'static str,
        (bound, ours): (impl Display, impl Display),
        ratio: f64,
        aim: Aim,
    ) {
        let line = Line {
            work: work.into(),
            database,
            bound: bound.to_string(),
            ours: ours.to_string(),
            ratio,
            aim,
        };
        eprintln!("  {}", line.cells().join("  "));
        self.0.push(line);
    }
}

impl Aim {
    fn verdict(self, ratio: f64) -> &'static str {
        match self {
            Self::AtLeast(aim) if ratio >= aim => "ok",
            Self::AtMost(aim) if ratio <= aim => "ok",
            Self::None => "",
            Self::AtLeast(_) | Self::AtMost(_) => "missed",
        }
    }
}

impl Line {
    fn cells(&self) -> [String; 7] {
        let aim = match self.aim {
            Aim::AtLeast(aim) => format!("≥ {aim}"),
            Aim::AtMost(aim) => format!("≤ {aim}"),
            Aim::None => String::new(),
        };
        [
            self.work.clone(),
            self.database.to_owned(),
            self.bound.clone(),
            self.ours.clone(),
            if self.ratio.is_nan() {
                String::new()
            } else {
                format!("{:.2}", self.ratio)
            },
            aim,
            self.aim.verdict(self.ratio).to_owned(),
        ]
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["work", "database", "bound", "Cashable", "ratio", "aim", ""];
        let mut rows = vec![head.map(str::to_owned)];
        rows.extend(self.0.iter().map(Line::cells));
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        };
        let widths: [usize; 7] = std::array::from_fn(width);
        for row in &rows {
            let mut line = Vec::new();
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                let is_number = (2..5).contains(&column);
                line.push(if is_number {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                });
            }
            writeln!(f, "{}", line.join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_aims_told() {
        let mut table = Table::default();
        table.add("a page", "SQLite", (10, 5), 0.5, Aim::AtLeast(0.4));
        table.add(
            "start-up",
            "PostgreSQL",
            ("", "70 ms"),
            70.0,
            Aim::AtMost(50.0),
        );
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].ends_with("0.50  ≥ 0.4  ok"), "{text}");
        assert!(lines[2].ends_with("missed"), "{text}");
    }
}
