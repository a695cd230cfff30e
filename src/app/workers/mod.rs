//! Where work runs: lanes of threads in fair order, the executor in front of them, what bounds the memory of answers,
//! where streamed answers go, and threads of our own.
//!
//! Does not know what is computed.

pub(crate) mod blocking;
pub(crate) mod byte_budget;
pub(crate) mod call_context;
pub(crate) mod cancellation;
pub(crate) mod executor;
mod fair_queue;
pub(crate) mod identity;
mod lane;
pub(crate) mod outbox;
pub(crate) mod threads;
