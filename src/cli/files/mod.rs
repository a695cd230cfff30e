//! Reads files of bars from other programs: format detection, column roles, and rows in chunks, in bounded memory.
//! Independent of the catalog of series and of the server.

mod arrow;
mod csv;
mod fault;
#[cfg(test)]
mod fuzz;
mod ipc;
mod layout;
mod number;
mod rows;
mod values;
mod write;

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;

pub(crate) use layout::{Choice, Layout};
pub(crate) use rows::{Name, Rows, Skipped, TOLD_MAX};
pub(crate) use write::{Shape, TableKind, Writer, is_whole};

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
    /// The number of the first row: its line in a text, else 1.
    pub(crate) first: u64,
    /// Rows are given as they come, for as long as the file grows.
    pub(crate) follows: bool,
    /// The rows.
    pub(crate) rows: Box<dyn Iterator<Item = Result<Rows, Fault>> + Send>,
}

/// The format of a file, detected from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Csv,
    CsvGz,
    Parquet,
    ArrowFile,
    ArrowStream,
}

/// The magic bytes of known formats that are not supported.
const OTHERS: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd; only gzip is read"),
    (b"BZh", "compressed by bzip2; only gzip is read"),
    (b"FEA1", "Feather version 1; save it as Arrow IPC"),
    (b"SQLite format 3", "a database; export its table as CSV"),
];

impl Kind {
    /// Its display name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::CsvGz => "CSV in gzip",
            Self::Parquet => "Parquet",
            Self::ArrowFile => "Arrow IPC",
            Self::ArrowStream => "Arrow IPC stream",
        }
    }

    fn of(start: &[u8], path: &Path) -> Result<Self, String> {
        if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
            return Err(format!("is {what}"));
        }
        let named = |names: &[&str]| {
            path.extension().is_some_and(|given| names.iter().any(|name| given.eq_ignore_ascii_case(name)))
        };
        Ok(match start {
            [0x1f, 0x8b, ..] => Self::CsvGz,
            [b'P', b'A', b'R', b'1', ..] => Self::Parquet,
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Self::ArrowFile,
            [0xff, 0xff, 0xff, 0xff, ..] => Self::ArrowStream,
            _ if named(&["parquet", "pq", "arrow", "arrows", "feather", "ipc", "gz"]) => {
                return Err("does not match its extension: the first bytes are of another format".into());
            }
            _ => Self::Csv,
        })
    }
}

/// Opens a file of any kind.
pub(crate) fn open(path: &Path, choices: &[Choice], progress: &ProgressBar) -> Result<Reading, Error> {
    let opened = || {
        let mut file = File::open(path)?;
        let mut start = Vec::with_capacity(16);
        file.by_ref().take(16).read_to_end(&mut start)?;
        file.rewind()?;
        let kind = Kind::of(&start, path)?;
        let counted = BufReader::with_capacity(1 << 18, progress.wrap_read(file.try_clone()?));
        let reading = match kind {
            Kind::Csv => text(counted, choices, false)?,
            Kind::CsvGz => text(MultiGzDecoder::new(counted), choices, false)?,
            Kind::Parquet => arrow::Table::parquet(file, choices)?.into(),
            Kind::ArrowFile => arrow::Table::ipc_file(file, choices)?.into(),
            Kind::ArrowStream => {
                ipc::check_stream(&file)?;
                arrow::Table::ipc_stream(counted, choices)?.into()
            }
        };
        Ok(Reading { kind, ..reading })
    };
    opened().map_err(|fault: Fault| fault.of(path))
}

/// Opens a text; lines of a growing one are returned as soon as they are complete.
pub(crate) fn text(input: impl Read + Send + 'static, choices: &[Choice], follow: bool) -> Result<Reading, Fault> {
    let text = csv::Text::open(input, choices, follow)?;
    Ok(Reading {
        kind: Kind::Csv,
        layout: text.head.layout.clone(),
        symbol: text.head.symbol.clone(),
        first: text.head.lines + 1,
        follows: follow,
        rows: Box::new(text),
    })
}

impl From<arrow::Table> for Reading {
    fn from(table: arrow::Table) -> Self {
        let layout = table.layout.clone();
        Self { kind: Kind::Parquet, layout, symbol: None, first: 1, follows: false, rows: Box::new(table) }
    }
}
