//! Rows of results in the formats of these verbs.

use std::io::Write;

use clap::ValueEnum;
use serde_json::json;

use crate::cli::output::number;
use crate::cli::table::Table;
use crate::cli::{Error, times};

/// The format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RowFormat {
    /// For people.
    Table,
    /// A header, then one line per result; empty means no value.
    Csv,
    /// An array of objects, one per result; null means no value.
    Json,
}

/// A cell of a result.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Number(f64),
    /// Nanoseconds since the Unix epoch.
    Time(i64),
    Text(String),
    /// The result has no such column.
    Nothing,
}

impl Cell {
    /// An open time in seconds; nothing if it is NaN.
    pub(super) fn seconds(seconds: f64) -> Self {
        if seconds.is_nan() { Self::Nothing } else { Self::Time((seconds * 1e9).round() as i64) }
    }

    fn text(&self) -> String {
        match self {
            Self::Number(value) => number(*value),
            Self::Time(time) => times::write(*time),
            Self::Text(text) => text.clone(),
            Self::Nothing => String::new(),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            // NaN is null.
            Self::Number(value) => json!(value),
            Self::Nothing => serde_json::Value::Null,
            Self::Time(_) | Self::Text(_) => json!(self.text()),
        }
    }
}

/// The writer of results, row by row.
pub(super) struct Rows {
    header: Vec<String>,
    shape: Shape,
}

enum Shape {
    Table(Table, Box<dyn Write + Send>),
    Csv(Box<csv::Writer<Box<dyn Write + Send>>>),
    Json { output: Box<dyn Write + Send>, rows: usize },
}

impl Rows {
    /// Writes what precedes the first row.
    pub(super) fn begin(
        format: RowFormat,
        header: Vec<String>,
        mut output: Box<dyn Write + Send>,
    ) -> Result<Self, Error> {
        let shape = match format {
            RowFormat::Table => Shape::Table(Table::new(header.iter().cloned()), output),
            RowFormat::Csv => {
                let mut writer = csv::Writer::from_writer(output);
                writer.write_record(&header)?;
                Shape::Csv(Box::new(writer))
            }
            RowFormat::Json => {
                output.write_all(b"[")?;
                Shape::Json { output, rows: 0 }
            }
        };
        Ok(Self { header, shape })
    }

    /// Writes a row of as many cells as the header.
    pub(super) fn add(&mut self, cells: &[Cell]) -> Result<(), Error> {
        match &mut self.shape {
            Shape::Table(table, _) => table.row(cells.iter().map(Cell::text)),
            Shape::Csv(writer) => writer.write_record(cells.iter().map(Cell::text))?,
            Shape::Json { output, rows } => {
                output.write_all(if *rows == 0 { b"\n{" } else { b",\n{" })?;
                for (at, (name, cell)) in self.header.iter().zip(cells).enumerate() {
                    write!(output, "{}{}:{}", if at == 0 { "" } else { "," }, json!(name), cell.json())?;
                }
                output.write_all(b"}")?;
                *rows += 1;
            }
        }
        Ok(())
    }

    /// Writes what follows the last row.
    pub(super) fn end(self) -> Result<(), Error> {
        match self.shape {
            Shape::Table(table, mut output) => {
                table.write(&mut output)?;
                output.flush()?;
            }
            Shape::Csv(mut writer) => writer.flush()?,
            Shape::Json { mut output, .. } => {
                output.write_all(b"\n]\n")?;
                output.flush()?;
            }
        }
        Ok(())
    }
}
