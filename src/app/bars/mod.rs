//! Bars as readers see them: the catalog of series, immutable snapshots, resampled and joined bars.
//!
//! Reads only; does not know how bars are written, nor what is computed of them.

pub(crate) mod catalog;
pub(crate) mod chunked;
pub(crate) mod derived;
pub(crate) mod join;
pub(crate) mod read;
pub(crate) mod resample;
pub(crate) mod snapshot;
pub(crate) mod source;
