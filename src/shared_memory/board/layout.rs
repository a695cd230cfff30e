//! The format of a board, version 1. Everything is a little-endian word of 8 bytes; `docs/board.md` describes it for readers in
//! other languages.
//!
//! | part | where | what |
//! |---|---|---|
//! | header | byte 0 | the words below |
//! | slots | at `SLOTS_AT` | two words per slot: the hash of a name, and where its value is |
//! | heap | at `HEAP_AT` | values, each at a multiple of 64 bytes |

/// The first bytes of a board.
pub(super) const MAGIC: u64 = u64::from_le_bytes(*b"ATRDBRD1");

/// The version of the format.
pub(super) const FORMAT: u64 = 1;

/// Values begin at multiples of it.
pub(super) const ALIGNMENT: usize = 64;

/// The header in bytes: a page.
pub(super) const HEADER_BYTES: usize = 4096;

/// The words of the header.
pub(super) mod header {
    pub(in super::super) const MAGIC: usize = 0;
    pub(in super::super) const FORMAT: usize = 1;
    /// A random number of this file: two boards never have the same.
    pub(in super::super) const GENERATION: usize = 2;
    /// 1 while the server writes the board, 2 when it has left it.
    pub(in super::super) const STATE: usize = 3;
    /// When the server was alive: nanoseconds since the Unix epoch.
    pub(in super::super) const HEARTBEAT: usize = 4;
    pub(in super::super) const SLOTS: usize = 5;
    /// The slots from this one on were never used.
    pub(in super::super) const SLOTS_USED: usize = 6;
    pub(in super::super) const SLOTS_AT: usize = 7;
    pub(in super::super) const HEAP_AT: usize = 8;
    pub(in super::super) const FILE_BYTES: usize = 9;
    /// Increments with every change of the board.
    pub(in super::super) const CHANGES: usize = 10;
    /// The bytes of the file that have memory. Values lie before it; to read more would take memory.
    pub(in super::super) const ALLOCATED: usize = 11;
}

/// The state of a board that a server writes.
pub(super) const OPEN: u64 = 1;

/// The state of a board that its server has left.
pub(super) const CLOSED: u64 = 2;

/// The words of a slot.
pub(super) const SLOT_WORDS: usize = 2;
/// The hash of the name; 0 in a free slot.
pub(super) const SLOT_HASH: usize = 0;
/// The [`Place`] of the value; 0 means none.
pub(super) const SLOT_PLACE: usize = 1;

/// The words before the texts of a value.
pub(super) mod value {
    pub(in super::super) const VERSION: usize = 0;
    /// When it was posted: nanoseconds since the Unix epoch.
    pub(in super::super) const TIME: usize = 1;
    /// The bytes of the content.
    pub(in super::super) const BYTES: usize = 2;
    pub(in super::super) const NAME_BYTES: usize = 3;
    pub(in super::super) const TYPE_BYTES: usize = 4;
    pub(in super::super) const LABEL_BYTES: usize = 5;
    /// The rows of each column; 0 without columns.
    pub(in super::super) const ROWS: usize = 6;
    /// The number of columns, with the times; 0 means bytes.
    pub(in super::super) const COLUMNS: usize = 7;
    /// 1 if the first column holds times (int64 nanoseconds) and not float64.
    pub(in super::super) const HAS_TIMES: usize = 8;
    /// The number of words; the rest is 0.
    pub(in super::super) const WORDS: usize = 16;
}

/// Where a value is, and a stamp that no other value of the board has: so a slot that holds the same word as before has held
/// it all the time. The offset in units of 64 bytes takes the low 26 bits, which reach 4 GiB; the stamp takes 38 and would
/// be the same again after 2^38 posts, a month of 100,000 per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(pub(super) u64);

const OFFSET_BITS: u32 = 26;

impl Place {
    /// The largest offset that a place can have.
    #[cfg(feature = "server")]
    pub(super) const OFFSET_MAX: usize = ((1 << OFFSET_BITS) - 1) * ALIGNMENT;

    #[cfg(feature = "server")]
    pub(super) fn new(offset: usize, stamp: u64) -> Self {
        Self((offset / ALIGNMENT) as u64 | stamp << OFFSET_BITS)
    }

    /// The offset of the value in words.
    pub(super) fn word(self) -> usize {
        (self.0 & ((1 << OFFSET_BITS) - 1)) as usize * (ALIGNMENT / 8)
    }
}

/// The hash of a name: FNV-1a of 64 bits, and 1 instead of 0.
pub(super) fn hash(name: &str) -> u64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    u64::max(hash, 1)
}

/// The distance from one column to the next, in bytes.
pub(super) fn column_stride(rows: usize) -> usize {
    (rows * 8).next_multiple_of(ALIGNMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_others() {
        // The test vectors of the authors (Fowler, Noll, Vo).
        assert_eq!(
            (hash(""), hash("a"), hash("foobar")),
            (0xcbf2_9ce4_8422_2325, 0xaf63_dc4c_8601_ec8c, 0x8594_4171_f739_67e8)
        );
    }

    #[cfg(feature = "server")]
    #[test]
    fn a_place_has_its_offset_and_differs_by_its_stamp() {
        for offset in [64, 4096, Place::OFFSET_MAX] {
            assert_eq!(Place::new(offset, 1).word() * 8, offset);
            assert_ne!(Place::new(offset, 1), Place::new(offset, 2));
        }
    }
}
