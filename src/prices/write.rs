//! Writing a price file, once, from any source of bars. Knows no name of a file but for its errors.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;

use crate::series::{Column, SegmentFacts, Source};

use super::Error;
use super::head::{BLOCK_ROWS, Block, COLUMNS, HEADER_BYTES, Header, RAW, TIME, aligned, column_entry, head_bytes};

const BUFFER_BYTES: usize = 1 << 20;
const PADDING: [u8; 64] = [0; 64];

/// Writes the bars of `source` to the new and empty `file` and waits until the disk has them.
pub(super) fn write(file: File, path: &Path, number: u64, source: &dyn Source) -> Result<SegmentFacts, Error> {
    if source.rows() == 0 {
        return Err(Error::Empty { path: path.into() });
    }
    let mut sealing = Sealing::start(file, source).map_err(Error::io("write", path))?;
    let (first_time, last_time) = sealing.times(path)?;
    for column in Column::ALL {
        sealing.values(column).map_err(Error::io("write", path))?;
    }
    let (rows, bytes) = (source.rows() as u64, sealing.offset);
    let facts = SegmentFacts { number, first_time, last_time, rows, bytes };
    let file = sealing.finish(facts).map_err(Error::io("write", path))?;
    file.sync_all().map_err(Error::io("sync", path))?;
    Ok(facts)
}

/// A file whose payloads are being written; the head comes last, when everything is known.
struct Sealing<'a> {
    source: &'a dyn Source,
    out: BufWriter<File>,
    offset: u64,
    blocks: Vec<u8>,
    payload: Vec<u8>,
}

impl<'a> Sealing<'a> {
    fn start(file: File, source: &'a dyn Source) -> io::Result<Self> {
        let head = head_bytes(source.rows() as u64, COLUMNS as u64).expect("rows that are in memory fit a file");
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
        io::copy(&mut io::repeat(0).take(aligned(head)), &mut out)?;
        Ok(Self { source, out, offset: aligned(head), blocks: Vec::new(), payload: Vec::new() })
    }

    /// Writes the times and gives the first and the last.
    fn times(&mut self, path: &Path) -> Result<(i64, i64), Error> {
        let mut times = Vec::with_capacity(BLOCK_ROWS);
        let mut bounds: Option<(i64, i64)> = None;
        for start in (0..self.source.rows()).step_by(BLOCK_ROWS) {
            times.clear();
            self.source.times(start..(start + BLOCK_ROWS).min(self.source.rows()), &mut times);
            let mut before = bounds.map(|(_, last)| last);
            for (row, &time) in times.iter().enumerate() {
                if before.is_some_and(|before| before >= time) {
                    return Err(Error::Order { path: path.into(), row: start + row });
                }
                before = Some(time);
            }
            let (first, last) = (times[0], times[times.len() - 1]);
            bounds = Some((bounds.map_or(first, |(first, _)| first), last));
            self.block(times.iter().map(|time| time.to_le_bytes()), first.to_le_bytes(), last.to_le_bytes())
                .map_err(Error::io("write", path))?;
        }
        Ok(bounds.expect("a source of at least one row"))
    }

    fn values(&mut self, column: Column) -> io::Result<()> {
        let mut scratch = [0.0; BLOCK_ROWS];
        let source = self.source;
        for start in (0..source.rows()).step_by(BLOCK_ROWS) {
            let values = source.values(column, start..(start + BLOCK_ROWS).min(source.rows()), &mut scratch);
            // `min` and `max` pass over NaN, and give it only when there is nothing else.
            let least = values.iter().copied().fold(f64::NAN, f64::min);
            let greatest = values.iter().copied().fold(f64::NAN, f64::max);
            self.block(values.iter().map(|v| v.to_le_bytes()), least.to_le_bytes(), greatest.to_le_bytes())?;
        }
        Ok(())
    }

    fn block(
        &mut self,
        values: impl ExactSizeIterator<Item = [u8; 8]>,
        least: [u8; 8],
        greatest: [u8; 8],
    ) -> io::Result<()> {
        self.payload.resize(values.len() * 8, 0);
        for (bytes, value) in self.payload.as_chunks_mut().0.iter_mut().zip(values) {
            *bytes = value;
        }
        let (offset, bytes) = (self.offset, self.payload.len());
        let crc = crc32fast::hash(&self.payload);
        let block = Block { offset, bytes: bytes as u32, encoding: RAW, least, greatest, crc };
        self.blocks.extend_from_slice(&block.encode());
        self.offset = aligned(offset + bytes as u64);
        self.out.write_all(&self.payload)?;
        self.out.write_all(&PADDING[..(self.offset - offset) as usize - bytes])
    }

    fn finish(mut self, facts: SegmentFacts) -> io::Result<File> {
        let mut directory = column_entry(TIME, 0).to_vec();
        for column in Column::ALL {
            directory.extend_from_slice(&column_entry(column.name(), 1));
        }
        directory.append(&mut self.blocks);
        let header = Header { facts, columns: COLUMNS as u32, directory_crc: crc32fast::hash(&directory) };
        debug_assert_eq!(header.directory(), HEADER_BYTES..HEADER_BYTES + directory.len());
        self.out.rewind()?;
        self.out.write_all(&header.encode())?;
        self.out.write_all(&directory)?;
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}
