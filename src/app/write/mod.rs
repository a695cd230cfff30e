//! The write path: one writer thread takes commands in order, edits series, writes segments and compacts them.
//!
//! The only module that changes bars on disk; computes nothing.

pub(crate) mod actions;
pub(crate) mod batch;
pub(crate) mod command;
pub(crate) mod compactor;
pub(crate) mod data_folder;
mod group;
pub(crate) mod new_series;
pub(crate) mod queue;
pub(crate) mod segment_writer;
pub(crate) mod series_edit;
pub(crate) mod upsert;
pub(crate) mod writer;
