//! Recurrences (IIR filters): each output depends on earlier outputs. First and second order as a blocked scan of eight, the rest bar by bar.
//!
//! Knows the first value and gaps; knows no window.

pub(crate) mod adaptive;
pub(crate) mod block8;
pub(crate) mod cumulative_sum;
pub(crate) mod expanding_sum;
pub(crate) mod first_order;
pub(crate) mod kalman;
pub(crate) mod neumaier;
pub(crate) mod second_order;
pub(crate) mod sequential;
pub(crate) mod supertrend;
