//! Folds: what is computed of the bars of a window, by joining those of its pieces.

/// What is folded over a window of `R` inputs: `P` numbers for a piece of it, and `O` values for the whole.
pub(crate) trait Aggregate<const R: usize, const P: usize, const O: usize>:
    Clone + Send + Sync + 'static
{
    /// A fold of two pieces is right even where they overlap, and does not look at the inputs of the older.
    const IDEMPOTENT: bool = false;

    /// A NaN may be lost in joining, and the windows that hold one are told apart.
    const LOSES_NAN: bool = false;

    /// The fold of a single bar is the bar.
    const LIFT_IS_IDENTITY: bool = false;

    /// How many of the inputs are folded; of the others the newest bar counts.
    const AGGREGATED: usize = R;

    /// The fold of a single bar; NaN if the bar is.
    fn lift(bar: [f64; R]) -> [f64; P];

    /// The fold of a newer and an older piece.
    fn combine(newer: Partial<R, P>, older: Partial<R, P>) -> [f64; P];

    /// The fold of four bars, newest first.
    #[inline(always)]
    fn lift4(bars: [[f64; R]; 4]) -> [f64; P] {
        Self::combine(lift_pair::<Self, R, P, O>([bars[0], bars[1]]), lift_pair::<Self, R, P, O>([bars[2], bars[3]]))
    }

    /// The values of a whole window.
    fn lower(&self, window: Partial<R, P>) -> [f64; O];
}

/// The fold of neighbouring bars.
#[derive(Clone, Copy)]
pub(crate) struct Partial<const R: usize, const P: usize> {
    /// The number of bars; of a newer piece, how many bars its newest is ahead of the older's, which is the same
    /// unless they overlap.
    pub(crate) bars: f64,
    /// The inputs at the newest of them.
    pub(crate) newest: [f64; R],
    /// The fold.
    pub(crate) agg: [f64; P],
}

/// Zero, or NaN where the bar is.
#[inline(always)]
pub(crate) fn zero_at<const R: usize>(bar: [f64; R]) -> f64 {
    bar.iter().fold(0.0, |zero, value| zero + 0.0 * value)
}

/// A newer and an older piece as one.
#[inline(always)]
pub(crate) fn combined<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize>(
    newer: Partial<R, P>,
    older: Partial<R, P>,
) -> Partial<R, P> {
    Partial { bars: newer.bars + older.bars, agg: F::combine(newer, older), ..newer }
}

/// A bar as a piece.
#[inline(always)]
pub(crate) fn lift_bar<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize>(
    bar: [f64; R],
) -> Partial<R, P> {
    Partial { bars: 1.0, newest: bar, agg: F::lift(bar) }
}

/// Two bars as a piece, newest first.
#[inline(always)]
pub(crate) fn lift_pair<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize>(
    bars: [[f64; R]; 2],
) -> Partial<R, P> {
    combined::<F, R, P, O>(lift_bar::<F, R, P, O>(bars[0]), lift_bar::<F, R, P, O>(bars[1]))
}

/// `W` bars as a piece, fewer than 8, newest first.
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
