//! Filters and cycle measurement of John Ehlers.

pub(super) mod filters;
pub(super) mod phase;
pub(super) mod rotation;
mod turn;
pub(super) mod wave;
