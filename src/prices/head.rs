//! The head of a price file: header, origin, column entries, block entries, encoded and parsed. Does no file I/O.
//!
//! All metadata is in one place at fixed offsets, protected by two CRC-32 (header; everything else), so that a range
//! read finds any block with arithmetic and no scan, and the min/max of each block form a zone map. A footer, as in
//! Parquet, would allow one-pass writing but needs the end of the file to be trusted before anything is known.
//!
//! Invariant: every offset, length and count is validated here against the length of the file. Later code relies on it
//! and slices the map without handling errors; a checksum alone would not do, because a forged file can have a right
//! one.

use std::ops::Range;
use std::path::Path;

use crate::series::{Column, CommitId, Lineage, Origin, SegmentFacts, SeriesId, Symbol, Timeframe};

use super::Error;

/// The format version that is written; version 1, without the origin, can still be read.
pub(super) const VERSION: u32 = 2;
/// The version without an origin.
const VERSION_WITHOUT_ORIGIN: u32 = 1;
/// Rows per block; the last block of a column may be shorter.
pub const BLOCK_ROWS: usize = 1024;
/// Bytes of the header.
pub(super) const HEADER_BYTES: usize = 128;
/// The name of column 0.
pub(super) const TIME: &str = "time";
/// The columns in every file: `time` and those of every bar. Extra columns follow.
pub(super) const COLUMNS: usize = 1 + Column::ALL.len();

/// The index of the column that others refer to.
pub(super) const CLOSE: usize = 4;

const MAGIC: [u8; 8] = *b"\x89ATP\r\n\x1a\n";
const BYTE_ORDER: u32 = 0x0102_0304;
const COLUMN_BYTES: usize = 64;
const NAME_BYTES: usize = 48;
const BLOCK_BYTES: usize = 40;
const ORIGIN_BYTES: usize = 128;
const ALIGNMENT: u64 = 8;

/// `offset` rounded up to the alignment.
pub(super) fn aligned(offset: u64) -> u64 {
    offset.next_multiple_of(ALIGNMENT)
}

/// The bytes of the head of a new file of `rows` rows and `columns` columns; `None` if it would be too large.
pub(super) fn head_bytes(rows: u64, columns: u64) -> Option<u64> {
    head_bytes_of(VERSION, rows, columns)
}

fn head_bytes_of(version: u32, rows: u64, columns: u64) -> Option<u64> {
    let blocks = rows.div_ceil(BLOCK_ROWS as u64);
    let column = blocks.checked_mul(BLOCK_BYTES as u64)?.checked_add(COLUMN_BYTES as u64)?;
    column.checked_mul(columns)?.checked_add(entries_at(version) as u64)
}

/// Where the column entries begin.
fn entries_at(version: u32) -> usize {
    HEADER_BYTES + if version == VERSION_WITHOUT_ORIGIN { 0 } else { ORIGIN_BYTES }
}

/// The header: facts about the whole file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) facts: SegmentFacts,
    pub(super) columns: u32,
    pub(super) directory_crc: u32,
}

