//! A price file, open for reading: views of its values, and checks of its blocks before their first use.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::series::{Column, SegmentFacts, Source};

use super::Error;
use super::head::{BLOCK_ROWS, Block, HEADER_BYTES, Header};
use super::map::Map;

/// A sealed segment, memory-mapped. It stays readable for as long as it is held, whatever happens to the name of its file.
#[derive(Debug)]
pub struct Segment {
    header: Header,
    map: Map,
    /// One bit per block, column after column: its checksum was found right since the file was opened.
    checked: Box<[AtomicU64]>,
}

impl Segment {
    /// Opens the file at `path`, which the ledger knows as `number`, and checks its head.
    pub(super) fn open(path: &Path, number: u64) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io("open", path))?;
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
        header.check(map.bytes(), path)?;
        let words = (header.blocks() * header.columns as usize).div_ceil(64);
        let checked = (0..words).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { header, map, checked })
    }

    /// The facts of the segment, as its file states them.
    pub fn facts(&self) -> SegmentFacts {
        self.header.facts
    }

    /// When the first bar opens.
    pub fn first_time(&self) -> i64 {
        self.header.facts.first_time
    }

    /// When the last bar opens.
    pub fn last_time(&self) -> i64 {
        self.header.facts.last_time
    }

    /// The bytes that are mapped.
    pub fn bytes(&self) -> u64 {
        self.header.facts.bytes
    }

    /// The first row that opens at `time` or later; `rows()` when there is none. Checks the block that it looks at.
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
        let times = self.map.times(self.block(0, low).payload());
        Ok(low * BLOCK_ROWS + times.partition_point(|&t| t < time))
    }

    /// Checks the blocks of `columns` that hold `rows`, as far as that was not done before. To be called before they
    /// are read, as reading cannot fail.
    pub fn verify(&self, rows: Range<usize>, columns: &[Column]) -> Result<(), Error> {
        columns.iter().try_for_each(|&column| self.check_all(index(column), &rows))
    }

    /// As `verify`, for the times.
    pub fn verify_times(&self, rows: Range<usize>) -> Result<(), Error> {
        self.check_all(0, &rows)
    }

    fn check_all(&self, column: usize, rows: &Range<usize>) -> Result<(), Error> {
        assert!(rows.end <= self.rows(), "rows within the segment");
        blocks(rows).try_for_each(|block| self.check(column, block))
    }

    fn check(&self, column: usize, block: usize) -> Result<(), Error> {
        let bit = column * self.header.blocks() + block;
        let (word, mask) = (&self.checked[bit / 64], 1 << (bit % 64));
        // The bytes never change, so the bit says nothing about other memory and needs no order.
        if word.load(Ordering::Relaxed) & mask != 0 {
            return Ok(());
        }
        let entry = self.block(column, block);
        if crc32fast::hash(&self.map.bytes()[entry.payload()]) != entry.crc {
            let column = self.header.column_name(self.map.bytes(), column).unwrap_or_default().into();
            return Err(Error::Corrupt { number: self.header.facts.number, column, block });
        }
        word.fetch_or(mask, Ordering::Relaxed);
        Ok(())
    }

    fn block(&self, column: usize, block: usize) -> Block {
        self.header.block(self.map.bytes(), column, block)
    }

    /// Where `rows` of a column lie in the file, block by block.
    fn pieces(&self, column: usize, rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        blocks(&rows).map(move |block| {
            let held = self.header.block_rows(block);
            let (start, end) = (rows.start.max(held.start), rows.end.min(held.end));
            let payload = self.block(column, block).payload().start;
            payload + (start - held.start) * 8..payload + (end - held.start) * 8
        })
    }

    /// Where `rows` of a column lie in the file, if they lie there as they are and in one piece.
    fn piece(&self, column: usize, rows: Range<usize>) -> Option<Range<usize>> {
        let mut pieces = self.pieces(column, rows);
        let first = pieces.next()?;
        pieces.try_fold(first, |whole, next| (whole.end == next.start).then_some(whole.start..next.end))
    }
}

impl Source for Segment {
    fn rows(&self) -> usize {
        self.header.facts.rows as usize
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        assert!(rows.end <= self.rows(), "rows within the segment");
        let column = index(column);
        if let Some(piece) = self.piece(column, rows.clone()) {
            return self.map.values(piece);
        }
        let scratch = &mut scratch[..rows.len()];
        let mut filled = 0;
        for piece in self.pieces(column, rows) {
            let values = self.map.values(piece);
            scratch[filled..][..values.len()].copy_from_slice(values);
            filled += values.len();
        }
        scratch
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        assert!(rows.end <= self.rows(), "rows within the segment");
        for piece in self.pieces(0, rows) {
            times.extend_from_slice(self.map.times(piece));
        }
    }
}

/// The place of a column in the file, where `time` comes first.
fn index(column: Column) -> usize {
    1 + column as usize
}

/// The blocks that hold `rows`.
fn blocks(rows: &Range<usize>) -> Range<usize> {
    match rows.is_empty() {
        true => 0..0,
        false => rows.start / BLOCK_ROWS..rows.end.div_ceil(BLOCK_ROWS),
    }
}
