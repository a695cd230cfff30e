//! Text tables.

use std::io::{self, Write};

/// Rows under a header. Numbers are right-aligned, text left-aligned.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this header.
    pub(crate) fn new<T: Into<String>>(header: impl IntoIterator<Item = T>) -> Self {
        Self { rows: vec![header.into_iter().map(Into::into).collect()] }
    }

    /// Adds a row of as many cells as the header.
    pub(crate) fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Writes it.
    pub(crate) fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let columns: Vec<_> =
            (0..self.rows[0].len()).map(|column| (self.width(column), self.is_number(column))).collect();
        for row in &self.rows {
            let cells: Vec<_> =
                row.iter().zip(&columns).map(|(cell, &(width, number))| pad(cell, width, number)).collect();
            writeln!(output, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }

    fn width(&self, column: usize) -> usize {
        self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    }

    fn is_number(&self, column: usize) -> bool {
        self.rows[1..].iter().all(|row| row[column].is_empty() || row[column].parse::<f64>().is_ok())
    }
}

fn pad(cell: &str, width: usize, number: bool) -> String {
    if number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right() {
        let mut table = Table::new(["name", "rows"]);
        table.row(["AAPL", "7"]);
        table.row(["GO", "1200"]);
        let mut text = Vec::new();
        table.write(&mut text).expect("written");
        assert_eq!(String::from_utf8(text).expect("text"), "name  rows\nAAPL     7\nGO    1200\n");
    }
}
