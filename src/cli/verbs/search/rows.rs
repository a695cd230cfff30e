//! Rows of results in the formats of these verbs.

use std::io::Write;

use clap::ValueEnum;
use serde_json::json;

use crate::cli::files::{ResultColumn, ResultWriter, TableKind};
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
    /// Arrow IPC; NaN or null means no value.
    Arrow,
    /// Parquet with zstd; NaN or null means no value.
    Parquet,
}

/// A column of results: its name and what its cells are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Time,
    Text,
}

impl Column {
    /// A column of numbers.
    pub(super) fn number(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: Kind::Number }
    }

    /// A column of times.
    pub(super) fn time(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: Kind::Time }
    }

    /// A column of texts.
    pub(super) fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: Kind::Text }
    }
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

    /// Appends it to a column of its kind.
    fn push(&self, column: &mut ResultColumn) {
        match (column, self) {
            (ResultColumn::Numbers(values), Self::Number(value)) => values.push(*value),
            (ResultColumn::Numbers(values), _) => values.push(f64::NAN),
            // Searches count nothing.
            (ResultColumn::Counts(values), _) => values.push(None),
            (ResultColumn::Times(values), Self::Time(time)) => values.push(Some(*time)),
            (ResultColumn::Times(values), _) => values.push(None),
            (ResultColumn::Texts(values), Self::Nothing) => values.push(None),
            (ResultColumn::Texts(values), cell) => values.push(Some(cell.text())),
        }
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

/// The rows of a batch of Arrow or Parquet.
const BATCH_ROWS: usize = 1 << 16;

enum Shape {
    Table(Table, Box<dyn Write + Send>),
    Csv(Box<csv::Writer<Box<dyn Write + Send>>>),
    Json { output: Box<dyn Write + Send>, rows: usize },
    Columns { writer: Box<ResultWriter>, columns: Vec<ResultColumn>, rows: usize },
}

impl Rows {
    /// Writes what precedes the first row.
    pub(super) fn begin(
        format: RowFormat,
        columns: &[Column],
        mut output: Box<dyn Write + Send>,
    ) -> Result<Self, Error> {
        let header: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
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
            RowFormat::Arrow | RowFormat::Parquet => {
                let empty = |column: &Column| match column.kind {
                    Kind::Number => ResultColumn::Numbers(vec![]),
                    Kind::Time => ResultColumn::Times(vec![]),
                    Kind::Text => ResultColumn::Texts(vec![]),
                };
                let columns: Vec<_> = columns.iter().map(empty).collect();
                let kind = if format == RowFormat::Arrow { TableKind::ArrowFile } else { TableKind::ParquetZstd };
                let writer = Box::new(ResultWriter::new(kind, &header, &columns, output)?);
                Shape::Columns { writer, columns, rows: 0 }
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
            Shape::Columns { writer, columns, rows } => {
                columns.iter_mut().zip(cells).for_each(|(column, cell)| cell.push(column));
                *rows += 1;
                if rows.is_multiple_of(BATCH_ROWS) {
                    writer.add(columns)?;
                }
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
            Shape::Columns { mut writer, mut columns, rows } => {
                if !rows.is_multiple_of(BATCH_ROWS) {
                    writer.add(&mut columns)?;
                }
                writer.end()?;
            }
        }
        Ok(())
    }
}

/// What to say of variants whose reductions have no value.
pub(super) fn undefined_text(undefined: u64) -> String {
    if undefined > 0 { format!("; {undefined} have a reduction without a value") } else { String::new() }
}
