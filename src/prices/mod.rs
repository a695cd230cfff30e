//! Floor 3, keeping: sealed price files, written once and memory-mapped ever after.
//!
//! Knows no ledger and no tail: a file has a number, and carries where it belongs without making use of it. The bytes of
//! a file are in `FORMAT.md`.

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
