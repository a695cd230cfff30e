//! Recurrences (IIR filters): each output depends on earlier outputs. First and second order as a blocked scan of eight
//! bars, the rest bar by bar.
//!
//! The serial chain is the cost: `y = b * y' + a * x` waits for a fused multiply-add per bar. A blocked scan makes it one
//! per eight bars. Blocks are counted from the first value, so any division of the stream gives the same bits. Averages
//! run on differences to an earlier input, so that a constant input gives a constant output.
//!
//! Knows seeds and gaps; knows no windows.

pub(crate) mod adaptive;
pub(crate) mod adjusted_ewma;
pub(crate) mod block8;
mod blocked;
pub(crate) mod chain;
pub(crate) mod first_order;
pub(crate) mod kalman;
pub(crate) mod per_lane;
pub(crate) mod second_order;
pub(crate) mod sequential;
pub(crate) mod sums;
pub(crate) mod supertrend;
