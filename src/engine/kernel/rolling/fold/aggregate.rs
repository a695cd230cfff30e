//! Aggregates: lift a bar, combine adjacent segments, lower to the result (the interface of Tangwongsan et al. 2015).
//!
//! Invariant: `combine` is associative up to rounding; the cover of a window fixes the order, so results are
//! reproducible. The functions compute eight windows at a time, in the registers of a level; the lengths of segments are the
//! same in all lanes.

use crate::kernel::simd::vector8::Vector8;

/// An aggregate over windows of `R` inputs: `P` numbers for a partial aggregate, `O` values for the whole window.
pub(crate) trait Aggregate<const R: usize, const P: usize, const O: usize>:
    Clone + Send + Sync + 'static
{
    /// Segments may overlap (`combine(a, a) = a`), and `combine` does not read the inputs of the older.
    const IDEMPOTENT: bool = false;

    /// `combine` may drop a NaN, as comparisons do; the driver masks windows that contain one.
    const LOSES_NAN: bool = false;

    /// The number of inputs that are aggregated; of the others only the newest bar is read.
    const AGGREGATED: usize = R;

    /// The aggregate of one bar; NaN if the bar has a NaN.
    fn lift<V: Vector8>(bar: [V; R]) -> [V; P];

    /// The aggregate of a newer and the adjacent older segment.
    fn combine<V: Vector8>(newer: Partial<V, R, P>, older: Partial<V, R, P>) -> [V; P];

    /// The aggregate of up to seven bars, newest first; overridden where a closed form has fewer operations or less error.
    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; R]; W]) -> [V; P] {
        let mut segment = lift_bar::<Self, V, R, P, O>(bars[0]);
        #[expect(clippy::needless_range_loop, reason = "iterators are unrolled too late for values in registers")]
        for n in 1..W {
            segment = combined::<Self, V, R, P, O>(segment, lift_bar::<Self, V, R, P, O>(bars[n]));
        }
        segment.agg
    }

    /// The results of a full window.
    fn lower<V: Vector8>(&self, window: Partial<V, R, P>) -> [V; O];
}

/// The partial aggregates of segments of adjacent bars, a segment per lane.
#[derive(Clone, Copy)]
pub(crate) struct Partial<V, const R: usize, const P: usize> {
    /// The number of bars. Of the newer of two overlapping segments: the distance to the newest bar of the older.
    pub(crate) bars: f64,
    /// The inputs at the newest bar.
    pub(crate) newest: [V; R],
    /// The aggregate.
    pub(crate) agg: [V; P],
}

/// Zero, or NaN if the bar has a NaN.
#[inline(always)]
pub(crate) fn zero_at<V: Vector8, const R: usize>(bar: [V; R]) -> V {
    let mut zero = V::splat(0.0);
    for value in bar {
        zero = zero + value * 0.0;
    }
    zero
}

/// Combines two adjacent segments.
#[inline(always)]
pub(crate) fn combined<F: Aggregate<R, P, O>, V: Vector8, const R: usize, const P: usize, const O: usize>(
    newer: Partial<V, R, P>,
    older: Partial<V, R, P>,
) -> Partial<V, R, P> {
    Partial { bars: newer.bars + older.bars, agg: F::combine(newer, older), ..newer }
}

/// A segment of one bar.
#[inline(always)]
pub(crate) fn lift_bar<F: Aggregate<R, P, O>, V: Vector8, const R: usize, const P: usize, const O: usize>(
    bar: [V; R],
) -> Partial<V, R, P> {
    Partial { bars: 1.0, newest: bar, agg: F::lift(bar) }
}

/// The sum of up to seven values: those of a tree of pairs, left to right.
#[inline(always)]
pub(crate) fn pairwise_sum<V: Vector8, const W: usize>(x: [V; W]) -> V {
    let at = |n: usize| x[n.min(W - 1)];
    match W {
        1 => at(0),
        2 => at(0) + at(1),
        3 => (at(0) + at(1)) + at(2),
        4 => (at(0) + at(1)) + (at(2) + at(3)),
        5 => ((at(0) + at(1)) + (at(2) + at(3))) + at(4),
        6 => ((at(0) + at(1)) + (at(2) + at(3))) + (at(4) + at(5)),
        _ => (((at(0) + at(1)) + (at(2) + at(3))) + (at(4) + at(5))) + at(6),
    }
}

/// The sum of up to seven values of which the first is 0.
#[inline(always)]
pub(crate) fn tree_sum<V: Vector8, const W: usize>(x: [V; W]) -> V {
    let at = |n: usize| x[n.min(W - 1)];
    match W {
        1 => at(0),
        2 => at(1),
        3 => at(1) + at(2),
        4 => (at(1) + at(2)) + at(3),
        5 => (at(1) + at(2)) + (at(3) + at(4)),
        6 => ((at(1) + at(2)) + (at(3) + at(4))) + at(5),
        _ => ((at(1) + at(2)) + (at(3) + at(4))) + (at(5) + at(6)),
    }
}
