//! Floor 3: memory shared with other processes of this machine: answers in segments, and the board.
//!
//! Knows neither bars nor calls. The server writes, everybody else reads: a process that dies can hold nothing. Files lie in a
//! folder of the server in `/dev/shm` ([`Home`]), which is gone with it. A segment ([`Segments`]) is an Arrow IPC file that is
//! written once and then read by one client. A board is a region of named values that change; [`BoardReader`] reads it by
//! a sequence lock, without a call.

#[cfg(feature = "server")]
mod arrow_file;
mod board;
mod error;
#[cfg(feature = "server")]
mod home;
mod map;
#[cfg(feature = "server")]
mod segment_file;
#[cfg(feature = "server")]
mod segments;
#[cfg(all(test, feature = "server"))]
mod tests;

#[cfg(feature = "server")]
pub use arrow_file::ArrowFile;
pub use board::{BoardReader, BoardValue, BoardView, Slot};
#[cfg(feature = "server")]
pub use board::{NewValue, Region, RegionLimits};
pub use error::Error;
#[cfg(feature = "server")]
pub use home::Home;
#[cfg(feature = "server")]
pub use segment_file::Owner;
#[cfg(feature = "server")]
pub use segments::{Draft, Published, Segments, SegmentsOf};
