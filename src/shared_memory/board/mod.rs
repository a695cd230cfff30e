//! The board: a file of named values that one server writes and processes of its machine read without a call.
//!
//! `layout` has the format, `protocol` the sequence lock, `region` is the writer, `reader` the reader.

#![cfg_attr(
    not(feature = "server"),
    allow(dead_code, unused_imports, reason = "without the server the board is only read")
)]

#[cfg(feature = "server")]
mod heap;
mod layout;
mod memory;
mod protocol;
mod reader;
#[cfg(feature = "server")]
mod region;

#[cfg(all(test, feature = "server"))]
mod interleavings;

pub use protocol::BoardValue;
pub use reader::{BoardReader, BoardView, Slot};
#[cfg(feature = "server")]
pub use region::{NewValue, Region, RegionLimits};
