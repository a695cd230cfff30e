//! Reads files of bars from other programs: format detection, column roles, and rows in chunks, in bounded memory.
//! Independent of the catalog of series and of the server.
//!
//! A file is read twice. The first pass surveys all of it and decides how times, volumes and columns without names are to
//! be understood; the second reads the rows accordingly. What the first cannot decide is an error.

mod columns;
mod csv;
mod fault;
mod kind;
mod number;
mod options;
mod repair;
mod rows;
mod survey;
mod table;
#[cfg(test)]
mod tests;
mod time;

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;

pub(crate) use columns::{Choices, Extras, Layout};
pub(crate) use kind::Kind;
pub(crate) use number::Style;
pub(crate) use options::Options;
pub(crate) use repair::Repair;
#[cfg(test)]
pub(crate) use rows::Row;
pub(crate) use rows::{EXAMPLES_MAX, Name, Remarks, Rename, Rows, Rules};
pub(crate) use table::{ResultColumn, ResultWriter, Shape, TableKind, Writer, is_whole};
pub(crate) use time::{TimeFormat, Zone};

use super::Error;
use super::files::fault::Fault;

/// A file, opened for reading.
pub(crate) struct Reading {
    /// Its format.
    pub(crate) kind: Kind,
    /// The roles of its columns.
    pub(crate) layout: Layout,
    /// The symbol of all rows, if the file names one.
    pub(crate) symbol: Option<Box<str>>,
    /// What was decided that the names of the columns do not say.
    pub(crate) notes: Vec<String>,
    /// The number of the first row: its line in a text, else 1.
    pub(crate) first: u64,
    /// Rows are given as they come, for as long as the file grows.
    pub(crate) follows: bool,
    /// The rows.
    pub(crate) rows: Box<dyn Iterator<Item = Result<Rows, Fault>> + Send>,
}

/// Opens a file of any kind.
pub(crate) fn open(path: &Path, options: &Options, progress: &ProgressBar) -> Result<Reading, Error> {
    let opened = || {
        let mut file = File::open(path)?;
        let mut start = Vec::with_capacity(16);
        file.by_ref().take(16).read_to_end(&mut start)?;
        file.rewind()?;
        let kind = Kind::of(&start, path)?;
        let reading = match kind {
            Kind::Csv => {
                let scheme = csv::Scheme::of(buffered(File::open(path)?), options)?;
                csv::Text::open(buffered(progress.wrap_read(file)), scheme)?.into()
            }
            Kind::CsvGz => {
                let scheme = csv::Scheme::of(MultiGzDecoder::new(buffered(File::open(path)?)), options)?;
                csv::Text::open(MultiGzDecoder::new(buffered(progress.wrap_read(file))), scheme)?.into()
            }
            Kind::Parquet => table::Table::parquet(&file, options)?.into(),
            Kind::ArrowFile => table::Table::ipc_file(&file, options)?.into(),
            Kind::ArrowStream => table::Table::ipc_stream(&file, options)?.into(),
        };
        Ok(Reading { kind, ..reading })
    };
    opened().map_err(|fault: Fault| fault.of(path))
}

fn buffered<R: Read>(input: R) -> BufReader<R> {
    BufReader::with_capacity(1 << 18, input)
}

/// Opens a text of which only the start is known; lines of a growing one are returned as soon as they are complete.
pub(crate) fn text(input: impl Read + Send + 'static, options: &Options, follow: bool) -> Result<Reading, Fault> {
    let text = csv::Text::open_start(input, options, follow)?;
    Ok(Reading { follows: follow, ..text.into() })
}

impl From<csv::Text> for Reading {
    fn from(text: csv::Text) -> Self {
        let csv::Scheme { head, plan } = &*text.scheme;
        Self {
            kind: Kind::Csv,
            layout: plan.layout.clone(),
            symbol: head.symbol.clone(),
            notes: plan.notes.clone(),
            first: head.lines + 1,
            follows: false,
            rows: Box::new(text),
        }
    }
}

impl From<table::Table> for Reading {
    fn from(table: table::Table) -> Self {
        let (layout, notes) = (table.plan.layout.clone(), table.plan.notes.clone());
        Self { kind: Kind::Parquet, layout, symbol: None, notes, first: 1, follows: false, rows: Box::new(table) }
    }
}
