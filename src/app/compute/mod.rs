//! Computing: a query is resolved, prepared, admitted and run; its answer is encoded.
//!
//! Reads bars through `bars`; writes nothing to disk.

pub(crate) mod answer_codec;
mod batch;
mod cached;
pub(crate) mod checkpoint_store;
pub(crate) mod compiled;
pub(crate) mod correlate;
pub(crate) mod prepared;
pub(crate) mod question;
mod recent;
pub(crate) mod search;
pub(crate) mod service;
pub(crate) mod stream;
