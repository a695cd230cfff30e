//! Stochastics: the position of a price in the range of its window.

pub(crate) mod dss;
pub(crate) mod dv2;
pub(crate) mod fisher;
pub(crate) mod hhlls;
pub(crate) mod ibs;
pub(crate) mod kdj;
pub(crate) mod projection_oscillator;
pub(crate) mod pso;
pub(crate) mod smi;
pub(crate) mod stoch;
pub(crate) mod stochf;
pub(crate) mod stochrsi;
pub(crate) mod willr;
