//! Windows of sums and extremes, doubled in registers: the terms of eight bars, their sums over 2, 4, 8 and 16 bars, then
//! the windows, in pieces that stay in the first-level cache.
//!
//! The sums are those of a sparse table ([`super`]), in the same order, so that the bits are those of [`SlidingWindow`].
//! What differs is where they are: there each row is a pass over the block, of loads that cross cache lines; here a lag
//! of 1, 2 or 4 bars is a move between the lanes of two registers. The terms, such as true ranges, are computed in the first pass
//! and what is made of the windows, such as their ratio, in the last, so that neither is a column of its own.
//! A sum of 30 bars loads 12 registers for eight bars where the table loads 34.
//!
//! Knows windows of terms; does not know what they are.
//!
//! [`SlidingWindow`]: super::window::SlidingWindow

mod columns;
mod cover;
mod passes;
mod terms;

pub(crate) use passes::Doubling;
pub(crate) use terms::Doubled;

/// Implements `Kernel` for functions of windows: the number of outputs, and of bars without a value.
macro_rules! doubled {
    ($($kernel:ty => $outputs:literal, $lookback:expr);+ $(;)?) => {$(
        impl $crate::kernel::Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                let lookback: fn(&Self) -> usize = $lookback;
                lookback(self)
            }

            fn is_canonical(&self) -> bool {
                true
            }

            fn block(&self) -> usize {
                usize::MAX
            }

            fn start(&self) -> Box<dyn $crate::kernel::State> {
                Box::new($crate::kernel::rolling::fold::doubling::Doubling::new(self.clone()))
            }
        }
    )+};
}
pub(crate) use doubled;
