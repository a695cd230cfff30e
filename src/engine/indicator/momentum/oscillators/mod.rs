//! Other oscillators around zero or within bounds.

pub(crate) mod asi;
pub(crate) mod bias;
pub(crate) mod bop;
pub(crate) mod cci;
pub(crate) mod cg;
pub(crate) mod dpo;
pub(crate) mod eri;
pub(crate) mod fosc;
pub(crate) mod inertia;
pub(crate) mod pgo;
pub(crate) mod psl;
pub(crate) mod pzo;
pub(crate) mod qstick;
pub(crate) mod rvgi;
pub(crate) mod si;
pub(crate) mod sqzmom;
pub(crate) mod ttf;
pub(crate) mod ultosc;
pub(crate) mod wad;
pub(crate) mod wavetrend;
