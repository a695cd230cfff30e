//! Lagged kernels: each output bar depends on a bar and on the bar a fixed lag before it.
//!
//! Two loops per block: the head reads the carry-over, the rest reads the input itself at an offset. No copy, no ring
//! buffer.
//!
//! Knows the carry-over between blocks; knows no windows and no recurrences.

pub(crate) mod forward_fill;
pub(crate) mod hold;
pub(crate) mod lag;
pub(crate) mod latch;
pub(crate) mod previous;
pub(crate) mod rate_of_change;
pub(crate) mod signed_flow;
pub(crate) mod true_range;
pub(crate) mod warm_up;
