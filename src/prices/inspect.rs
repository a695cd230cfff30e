//! Describes a price file: contents, encoding per column, integrity. Reads all of it.

use std::fmt;
use std::fs::File;
use std::ops::RangeInclusive;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::series::{Origin, SegmentFacts};

use super::head::HEADER_BYTES;
use super::integers::Integers;
use super::{Error, Segment, folder};

/// The report on a price file.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The file.
    pub path: PathBuf,
    /// Its format version.
    pub version: u32,
    /// Its number, times, rows and bytes.
    pub facts: SegmentFacts,
    /// Its origin; `None` in version 1.
    pub origin: Option<Origin>,
    /// Bytes of the head: header, column entries and block entries.
    pub head_bytes: u64,
    /// Its columns, times first.
    pub columns: Vec<ColumnReport>,
}

/// The report on one column of a price file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ColumnReport {
    /// The name of the column.
    pub name: String,
    /// The bytes of all its payloads.
    pub bytes: u64,
    /// The minimum and maximum, if the column has values and any is a number.
    pub range: Option<RangeInclusive<f64>>,
    /// Blocks stored raw.
    pub raw: usize,
    /// Blocks of one constant value.
    pub constant: usize,
    /// Blocks of decimals.
    pub decimals: usize,
    /// Of those, blocks encoded relative to the close.
    pub from_close: usize,
    /// Blocks of times as delta steps.
    pub steps: usize,
    /// The smallest and largest packed width, if any block is packed.
    pub widths: Option<RangeInclusive<u32>>,
    /// The smallest and largest exponent of ten, if there are decimals.
    pub exponents: Option<RangeInclusive<i8>>,
    /// Numbers stored as patches.
    pub patches: usize,
    /// Values stored raw among packed ones (exceptions).
    pub exceptions: usize,
    /// Blocks whose checksum or payload is wrong.
    pub damaged: Vec<usize>,
}

/// Describes the price file at `path`. Damaged blocks are part of the report; a damaged head is an error.
pub fn inspect(path: &Path) -> Result<Report, Error> {
    let segment = Segment::open(path, number(path)?)?;
    let (head_bytes, columns) = segment.explain();
    let (version, facts, origin) = (segment.version(), segment.facts(), segment.origin());
    Ok(Report { path: path.into(), version, facts, origin, head_bytes, columns })
}

/// The number in the name of the file, or else the one in its header.
fn number(path: &Path) -> Result<u64, Error> {
    if let Some(number) = folder::number(path).filter(|_| path.extension().is_some_and(|extension| extension == "atp"))
    {
        return Ok(number);
    }
    let mut header = [0; HEADER_BYTES];
    let file = File::open(path).map_err(Error::io("open", path))?;
    // A file too short for a header is rejected when it is opened as a segment.
    let read = file.read_at(&mut header, 0).map_err(Error::io("read", path))?;
    Ok(header[..read].get(16..24).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes)))
}

impl Report {
    /// Whether every checksum and payload is right.
    pub fn is_sound(&self) -> bool {
        self.columns.iter().all(|column| column.damaged.is_empty())
    }
}

impl Report {
    /// The damaged blocks by column, as in `block 1 of low`.
    pub fn damage(&self) -> String {
        let of = |column: &ColumnReport| {
            let name = column.name.clone();
            column.damaged.clone().into_iter().map(move |block| format!("block {block} of {name}"))
        };
        self.columns.iter().flat_map(of).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SegmentFacts { number, first_time, last_time, rows, bytes } = self.facts;
        let raw = rows as f64 * self.columns.len() as f64 * 8.0;
        writeln!(f, "price file {}, number {number:016x}, version {}", self.path.display(), self.version)?;
        if let Some(Origin { id, series, commit }) = &self.origin {
            writeln!(
                f,
                "series {id}, number {series}, written for commit {} of {}",
                commit.generation, commit.lineage
            )?;
        }
        writeln!(f, "{rows} rows from {first_time} to {last_time} (nanoseconds since 1970, UTC)")?;
        let percent = bytes as f64 / raw * 100.0;
        writeln!(
            f,
            "{bytes} bytes, {:.2} a row, {percent:.1} % of raw, head {}",
            bytes as f64 / rows as f64,
            self.head_bytes
        )?;
        write!(f, "{:<16}", "column")?;
        write!(f, "{:>13}{:>13}", "least", "greatest")?;
        let names = ["bytes", "bits/value", "raw", "constant", "decimals", "from close", "steps"];
        names.iter().try_for_each(|name| write!(f, "{name:>11}"))?;
        writeln!(f, "{:>9}{:>11}{:>9}{:>12}  damaged blocks", "widths", "exponents", "patches", "exceptions")?;
        self.columns.iter().try_for_each(|column| column.line(rows, f))?;
        writeln!(f, "{}", if self.is_sound() { "sound: every checksum is right" } else { "DAMAGED" })
    }
}

impl ColumnReport {
    fn line(&self, rows: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [least, greatest] = match &self.range {
            Some(range) => [range.start(), range.end()].map(f64::to_string),
            None => ["-", "-"].map(String::from),
        };
        write!(f, "{:<16}{least:>13}{greatest:>13}", self.name)?;
        write!(f, "{:>11}{:>11.2}", self.bytes, self.bytes as f64 * 8.0 / rows as f64)?;
        let counts = [self.raw, self.constant, self.decimals, self.from_close, self.steps];
        counts.iter().try_for_each(|count| write!(f, "{count:>11}"))?;
        write!(f, "{:>9}{:>11}", range(self.widths.as_ref()), range(self.exponents.as_ref()))?;
        write!(f, "{:>9}{:>12}  ", self.patches, self.exceptions)?;
        match self.damaged.is_empty() {
            true => writeln!(f, "none"),
            false => writeln!(f, "{:?}", self.damaged),
        }
    }

    /// Merges the minimum and maximum of one more block; NaN if it has none.
    pub(super) fn stretch(&mut self, least: f64, greatest: f64) {
        if least <= greatest {
            let range = self.range.take().unwrap_or(least..=greatest);
            self.range = Some(range.start().min(least)..=range.end().max(greatest));
        }
    }

    /// Counts the packed numbers of one more block.
    pub(super) fn count(&mut self, integers: &Integers<'_>) {
        let (patches, exceptions) = integers.outliers();
        self.patches += patches;
        self.exceptions += exceptions;
        self.widths = Some(wider(self.widths.take(), integers.width));
    }

    /// Merges the exponent of one more block.
    pub(super) fn scale(&mut self, exponent: i8) {
        self.exponents = Some(wider(self.exponents.take(), exponent));
    }
}

fn wider<T: Ord + Copy>(range: Option<RangeInclusive<T>>, value: T) -> RangeInclusive<T> {
    range.map_or(value..=value, |range| value.min(*range.start())..=value.max(*range.end()))
}

fn range<T: fmt::Display + PartialEq>(range: Option<&RangeInclusive<T>>) -> String {
    match range {
        None => "-".into(),
        Some(range) if range.start() == range.end() => range.start().to_string(),
        Some(range) => format!("{} to {}", range.start(), range.end()),
    }
}
