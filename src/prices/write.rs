//! Writes a price file once, sequentially, from any source of bars. Paths appear only in errors.
//!
//! The head (header, origin, column and block entries) has a known size but unknown contents, so zeros are written
//! first, then the payloads, and the head last. A crash in between leaves a file without its magic number, under its
//! temporary name. Blocks are laid out in runs of 64 per column: whole columns in a row would need all rows in memory
//! before the first write, and single blocks in turn would break up the long sequential reads of one column.

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

/// Writes the bars of `source` to the new, empty `file` and syncs it.
pub(super) fn write(
    file: File,
    path: &Path,
    number: u64,
    origin: &Origin,
    source: &dyn Source,
) -> Result<SegmentFacts, Error> {
    if source.rows() == 0 {
        return Err(Error::Empty { path: path.into() });
    }
    let failed = || Error::io("write", path);
    let mut sealing = Sealing::start(file, source).map_err(failed())?;
    for block in (0..source.rows()).step_by(BLOCK_ROWS) {
        let rows = block..(block + BLOCK_ROWS).min(source.rows());
        sealing.times(rows.clone()).map_err(|row| Error::Order { path: path.into(), row })?;
        sealing.values(rows.clone());
        if rows.end.is_multiple_of(RUN_ROWS) || rows.end == source.rows() {
            sealing.flush().map_err(failed())?;
        }
    }
    let (first_time, last_time) = sealing.bounds.expect("a source of at least one row");
    let (rows, bytes) = (source.rows() as u64, sealing.offset);
    let facts = SegmentFacts { number, first_time, last_time, rows, bytes };
    let file = sealing.finish(facts, origin).map_err(failed())?;
    file.sync_all().map_err(Error::io("sync", path))?;
    Ok(facts)
}

/// A file whose payloads are being written; the head comes last, once offsets and checksums are known.
struct Sealing<'a> {
    source: &'a dyn Source,
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

impl<'a> Sealing<'a> {
    fn start(file: File, source: &'a dyn Source) -> io::Result<Self> {
        let extras = source.extras().into_iter().map(Column::Extra);
        let names: Vec<_> = Column::ALL.into_iter().chain(extras).collect();
        let columns = 1 + names.len();
        let head = head_bytes(source.rows() as u64, columns as u64).expect("rows that are in memory fit a file");
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
        io::copy(&mut io::repeat(0).take(aligned(head)), &mut out)?;
        let columns = std::iter::repeat_with(Pending::default).take(columns).collect();
        Ok(Self { source, out, offset: aligned(head), columns, names, bounds: None })
    }

    /// Encodes a block of times; an error is the first row out of order.
    fn times(&mut self, rows: Range<usize>) -> Result<(), usize> {
        let mut times = Vec::with_capacity(BLOCK_ROWS);
        self.source.times(rows.clone(), &mut times);
        let mut before = self.bounds.map(|(_, last)| last);
        for (row, &time) in rows.zip(&times) {
            if before.is_some_and(|before| before >= time) {
                return Err(row);
            }
            before = Some(time);
        }
        let (first, last) = (times[0], times[times.len() - 1]);
        self.bounds = Some((self.bounds.map_or(first, |(first, _)| first), last));
        self.columns[0].push(&encode::times(&times), first.to_le_bytes(), last.to_le_bytes());
        Ok(())
    }

    fn values(&mut self, rows: Range<usize>) {
        let close = self.value(CLOSE, rows.clone(), None);
        for place in (1..self.columns.len()).filter(|&place| place != CLOSE) {
            // Open, high and low may be encoded relative to the close.
            self.value(place, rows.clone(), (place < CLOSE).then_some(&close));
        }
    }

    fn value(&mut self, place: usize, rows: Range<usize>, close: Option<&Encoded>) -> Encoded {
        let mut scratch = [0.0; BLOCK_ROWS];
        let values = self.source.values(self.names[place - 1], rows, &mut scratch);
        // `min` and `max` ignore NaN and return it only if there is nothing else.
        let least = values.iter().copied().fold(f64::NAN, f64::min);
        let greatest = values.iter().copied().fold(f64::NAN, f64::max);
        let encoded = encode::values(values, close);
        self.columns[place].push(&encoded, least.to_le_bytes(), greatest.to_le_bytes());
        encoded
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

impl Pending {
    fn push(&mut self, encoded: &Encoded, least: [u8; 8], greatest: [u8; 8]) {
        let Encoded { encoding, payload, .. } = encoded;
        let (offset, bytes, crc) = (self.payloads.len() as u64, payload.len() as u32, crc32fast::hash(payload));
        self.blocks.push(Block { offset, bytes, encoding: *encoding, least, greatest, crc });
        self.payloads.extend_from_slice(payload);
        self.payloads.resize(aligned(self.payloads.len() as u64) as usize, 0);
    }
}
