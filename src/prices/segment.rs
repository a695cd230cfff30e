//! An open price file (sealed segment): zero-copy views of its columns, and the integrity check of each block before
//! its first use.
//!
//! Checks are lazy: opening verifies the head only, and one bit per block remembers that its CRC-32 and structure were
//! right. Verifying everything at open would read every byte of every file at each start; verifying on each read would
//! hash the same block again and again. So callers `verify` a row range first, and the reads after it cannot fail.

use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::series::{Column, ColumnName, Origin, SegmentFacts, Source, absent};

use super::decimal::{Decimals, Reference};
use super::head::{BLOCK_ROWS, Block, CLOSE, COLUMNS, Encoding, HEADER_BYTES, Header};
use super::map::{self, Map};
use super::packing::LANES;
use super::steps::Steps;
use super::{ColumnReport, Error};

/// Blocks of a column that are read into memory at once.
const LOAD_BLOCKS: usize = 16;

/// A sealed segment, memory-mapped. It stays readable as long as it is open, even if its file is renamed or removed.
#[derive(Debug)]
pub struct Segment {
    header: Header,
    map: Map,
    /// The columns after the first, in file order; `None` for a name this version does not know.
    columns: Vec<Option<Column>>,
    /// One bit per block, column by column: set once the block has passed its integrity check since the file was
    /// opened.
    checked: Box<[AtomicU64]>,
    /// One bit per group of blocks, column by column: set once the group was read into memory.
    loaded: Box<[AtomicU64]>,
}

impl Segment {
    /// Opens the file at `path`, number `number` in the ledger, and checks its head.
    pub(super) fn open(path: &Path, number: u64) -> Result<Self, Error> {
        let file = map::open(path).map_err(Error::io("open", path))?;
        let bytes = file.metadata().map_err(Error::io("measure", path))?.len();
        let long_enough = |needed| match bytes < needed {
            true => Err(Error::Short { path: path.into(), bytes, needed }),
            false => Ok(()),
        };
        long_enough(HEADER_BYTES as u64)?;
        let mut header = [0; HEADER_BYTES];
        file.read_exact_at(&mut header, 0).map_err(Error::io("read", path))?;
        let header = Header::parse(&header, number, path)?;
        long_enough(header.facts.bytes)?;
        let map = Map::new(&file, header.facts.bytes as usize).map_err(Error::io("map", path))?;
        map.load(header.directory()).map_err(|_| unreadable(&header))?;
        header.check(map.bytes(), path)?;
        let bits = |each: usize| {
            let words = (each * header.columns as usize).div_ceil(64);
            (0..words).map(|_| AtomicU64::new(0)).collect()
        };
        let (checked, loaded) = (bits(header.blocks()), bits(header.blocks().div_ceil(LOAD_BLOCKS)));
        let extra = |index| Some(Column::Extra(header.column_name(map.bytes(), index)?.parse().ok()?));
        let columns = Column::ALL.into_iter().map(Some).chain((COLUMNS..header.columns as usize).map(extra)).collect();
        Ok(Self { header, map, columns, checked, loaded })
    }

    /// The facts of the segment, as recorded in its file.
    pub fn facts(&self) -> SegmentFacts {
        self.header.facts
    }

    /// The series and commit the segment was written for; `None` in a file of version 1, which does not record it.
    pub fn origin(&self) -> Option<Origin> {
        self.header.origin(self.map.bytes())
    }

    /// The format version of the file.
    pub(super) fn version(&self) -> u32 {
        self.header.version
    }

    /// The opening time of the first bar.
    pub fn first_time(&self) -> i64 {
        self.header.facts.first_time
    }

    /// The opening time of the last bar.
    pub fn last_time(&self) -> i64 {
        self.header.facts.last_time
    }

    /// The mapped bytes.
    pub fn bytes(&self) -> u64 {
        self.header.facts.bytes
    }

    pub(super) fn file(&self) -> &[u8] {
        self.map.bytes()
    }

