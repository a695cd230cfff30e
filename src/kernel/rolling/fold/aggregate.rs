//! Folds: what is computed of the bars of a window, by joining those of its pieces.

/// What is folded over a window of `R` inputs: `P` numbers for a piece of it, and `O` values for the whole.
pub(crate) trait Fold<const R: usize, const P: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// A fold of two pieces is right even where they overlap, and does not look at the inputs of the older.
    const OVERLAPS: bool = false;

    /// A NaN may be lost in joining, and the windows that hold one are told apart.
    const BLIND: bool = false;

    /// The fold of a single bar is the bar.
    const PLAIN: bool = false;

    /// How many of the inputs are folded; of the others the newest bar counts.
    const FOLDED: usize = R;

    /// The fold of a single bar; NaN if the bar is.
    fn single(bar: [f64; R]) -> [f64; P];

    /// The fold of a newer and an older piece.
    fn join(newer: Piece<R, P>, older: Piece<R, P>) -> [f64; P];

    /// The fold of four bars, newest first.
    #[inline(always)]
    fn four(bars: [[f64; R]; 4]) -> [f64; P] {
        Self::join(pair::<Self, R, P, O>([bars[0], bars[1]]), pair::<Self, R, P, O>([bars[2], bars[3]]))
    }

    /// The values of a whole window.
    fn finish(&self, window: Piece<R, P>) -> [f64; O];
}

/// The fold of neighbouring bars.
#[derive(Clone, Copy)]
pub(crate) struct Piece<const R: usize, const P: usize> {
    /// The number of bars; of a newer piece, how many bars its newest is ahead of the older's, which is the same
    /// unless they overlap.
    pub(crate) bars: f64,
    /// The inputs at the newest of them.
    pub(crate) newest: [f64; R],
    /// The fold.
    pub(crate) fold: [f64; P],
}

/// Zero, or NaN where the bar is.
#[inline(always)]
pub(crate) fn zero_at<const R: usize>(bar: [f64; R]) -> f64 {
    bar.iter().fold(0.0, |zero, value| zero + 0.0 * value)
}

/// A newer and an older piece as one.
#[inline(always)]
pub(crate) fn both<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize>(
    newer: Piece<R, P>,
    older: Piece<R, P>,
) -> Piece<R, P> {
    Piece { bars: newer.bars + older.bars, fold: F::join(newer, older), ..newer }
}

/// A bar as a piece.
#[inline(always)]
pub(crate) fn single<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize>(bar: [f64; R]) -> Piece<R, P> {
    Piece { bars: 1.0, newest: bar, fold: F::single(bar) }
}

/// Two bars as a piece, newest first.
#[inline(always)]
pub(crate) fn pair<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize>(
    bars: [[f64; R]; 2],
) -> Piece<R, P> {
    both::<F, R, P, O>(single::<F, R, P, O>(bars[0]), single::<F, R, P, O>(bars[1]))
}

/// `W` bars as a piece, fewer than 8, newest first.
#[inline(always)]
pub(crate) fn few<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const W: usize>(
    bars: [[f64; R]; W],
) -> Piece<R, P> {
    let mut rest = 0;
    let mut window = if W > 3 {
        rest = 4;
        Piece { bars: 4.0, newest: bars[0], fold: F::four([bars[0], bars[1], bars[2], bars[3]]) }
    } else {
        single::<F, R, P, O>(bars[0])
    };
    if W == 2 || W == 3 {
        rest = 2;
        window = pair::<F, R, P, O>([bars[0], bars[1]]);
    }
    if W > 5 {
        rest = 6;
        window = both::<F, R, P, O>(window, pair::<F, R, P, O>([bars[4], bars[5]]));
    }
    if W > 1 && W % 2 == 1 {
        window = both::<F, R, P, O>(window, single::<F, R, P, O>(bars[rest]));
    }
    window
}
