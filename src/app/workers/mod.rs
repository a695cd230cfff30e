//! Where work runs: admission by cost, the compute pool, the executor in front of both, and threads of our own.
//!
//! Does not know what is computed.

pub(crate) mod admission;
pub(crate) mod executor;
pub(crate) mod pool;
pub(crate) mod threads;