    /// The first row that opens at `time` or later; `rows()` if there is none. Verifies the block it searches.
    pub fn first_at(&self, time: i64) -> Result<usize, Error> {
        let (mut low, mut high) = (0, self.header.blocks());
        while low < high {
            let middle = low.midpoint(high);
            match i64::from_le_bytes(self.block(0, middle).greatest) < time {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        if low == self.header.blocks() {
            return Ok(self.rows());
        }
        self.check(0, low)?;
        let mut times = Vec::with_capacity(BLOCK_ROWS);
        self.times_of(low, &mut times);
        Ok(low * BLOCK_ROWS + times.partition_point(|&t| t < time))
    }

    /// Verifies the blocks of `columns` that contain `rows`, except those already verified. Call it before reading,
    /// because reads cannot fail.
    pub fn verify(&self, rows: Range<usize>, columns: &[Column]) -> Result<(), Error> {
        let mut places = columns.iter().filter_map(|&column| self.index(column));
        places.try_for_each(|place| self.check_all(place, &rows))
    }

    /// Like `verify`, for the times.
    pub fn verify_times(&self, rows: Range<usize>) -> Result<(), Error> {
        self.check_all(0, &rows)
    }

    /// The number of blocks that `verify` would verify now.
    pub fn unverified(&self, rows: &Range<usize>, columns: &[Column]) -> usize {
        columns.iter().filter_map(|&column| self.index(column)).map(|place| self.unchecked(place, rows)).sum()
    }

    /// The number of blocks that `verify_times` would verify now.
    pub fn unverified_times(&self, rows: &Range<usize>) -> usize {
        self.unchecked(0, rows)
    }

    fn unchecked(&self, column: usize, rows: &Range<usize>) -> usize {
        blocks(rows).filter(|&block| !self.is_checked(column, block)).count()
    }

    /// The mapped bytes never change, so the bit publishes no other memory: relaxed ordering is enough.
    fn is_checked(&self, column: usize, block: usize) -> bool {
        let bit = column * self.header.blocks() + block;
        self.checked[bit / 64].load(Ordering::Relaxed) & 1 << (bit % 64) != 0
    }

    /// Verifies every block of every column.
    pub(super) fn check_whole(&self) -> Result<(), Error> {
        (0..self.header.columns as usize).try_for_each(|column| self.check_all(column, &(0..self.rows())))
    }

    /// The index of a column in the file, where `time` comes first; `None` if it is absent.
    fn index(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|&known| known == Some(column)).map(|place| 1 + place)
    }

    fn check_all(&self, column: usize, rows: &Range<usize>) -> Result<(), Error> {
        assert!(rows.end <= self.rows(), "rows within the segment");
        blocks(rows).try_for_each(|block| self.check(column, block))
    }

    fn check(&self, column: usize, block: usize) -> Result<(), Error> {
        if self.is_checked(column, block) {
            return Ok(());
        }
        let entry = self.block(column, block);
        self.load(column, block, &entry)?;
        let is_sound = crc32fast::hash(self.payload(&entry)) == entry.crc;
        if !is_sound || !self.is_readable(column, block, &entry)? {
            let column = self.header.column_name(self.map.bytes(), column).unwrap_or_default().into();
            let SegmentFacts { number, first_time, last_time, .. } = self.header.facts;
            return Err(Error::Corrupt { number, column, block, first_time, last_time });
        }
        let bit = column * self.header.blocks() + block;
        self.checked[bit / 64].fetch_or(1 << (bit % 64), Ordering::Relaxed);
        Ok(())
    }

    /// Reads a block into memory before its first access, with the others of its group: blocks are mostly checked in order,
    /// and one call of the system for each would cost as much as its checksum.
    fn load(&self, column: usize, block: usize, entry: &Block) -> Result<(), Error> {
        let group = block / LOAD_BLOCKS;
        let bit = column * self.header.blocks().div_ceil(LOAD_BLOCKS) + group;
        let (word, mask) = (&self.loaded[bit / 64], 1 << (bit % 64));
        if word.load(Ordering::Relaxed) & mask != 0 {
            return Ok(());
        }
        let blocks = group * LOAD_BLOCKS..((group + 1) * LOAD_BLOCKS).min(self.header.blocks());
        let span = blocks.map(|block| self.block(column, block).payload());
        let span = span.reduce(|all, next| all.start.min(next.start)..all.end.max(next.end)).unwrap_or_default();
        if self.map.load(span).is_ok() {
            word.fetch_or(mask, Ordering::Relaxed);
            return Ok(());
        }
        // Another block of the group may be the unreadable one.
        self.map.load(entry.payload()).map_err(|_| unreadable(&self.header))
    }

    /// Checks that the payload is well-formed for its encoding, and so is the close block if values refer to it.
    fn is_readable(&self, column: usize, block: usize, entry: &Block) -> Result<bool, Error> {
        let rows = self.header.block_rows(block).len();
        if matches!(entry.encoding, Encoding::Raw | Encoding::Constant) {
            return Ok(true);
        } else if column == 0 {
            return Ok(Steps::parse(self.payload(entry), rows).is_some_and(|steps| steps.integers.rows_are_good(rows)));
        }
        let Some(decimals) = Decimals::parse(self.payload(entry), rows) else { return Ok(false) };
        if decimals.reference != Reference::Nothing {
            let close = self.block(CLOSE, block);
            if column == CLOSE || close.encoding != Encoding::Decimals {
                return Ok(false);
            }
            self.check(CLOSE, block)?;
            let counted = Decimals::parse(self.payload(&close), rows);
            if counted.is_none_or(|close| close.reference != Reference::Nothing) {
                return Ok(false);
            }
        }
        Ok(decimals.integers.rows_are_good(rows))
    }

    fn block(&self, column: usize, block: usize) -> Block {
        let entry = self.header.block(self.map.bytes(), column, block);
        entry.expect("block entries are checked when a file is opened")
    }

    /// The block of exactly these rows, with its payload, of a column or of the times (`None`), if there is one. It was
    /// verified, or its checksum tells the next reader.
    pub(super) fn encoded(&self, column: Option<Column>, rows: &Range<usize>) -> Option<(Block, &[u8])> {
        let (place, block) = (column.map_or(Some(0), |column| self.index(column))?, rows.start / BLOCK_ROWS);
        let entry = (*rows == self.header.block_rows(block)).then(|| self.block(place, block))?;
        Some((entry, self.payload(&entry)))
    }

    fn payload(&self, block: &Block) -> &[u8] {
        &self.map.bytes()[block.payload()]
    }

    /// The length of the head in bytes, and a report for each column. Verifies everything.
    pub(super) fn explain(&self) -> (u64, Vec<ColumnReport>) {
        let columns = (0..self.header.columns as usize).map(|column| self.explain_column(column)).collect();
        (self.header.directory().end as u64, columns)
    }

    fn explain_column(&self, column: usize) -> ColumnReport {
        let name = self.header.column_name(self.map.bytes(), column).unwrap_or_default().into();
        let mut report = ColumnReport { name, ..ColumnReport::default() };
        for block in 0..self.header.blocks() {
            let entry = self.block(column, block);
            report.bytes += u64::from(entry.bytes);
            if column > 0 {
                report.stretch(f64::from_le_bytes(entry.least), f64::from_le_bytes(entry.greatest));
            }
            if self.check(column, block).is_err() {
                report.damaged.push(block);
                continue;
            }
            match entry.encoding {
                Encoding::Raw => report.raw += 1,
                Encoding::Constant => report.constant += 1,
                Encoding::Steps => {
                    report.steps += 1;
                    report.count(&self.steps(block).integers);
                }
                Encoding::Decimals => {
                    let decimals = self.decimals(column, block);
                    report.decimals += 1;
                    report.from_close += usize::from(decimals.reference != Reference::Nothing);
                    report.scale(decimals.scale.exponent());
                    report.count(&decimals.integers);
                }
            }
        }
        report
    }

    /// The blocks that contain `rows`, each with its range of local rows.
    fn parts(&self, rows: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        blocks(&rows).map(move |block| {
            let held = self.header.block_rows(block);
            (block, rows.start.max(held.start) - held.start..rows.end.min(held.end) - held.start)
        })
    }

    /// The byte range of `rows` of a column, if they are stored raw and contiguously.
    fn piece(&self, column: usize, rows: Range<usize>) -> Option<Range<usize>> {
        let mut pieces = self.parts(rows).map(|(block, part)| {
            let entry = self.block(column, block);
            let start = entry.payload().start;
            (entry.encoding == Encoding::Raw).then_some(start + part.start * 8..start + part.end * 8)
        });
        let first = pieces.next()??;
        pieces.try_fold(first, |whole, next| {
            next.filter(|next| whole.end == next.start).map(|next| whole.start..next.end)
        })
    }

    /// Fills `out` with some rows of a block.
    fn fill(&self, column: usize, block: usize, rows: Range<usize>, out: &mut [f64]) {
        let entry = self.block(column, block);
        match entry.encoding {
            Encoding::Raw => out.copy_from_slice(&self.map.values(entry.payload())[rows]),
            Encoding::Constant => out.fill(self.map.values(entry.payload())[0]),
            Encoding::Decimals | Encoding::Steps => self.decode(column, block, rows, out),
        }
    }

    fn decode(&self, column: usize, block: usize, rows: Range<usize>, out: &mut [f64]) {
        let decimals = self.decimals(column, block);
        let close = (decimals.reference != Reference::Nothing).then(|| self.decimals(CLOSE, block));
        // Partial groups at both ends are decoded into scratch memory.
        let lead = (rows.start.next_multiple_of(LANES) - rows.start).min(rows.len());
        let (before, rest) = out.split_at_mut(lead);
        let (groups, after) = rest.as_chunks_mut();
        let mut room = [[0.0; LANES]];
        if lead > 0 {
            decimals.decode(close.as_ref(), rows.start / LANES, &mut room);
            before.copy_from_slice(&room[0][rows.start % LANES..][..lead]);
        }
        decimals.decode(close.as_ref(), (rows.start + lead) / LANES, groups);
        if !after.is_empty() {
            decimals.decode(close.as_ref(), rows.end / LANES, &mut room);
            after.copy_from_slice(&room[0][..after.len()]);
        }
    }

    fn decimals(&self, column: usize, block: usize) -> Decimals<'_> {
        let payload = self.payload(&self.block(column, block));
        Decimals::parse(payload, self.header.block_rows(block).len()).expect("blocks are checked before they are read")
    }

