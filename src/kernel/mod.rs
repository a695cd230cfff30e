//! Floor 1, sums: everything that computes, as small state machines over slices of `f64` and the CPU.
//!
//! A [`Kernel`] is a plain value that says what to compute; [`Kernel::start`] gives a [`State`] that is fed blocks of
//! bars. Batch, stream and live are the same state fed in different portions, and any portions give the same bits.
//! There are no errors here, no time and no names: who calls has checked, and NaN is an answer.

mod feed;
mod history;
mod level;
mod window;

pub use feed::{BLOCK, Kernel, Memory, State};
pub use level::Level;
pub use window::{Max, Mean, Min, Sum};
