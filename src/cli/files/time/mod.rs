//! The time column of a file: what its cells say together, and how one of them is then read.
//!
//! A column is understood from all of its cells or not at all. A first pass shows every cell to an [`Evidence`], which
//! then decides on one reading: the unit of counts, compact digits, or the order of day and month. The second pass reads
//! each cell by it. A cell that it does not read belongs to a row that is skipped and reported; it never gets a reading
//! of its own. CSV, Parquet and Arrow share this module: they differ only in how they make a [`Cell`].

mod cell;
mod clock;
mod compact;
mod counts;
mod evidence;
mod format;
mod of_day;
mod reader;
mod runs;
mod stamp;
mod text;
mod zone;

pub(crate) use cell::Cell;
pub(crate) use evidence::{Evidence, Hints};
pub(crate) use format::TimeFormat;
pub(crate) use reader::TimeReader;
pub(crate) use text::{Order, is_clock, is_time};
pub(crate) use zone::Zone;
