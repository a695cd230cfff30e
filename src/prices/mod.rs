//! Floor 3, storage: sealed price files (segments), written once, then memory-mapped and immutable.
//!
//! Independent of the ledger and of tails: a file has a number and records its origin without using it. The bytes of a
//! file are specified in `FORMAT.md`.

mod decimal;
mod encode;
mod error;
mod folder;
mod head;
mod inspect;
mod integers;
mod map;
mod packing;
mod segment;
mod steps;
mod write;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use folder::{Find, Folder, Sealed, Unsynced, open_segment};
pub use head::BLOCK_ROWS;
pub use inspect::{ColumnReport, Report, inspect};
pub use map::end_on_lost_bytes;
pub use segment::Segment;
