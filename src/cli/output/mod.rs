//! Output files and formats.

mod progress;
mod records;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use super::Error;

pub(crate) use progress::Progress;
pub(crate) use records::Records;

/// The format of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// A header, then one line per bar; empty means no value.
    Csv,
    /// An array of objects, one per bar; null means no value.
    Json,
    /// Arrow IPC; NaN means no value.
    Arrow,
    /// Parquet with zstd; NaN means no value.
    Parquet,
}

/// The format of values that can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChartFormat {
    /// For people.
    Table,
    /// A header, then one line per bar; empty means no value.
    Csv,
    /// An array of objects, one per bar; null means no value.
    Json,
    /// Arrow IPC; NaN means no value.
    Arrow,
    /// Parquet with zstd; NaN means no value.
    Parquet,
    /// A chart in a file that any browser opens.
    Html,
    /// A chart in the terminal.
    Plot,
}

/// The format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    Table,
    /// For machines.
    Json,
}

/// A file, or standard output by default.
pub(crate) fn open(path: Option<&Path>) -> Result<Box<dyn Write + Send>, Error> {
    Ok(match path {
        Some(path) => {
            let failed = |error| Error::File { path: path.into(), error };
            Box::new(BufWriter::new(File::create(path).map_err(failed)?))
        }
        None => Box::new(BufWriter::new(io::stdout())),
    })
}

/// Writes a value to standard output as JSON for people.
pub(crate) fn write_json(value: &impl Serialize) -> Result<(), Error> {
    let mut output = open(None)?;
    serde_json::to_writer_pretty(&mut output, value)?;
    writeln!(output)?;
    Ok(output.flush()?)
}

/// A value as text: the shortest that parses back to the same number; empty if there is no value.
pub(crate) fn number(value: f64) -> String {
    if value.is_nan() { String::new() } else { value.to_string() }
}
