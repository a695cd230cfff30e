//! Where work runs: admission by cost, the compute pool, and the executor in front of both.
//!
//! Does not know what is computed.

pub(crate) mod admission;
pub(crate) mod executor;
pub(crate) mod pool;
