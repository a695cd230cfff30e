//! Price action: structures of few bars, such as fractals and gaps.

pub(crate) mod equal_levels;
pub(crate) mod fractal;
pub(crate) mod fvg;
pub(crate) mod liquidity_sweep;
pub(crate) mod order_blocks;
pub(crate) mod session_gap;
pub(crate) mod strat;
pub(crate) mod structure;
