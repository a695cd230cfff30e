//! Floor 3, keeping: sealed price files, written once and memory-mapped ever after.
//!
//! Knows no symbol, no ledger and no tail: a file has a number, and that is all that is known of where it belongs. The
//! bytes of a file are in `FORMAT.md`.

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
pub use folder::Folder;
pub use inspect::{ColumnReport, Report, inspect};
pub use map::end_on_lost_bytes;
pub use segment::Segment;