impl Header {
    pub(super) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        put(&mut bytes, 0, MAGIC);
        put(&mut bytes, 8, self.version.to_le_bytes());
        put(&mut bytes, 12, BYTE_ORDER.to_le_bytes());
        put(&mut bytes, 16, self.facts.number.to_le_bytes());
        put(&mut bytes, 24, self.facts.rows.to_le_bytes());
        put(&mut bytes, 32, (BLOCK_ROWS as u32).to_le_bytes());
        put(&mut bytes, 36, self.columns.to_le_bytes());
        put(&mut bytes, 40, self.facts.bytes.to_le_bytes());
        put(&mut bytes, 48, self.facts.first_time.to_le_bytes());
        put(&mut bytes, 56, self.facts.last_time.to_le_bytes());
        put(&mut bytes, 64, self.directory_crc.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..124]);
        put(&mut bytes, 124, crc.to_le_bytes());
        bytes
    }

    /// Parses and checks the header in `bytes`, of the file of `number` at `path`.
    pub(super) fn parse(bytes: &[u8; HEADER_BYTES], number: u64, path: &Path) -> Result<Self, Error> {
        if bytes[..8] != MAGIC {
            return Err(Error::NotAPriceFile { path: path.into() });
        }
        let version = u32::from_le_bytes(take(bytes, 8));
        if !(VERSION_WITHOUT_ORIGIN..=VERSION).contains(&version) {
            return Err(Error::Version { path: path.into(), found: version, known: VERSION });
        }
        let damaged = |part| Err(Error::Head { path: path.into(), part });
        if u32::from_le_bytes(take(bytes, 124)) != crc32fast::hash(&bytes[..124]) {
            return damaged("checksum of the header");
        }
        let facts = SegmentFacts {
            number: u64::from_le_bytes(take(bytes, 16)),
            rows: u64::from_le_bytes(take(bytes, 24)),
            bytes: u64::from_le_bytes(take(bytes, 40)),
            first_time: i64::from_le_bytes(take(bytes, 48)),
            last_time: i64::from_le_bytes(take(bytes, 56)),
        };
        let columns = u32::from_le_bytes(take(bytes, 36));
        let directory_crc = u32::from_le_bytes(take(bytes, 64));
        let fits = head_bytes_of(version, facts.rows, u64::from(columns)).is_some_and(|head| head <= facts.bytes);
        if facts.number != number {
            return damaged("number, which is not that of its name");
        } else if u32::from_le_bytes(take(bytes, 12)) != BYTE_ORDER {
            return damaged("byte order");
        } else if u32::from_le_bytes(take(bytes, 32)) != BLOCK_ROWS as u32 {
            return damaged("rows of a block");
        } else if facts.rows == 0 || facts.first_time > facts.last_time || !fits {
            return damaged("rows");
        } else if (columns as usize) < COLUMNS {
            return damaged("columns");
        }
        Ok(Self { version, facts, columns, directory_crc })
    }

    /// Blocks per column.
    pub(super) fn blocks(&self) -> usize {
        (self.facts.rows as usize).div_ceil(BLOCK_ROWS)
    }

    /// The rows of `block`.
    pub(super) fn block_rows(&self, block: usize) -> Range<usize> {
        block * BLOCK_ROWS..((block + 1) * BLOCK_ROWS).min(self.facts.rows as usize)
    }

    /// The byte range of the origin, the column entries and the block entries.
    pub(super) fn directory(&self) -> Range<usize> {
        let end =
            head_bytes_of(self.version, self.facts.rows, u64::from(self.columns)).expect("a header fits its file");
        HEADER_BYTES..end as usize
    }

    /// Checks the column and block entries of the file that begins with `bytes`.
    pub(super) fn check(&self, bytes: &[u8], path: &Path) -> Result<(), Error> {
        let damaged = |part| Err(Error::Head { path: path.into(), part });
        if crc32fast::hash(&bytes[self.directory()]) != self.directory_crc {
            return damaged("checksum of the directory");
        }
        if self.version != VERSION_WITHOUT_ORIGIN && self.origin(bytes).is_none() {
            return damaged("the origin");
        }
        let columns = self.columns as usize;
        if (0..columns).any(|column| !self.column_is_good(bytes, column)) {
            return damaged("a column entry");
        }
        let good = |column| (0..self.blocks()).all(|block| self.block_is_good(bytes, column, block));
        if !(0..columns).all(good) {
            return damaged("a block entry");
        }
        Ok(())
    }

    fn column_is_good(&self, bytes: &[u8], column: usize) -> bool {
        let kind = bytes[self.column_at(column) + NAME_BYTES];
        let name = self.column_name(bytes, column);
        let expected = match column {
            0 => Some(TIME),
            _ => Column::ALL.get(column - 1).map(Column::name),
        };
        kind == u8::from(column != 0) && name.is_some_and(|name| expected.is_none_or(|expected| name == expected))
    }

    fn block_is_good(&self, bytes: &[u8], column: usize, block: usize) -> bool {
        let Some(entry) = self.block(bytes, column, block) else { return false };
        let behind_head = entry.offset >= self.directory().end as u64 && entry.offset.is_multiple_of(ALIGNMENT);
        let end = entry.offset.checked_add(u64::from(entry.bytes));
        let within = end.is_some_and(|end| end <= self.facts.bytes);
        let whole = match entry.encoding {
            Encoding::Raw => entry.bytes as usize == self.block_rows(block).len() * 8,
            Encoding::Constant => entry.bytes == 8 && column != 0,
            Encoding::Decimals => column != 0,
            Encoding::Steps => column == 0,
        };
        behind_head && within && whole
    }

    /// The name of `column` in the file that begins with `bytes`, if it is valid.
    pub(super) fn column_name<'a>(&self, bytes: &'a [u8], column: usize) -> Option<&'a str> {
        let name = &bytes[self.column_at(column)..][..NAME_BYTES];
        let name = std::str::from_utf8(name).ok()?.trim_end_matches('\0');
        (!name.is_empty()).then_some(name)
    }

    fn column_at(&self, column: usize) -> usize {
        entries_at(self.version) + column * COLUMN_BYTES
    }

    /// The origin in the file that begins with `bytes`; `None` in version 1, which does not record it.
    pub(super) fn origin(&self, bytes: &[u8]) -> Option<Origin> {
        if self.version == VERSION_WITHOUT_ORIGIN {
            return None;
        }
        let bytes = &bytes[HEADER_BYTES..][..ORIGIN_BYTES];
        let symbol = bytes[48..][..Symbol::BYTES_MAX].get(..bytes[44] as usize)?;
        let timeframe = Timeframe::from_code(u32::from_le_bytes(take(bytes, 40)))?;
        let id = SeriesId { symbol: std::str::from_utf8(symbol).ok()?.parse().ok()?, timeframe };
        let lineage = Lineage(u128::from_le_bytes(take(bytes, 0)));
        let commit = CommitId { lineage, generation: u64::from_le_bytes(take(bytes, 16)) };
        Some(Origin { id, series: u64::from_le_bytes(take(bytes, 24)), commit })
    }

    /// The entry of `block` of `column` in the file that begins with `bytes`, if its encoding is known.
    pub(super) fn block(&self, bytes: &[u8], column: usize, block: usize) -> Option<Block> {
        let entries = self.column_at(self.columns as usize);
        Block::parse(&bytes[entries + (column * self.blocks() + block) * BLOCK_BYTES..])
    }
}

