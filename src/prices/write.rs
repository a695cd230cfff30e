//! Writes a price file once, sequentially, from any source of bars. Paths appear only in errors.
//!
//! The head (header, origin, column and block entries) has a known size but unknown contents, so zeros are written
//! first, then the payloads, and the head last. A crash in between leaves a file without its magic number, under its
//! temporary name. Blocks are laid out in runs of 64 per column: whole columns in a row would need all rows in memory
//! before the first write, and single blocks in turn would break up the long sequential reads of one column.
//!
//! Encoding takes most of the time. A block that another segment holds already is copied with its checksum, so bars are
//! encoded once, however often their segments are merged.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::ops::Range;
use std::path::Path;

use crate::series::{Column, Origin, SegmentFacts, Source};

use super::Error;
use super::encode::{self, Encoded};
use super::head::{
    BLOCK_ROWS, Block, CLOSE, HEADER_BYTES, Header, TIME, VERSION, aligned, column_entry, head_bytes, origin_entry,
};

const BUFFER_BYTES: usize = 1 << 20;
/// Rows per run: this many are encoded before they are written, column by column.
const RUN_ROWS: usize = 64 * BLOCK_ROWS;

/// Finds the encoded block of exactly these rows of a column, or of the times (`None`), with its payload.
pub(super) type FindBlock<'a> = dyn Fn(Option<Column>, &Range<usize>) -> Option<(Block, &'a [u8])> + 'a;

/// Writes the bars of `source` to the new, empty `file`, which is returned to be synced. Blocks that `find` finds are copied.
pub(super) fn write(
    file: File,
    path: &Path,
    (number, origin): (u64, &Origin),
    source: &dyn Source,
    find: &FindBlock<'_>,
) -> Result<(SegmentFacts, File), Error> {
    if source.rows() == 0 {
        return Err(Error::Empty { path: path.into() });
    }
    let failed = || Error::io("write", path);
    let mut sealing = Sealing::start(file, source, find).map_err(failed())?;
    for block in (0..source.rows()).step_by(BLOCK_ROWS) {
        let rows = block..(block + BLOCK_ROWS).min(source.rows());
        sealing.times(rows.clone()).map_err(|row| Error::Order { path: path.into(), row })?;
        sealing.values(&rows);
        if rows.end.is_multiple_of(RUN_ROWS) || rows.end == source.rows() {
            sealing.flush().map_err(failed())?;
        }
    }
    let (first_time, last_time) = sealing.bounds.expect("a source of at least one row");
    let (rows, bytes) = (source.rows() as u64, sealing.offset);
    let facts = SegmentFacts { number, first_time, last_time, rows, bytes };
    let file = sealing.finish(facts, origin).map_err(failed())?;
    Ok((facts, file))
}

/// A file whose payloads are being written; the head comes last, once offsets and checksums are known.
struct Sealing<'a, 'b> {
    source: &'a dyn Source,
    find: &'a FindBlock<'b>,
    out: BufWriter<File>,
    offset: u64,
    /// Times, then the columns of every bar, then the extra ones.
    columns: Vec<Pending>,
    /// The columns after the times.
    names: Vec<Column>,
    bounds: Option<(i64, i64)>,
}

/// The encoded state of one column.
#[derive(Default)]
struct Pending {
    /// The entries of all blocks. Offsets of unwritten blocks are relative to the first of them.
    blocks: Vec<Block>,
    written: usize,
    payloads: Vec<u8>,
}

impl<'a, 'b> Sealing<'a, 'b> {
    fn start(file: File, source: &'a dyn Source, find: &'a FindBlock<'b>) -> io::Result<Self> {
        let extras = source.extras().into_iter().map(Column::Extra);
        let names: Vec<_> = Column::ALL.into_iter().chain(extras).collect();
        let columns = 1 + names.len();
        let head = head_bytes(source.rows() as u64, columns as u64).expect("rows that are in memory fit a file");
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
        io::copy(&mut io::repeat(0).take(aligned(head)), &mut out)?;
        let columns = std::iter::repeat_with(Pending::default).take(columns).collect();
        Ok(Self { source, find, out, offset: aligned(head), columns, names, bounds: None })
    }

