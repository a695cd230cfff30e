//! The building blocks of states: ring buffers, the carry-over of an input, skipping of gaps, and snapshots.
//!
//! Knows blocks and fields; knows no computation.

pub(crate) mod carry_over;
pub(crate) mod gap_mask;
pub(crate) mod ring_buffer;
pub(crate) mod save;
pub(crate) mod skip_nan;
pub(crate) mod snapshot;