/// Encodes the origin, which comes first in the directory.
pub(super) fn origin_entry(origin: &Origin) -> [u8; ORIGIN_BYTES] {
    let symbol = origin.id.symbol.as_str().as_bytes();
    let mut bytes = [0; ORIGIN_BYTES];
    put(&mut bytes, 0, origin.commit.lineage.0.to_le_bytes());
    put(&mut bytes, 16, origin.commit.generation.to_le_bytes());
    put(&mut bytes, 24, origin.series.to_le_bytes());
    put(&mut bytes, 40, origin.id.timeframe.code().to_le_bytes());
    bytes[44] = symbol.len() as u8;
    bytes[48..][..symbol.len()].copy_from_slice(symbol);
    bytes
}

/// Encodes the entry of a column.
pub(super) fn column_entry(name: &str, kind: u8) -> [u8; COLUMN_BYTES] {
    let mut bytes = [0; COLUMN_BYTES];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    bytes[NAME_BYTES] = kind;
    bytes
}

/// How the values of a block are stored; the number is the byte in its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    /// As they are.
    #[default]
    Raw = 0,
    /// One value for all rows.
    Constant = 1,
    /// Decimals: integers over a power of ten.
    Decimals = 2,
    /// Times as delta steps.
    Steps = 3,
}

impl Encoding {
    const ALL: [Self; 4] = [Self::Raw, Self::Constant, Self::Decimals, Self::Steps];
}

/// The entry of a block; `least` and `greatest` (the zone map) are the bits of an i64 or f64.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Block {
    pub(super) offset: u64,
    pub(super) bytes: u32,
    pub(super) encoding: Encoding,
    pub(super) least: [u8; 8],
    pub(super) greatest: [u8; 8],
    pub(super) crc: u32,
}

impl Block {
    pub(super) fn encode(&self) -> [u8; BLOCK_BYTES] {
        let mut bytes = [0; BLOCK_BYTES];
        put(&mut bytes, 0, self.offset.to_le_bytes());
        put(&mut bytes, 8, self.bytes.to_le_bytes());
        put(&mut bytes, 12, [self.encoding as u8]);
        put(&mut bytes, 16, self.least);
        put(&mut bytes, 24, self.greatest);
        put(&mut bytes, 32, self.crc.to_le_bytes());
        bytes
    }

    /// `None` if the encoding is unknown.
    fn parse(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            offset: u64::from_le_bytes(take(bytes, 0)),
            bytes: u32::from_le_bytes(take(bytes, 8)),
            encoding: *Encoding::ALL.get(usize::from(bytes[12]))?,
            least: take(bytes, 16),
            greatest: take(bytes, 24),
            crc: u32::from_le_bytes(take(bytes, 32)),
        })
    }

    /// The byte range of its payload in the file.
    pub(super) fn payload(&self) -> Range<usize> {
        self.offset as usize..self.offset as usize + self.bytes as usize
    }
}

fn put<const N: usize>(bytes: &mut [u8], at: usize, value: [u8; N]) {
    bytes[at..at + N].copy_from_slice(&value);
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    *bytes[at..].first_chunk().expect("fields lie within their entry")
}
