//! What a state carries from block to block: ring buffers, the carry-over of an input, a snapshot of its fields as
//! bytes.
//!
//! Knows blocks and fields; does not know what is computed.

pub(crate) mod carry_over;
pub(crate) mod ring_buffer;
pub(crate) mod skip_nan;
pub(crate) mod snapshot;
