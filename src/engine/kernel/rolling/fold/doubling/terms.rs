//! What is computed: terms of a bar, how segments are combined, and the values of the windows.

use crate::kernel::simd::vector8::Vector8;

/// The number of bars that are computed at a time in registers.
pub(super) const WIDTH: usize = 8;

/// Eight neighbouring values.
pub(super) type Chunk = [f64; WIDTH];

/// A function of `W` windows over `P` terms of each bar, which are computed from `I` inputs: `O` values.
pub(crate) trait Doubled<const I: usize, const P: usize, const W: usize, const O: usize>:
    Clone + Send + Sync + 'static
{
    /// Whether the terms read the bar before.
    const BEFORE: bool = false;

    /// Bars may be counted twice (`combine(a, a) = a`).
    const IDEMPOTENT: bool = false;

    /// The number of leading inputs whose NaN `combine` drops; windows that contain one are masked.
    const MASKED: usize = 0;

    /// The lengths of the windows, 1 or more.
    fn windows(&self) -> [usize; W];

    /// The terms of a bar, NaN if one of their inputs is; `before` is the bar before, NaN at the first.
    fn terms<V: Vector8>(&self, now: [V; I], before: [V; I]) -> [V; P];

    /// The aggregates of a newer and the adjacent older segment: sums, unless it is overridden.
    #[inline(always)]
    fn combine<V: Vector8>(newer: [V; P], older: [V; P]) -> [V; P] {
        let mut sums = newer;
        for p in 0..P {
            sums[p] = newer[p] + older[p];
        }
        sums
    }

    /// The values of the windows that end at a bar.
    fn lower<V: Vector8>(&self, now: [V; I], windows: [[V; P]; W]) -> [V; O];
}
