//! What indicators are built of: the parts of a graph that several of them share, such as averages and the moves of RSI.
//!
//! Knows graphs and kernels; declares no indicator and has no name in the catalog.

pub(crate) mod phase;
pub(crate) mod smoothing;