    /// Copies or encodes the times of a block; an error is the first row out of order.
    fn times(&mut self, rows: Range<usize>) -> Result<(), usize> {
        let mut times = Vec::with_capacity(BLOCK_ROWS);
        let copied = self.copy(0, &rows);
        match copied {
            // What is sealed is in order, so its ends tell; they are one in a block of one row.
            Some(block) => {
                times.extend([block.least, block.greatest].map(i64::from_le_bytes));
                times.dedup();
            }
            None => self.source.times(rows.clone(), &mut times),
        }
        let mut before = self.bounds.map(|(_, last)| last);
        for (row, &time) in rows.zip(&times) {
            if before.is_some_and(|before| before >= time) {
                return Err(row);
            }
            before = Some(time);
        }
        let (first, last) = (times[0], times[times.len() - 1]);
        self.bounds = Some((self.bounds.map_or(first, |(first, _)| first), last));
        if copied.is_none() {
            self.columns[0].push_encoded(&encode::times(&times), first.to_le_bytes(), last.to_le_bytes());
        }
        Ok(())
    }

    fn values(&mut self, rows: &Range<usize>) {
        let close = self.value(CLOSE, rows, None);
        for place in (1..self.columns.len()).filter(|&place| place != CLOSE) {
            // Open, high and low may be encoded relative to the close.
            self.value(place, rows, close.as_ref().filter(|_| place < CLOSE));
        }
    }

    /// Copies or encodes the values of a block; returns what was encoded.
    fn value(&mut self, place: usize, rows: &Range<usize>, close: Option<&Encoded>) -> Option<Encoded> {
        if self.copy(place, rows).is_some() {
            return None;
        }
        let mut scratch = [0.0; BLOCK_ROWS];
        let values = self.source.values(self.names[place - 1], rows.clone(), &mut scratch);
        let (least, greatest) = (extreme(values, f64::min), extreme(values, f64::max));
        let encoded = encode::values(values, close);
        self.columns[place].push_encoded(&encoded, least.to_le_bytes(), greatest.to_le_bytes());
        Some(encoded)
    }

    /// Copies a block from where it is sealed, if it is.
    fn copy(&mut self, place: usize, rows: &Range<usize>) -> Option<Block> {
        let column = place.checked_sub(1).map(|at| self.names[at]);
        let (block, payload) = (self.find)(column, rows)?;
        self.columns[place].push(block, payload);
        Some(block)
    }

    /// Writes the pending payloads, column by column.
    fn flush(&mut self) -> io::Result<()> {
        for column in &mut self.columns {
            for block in &mut column.blocks[column.written..] {
                block.offset += self.offset;
            }
            self.out.write_all(&column.payloads)?;
            self.offset += column.payloads.len() as u64;
            column.written = column.blocks.len();
            column.payloads.clear();
        }
        Ok(())
    }

    fn finish(mut self, facts: SegmentFacts, origin: &Origin) -> io::Result<File> {
        let mut directory = origin_entry(origin).to_vec();
        directory.extend_from_slice(&column_entry(TIME, 0));
        for column in &self.names {
            directory.extend_from_slice(&column_entry(column.name(), 1));
        }
        directory.extend(self.columns.iter().flat_map(|column| &column.blocks).flat_map(Block::encode));
        let (columns, directory_crc) = (self.columns.len() as u32, crc32fast::hash(&directory));
        let header = Header { version: VERSION, facts, columns, directory_crc };
        debug_assert_eq!(header.directory(), HEADER_BYTES..HEADER_BYTES + directory.len());
        self.out.rewind()?;
        self.out.write_all(&header.encode())?;
        self.out.write_all(&directory)?;
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// The minimum or the maximum, eight lanes at a time: one would wait for each result. `f64::min` and `max` ignore NaN and
/// return it only if there is nothing else.
fn extreme(values: &[f64], choose: impl Fn(f64, f64) -> f64 + Copy) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [f64::NAN; 8];
    for eight in eights {
        lanes.iter_mut().zip(eight).for_each(|(lane, &value)| *lane = choose(*lane, value));
    }
    lanes.iter().chain(rest).copied().fold(f64::NAN, choose)
}

impl Pending {
    fn push_encoded(&mut self, encoded: &Encoded, least: [u8; 8], greatest: [u8; 8]) {
        let Encoded { encoding, payload, .. } = encoded;
        let (bytes, crc) = (payload.len() as u32, crc32fast::hash(payload));
        self.push(Block { offset: 0, bytes, encoding: *encoding, least, greatest, crc }, payload);
    }

    fn push(&mut self, block: Block, payload: &[u8]) {
        self.blocks.push(Block { offset: self.payloads.len() as u64, ..block });
        self.payloads.extend_from_slice(payload);
        self.payloads.resize(aligned(self.payloads.len() as u64) as usize, 0);
    }
}
