//! What storage and its callers exchange: segments, receipts, retention.

pub(super) mod receipt;
pub(super) mod retention;
pub(super) mod segment;
