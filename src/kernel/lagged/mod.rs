//! Lagged kernels: each output bar depends on a bar and on one a fixed lag before it.
//!
//! Knows the carry-over between blocks; knows no window and no recurrence.

pub(crate) mod forward_fill;
pub(crate) mod lag;
pub(crate) mod previous;
pub(crate) mod rate_of_change;
pub(crate) mod signed_flow;
pub(crate) mod true_range;
pub(crate) mod warm_up;