    /// Appends the times of a block.
    fn times_of(&self, block: usize, times: &mut Vec<i64>) {
        let entry = self.block(0, block);
        if entry.encoding == Encoding::Raw {
            return times.extend_from_slice(self.map.times(entry.payload()));
        }
        self.steps(block).decode(times);
    }

    fn steps(&self, block: usize) -> Steps<'_> {
        let payload = self.payload(&self.block(0, block));
        Steps::parse(payload, self.header.block_rows(block).len()).expect("blocks are checked before they are read")
    }
}

impl Source for Segment {
    fn rows(&self) -> usize {
        self.header.facts.rows as usize
    }

    fn extras(&self) -> Vec<ColumnName> {
        let name = |column: &Option<Column>| if let Some(Column::Extra(name)) = column { Some(*name) } else { None };
        self.columns.iter().filter_map(name).collect()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        assert!(rows.end <= self.rows(), "rows within the segment");
        let Some(column) = self.index(column) else { return absent(rows.len(), scratch) };
        if let Some(piece) = self.piece(column, rows.clone()) {
            return self.map.values(piece);
        }
        let scratch = &mut scratch[..rows.len()];
        let mut filled = 0;
        for (block, part) in self.parts(rows) {
            let out = &mut scratch[filled..][..part.len()];
            filled += part.len();
            self.fill(column, block, part, out);
        }
        scratch
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        assert!(rows.end <= self.rows(), "rows within the segment");
        let mut room = Vec::with_capacity(BLOCK_ROWS);
        for (block, part) in self.parts(rows) {
            room.clear();
            self.times_of(block, &mut room);
            times.extend_from_slice(&room[part]);
        }
    }
}

fn unreadable(header: &Header) -> Error {
    let SegmentFacts { number, first_time, last_time, .. } = header.facts;
    Error::Unreadable { number, first_time, last_time }
}

/// The blocks that contain `rows`.
fn blocks(rows: &Range<usize>) -> Range<usize> {
    match rows.is_empty() {
        true => 0..0,
        false => rows.start / BLOCK_ROWS..rows.end.div_ceil(BLOCK_ROWS),
    }
}
