//! Aggregates: lift a bar, combine adjacent segments, lower to the result (the interface of Tangwongsan et al. 2015).
//!
//! Invariant: `combine` is associative up to rounding; the cover of a window fixes the order, so results are
//! reproducible.

/// An aggregate over windows of `R` inputs: `P` numbers for a partial aggregate, `O` values for the whole window.
pub(crate) trait Aggregate<const R: usize, const P: usize, const O: usize>:
    Clone + Send + Sync + 'static
{
    /// Segments may overlap (`combine(a, a) = a`), and `combine` does not read the inputs of the older.
    const IDEMPOTENT: bool = false;

    /// `combine` may drop a NaN, as comparisons do; the driver masks windows that contain one.
    const LOSES_NAN: bool = false;

    /// `lift` is the identity: row 0 of the table is the input.
    const LIFT_IS_IDENTITY: bool = false;

    /// The number of inputs that are aggregated; of the others only the newest bar is read.
    const AGGREGATED: usize = R;

    /// The aggregate of one bar; NaN if the bar has a NaN.
    fn lift(bar: [f64; R]) -> [f64; P];

    /// The aggregate of a newer and the adjacent older segment.
    fn combine(newer: Partial<R, P>, older: Partial<R, P>) -> [f64; P];

    /// The aggregate of four bars, newest first; overridden where a closed form has fewer operations or less error.
    #[inline(always)]
    fn lift4(bars: [[f64; R]; 4]) -> [f64; P] {
        Self::combine(lift_pair::<Self, R, P, O>([bars[0], bars[1]]), lift_pair::<Self, R, P, O>([bars[2], bars[3]]))
    }

    /// The results of a full window.
    fn lower(&self, window: Partial<R, P>) -> [f64; O];
}

/// The partial aggregate of a segment of adjacent bars.
#[derive(Clone, Copy)]
pub(crate) struct Partial<const R: usize, const P: usize> {
    /// The number of bars. Of the newer of two overlapping segments: the distance to the newest bar of the older.
    pub(crate) bars: f64,
    /// The inputs at the newest bar.
    pub(crate) newest: [f64; R],
    /// The aggregate.
    pub(crate) agg: [f64; P],
}

/// Zero, or NaN if the bar has a NaN.
#[inline(always)]
pub(crate) fn zero_at<const R: usize>(bar: [f64; R]) -> f64 {
    bar.iter().fold(0.0, |zero, value| zero + 0.0 * value)
}

/// Combines two adjacent segments.
#[inline(always)]
pub(crate) fn combined<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize>(
    newer: Partial<R, P>,
    older: Partial<R, P>,
) -> Partial<R, P> {
    Partial { bars: newer.bars + older.bars, agg: F::combine(newer, older), ..newer }
}

/// A segment of one bar.
#[inline(always)]
pub(crate) fn lift_bar<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize>(
    bar: [f64; R],
) -> Partial<R, P> {
    Partial { bars: 1.0, newest: bar, agg: F::lift(bar) }
}

/// A segment of two bars, newest first.
#[inline(always)]
pub(crate) fn lift_pair<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize>(
    bars: [[f64; R]; 2],
) -> Partial<R, P> {
    combined::<F, R, P, O>(lift_bar::<F, R, P, O>(bars[0]), lift_bar::<F, R, P, O>(bars[1]))
}

/// A segment of `W` bars, fewer than 8, newest first.
#[inline(always)]
pub(crate) fn lift_short<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize, const W: usize>(
    bars: [[f64; R]; W],
) -> Partial<R, P> {
    let mut rest = 0;
    let mut window = if W > 3 {
        rest = 4;
        Partial { bars: 4.0, newest: bars[0], agg: F::lift4([bars[0], bars[1], bars[2], bars[3]]) }
    } else {
        lift_bar::<F, R, P, O>(bars[0])
    };
    if W == 2 || W == 3 {
        rest = 2;
        window = lift_pair::<F, R, P, O>([bars[0], bars[1]]);
    }
    if W > 5 {
        rest = 6;
        window = combined::<F, R, P, O>(window, lift_pair::<F, R, P, O>([bars[4], bars[5]]));
    }
    if W > 1 && W % 2 == 1 {
        window = combined::<F, R, P, O>(window, lift_bar::<F, R, P, O>(bars[rest]));
    }
    window
}
