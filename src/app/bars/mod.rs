//! The read side: the catalog of series, immutable snapshots, resampled and joined bars.
//!
//! Read-only; does not know how bars are written, nor what is computed over them.

pub(crate) mod adjust;
pub(crate) mod catalog;
pub(crate) mod chunked;
pub(crate) mod column_bytes;
pub(crate) mod derived;
pub(crate) mod join;
pub(crate) mod reader;
pub(crate) mod resample;
pub(crate) mod revisions;
pub(crate) mod snapshot;
pub(crate) mod source;
pub(crate) mod visible;
