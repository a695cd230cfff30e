//! SIMD: one body of each kernel compiled for several instruction sets, tiles of lanes, canonical NaN, non-temporal
//! stores.
//!
//! Loops over fixed-size arrays are left to the compiler's vectoriser. `std::simd` needs nightly, and intrinsics would
//! need one body per instruction set and `unsafe` in each. Lane counts and reduction trees are fixed in the source, and
//! nothing is contracted to FMA, so every instruction set gives the same bits.
//!
//! Knows the CPU and slices of `f64`; knows no kernels, windows or states.

pub(crate) mod canonical_nan;
pub(crate) mod dispatch;
pub(crate) mod nontemporal_store;
pub(crate) mod tile;
