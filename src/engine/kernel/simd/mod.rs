//! SIMD: one body of each kernel compiled for several instruction sets, tiles of lanes, canonical NaN, non-temporal
//! stores.
//!
//! Loops over fixed-size arrays are left to the compiler's vectoriser, except where it fails: moves between the lanes of a
//! scan are intrinsics behind `vector8`, with a twin in plain arrays. `std::simd` needs nightly. Lane counts and
//! reduction trees are fixed in the source; a fused multiply-add is written as one (`mul_add`) and the compiler contracts
//! nothing, so every instruction set gives the same bits. The baseline emulates it, which is slow.
//!
//! Knows the CPU and slices of `f64`; knows no kernels, windows or states.

pub(crate) mod canonical_nan;
pub(crate) mod dispatch;
pub(crate) mod dot_product;
pub(crate) mod nontemporal_store;
pub(crate) mod tile;
pub(crate) mod vector8;
