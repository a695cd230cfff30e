//! Windows of the newest `w` bars, folded so that each value is a pure function of its own `w` inputs.
//!
//! The folds of 1, 4, 16, 64 ... bars are kept side by side, each made of four of the size before; a window is put
//! together from at most three of each size, the smallest at the newest end. Nothing is carried along the series, so
//! nothing drifts, a NaN is gone as soon as the window has passed it, and the cost grows with the logarithm of `w`.

use std::array::from_fn;

use super::history::History;
use super::level::leveled;
use super::{BLOCK, Kernel, State};

/// What is folded over a window. A fold of several bars is `P` numbers.
///
/// With `R = 0` there is one input, and the fold of a single bar is that value and then zeros. With `R > 0` there are
/// `R` inputs, folds are relative to the newest bar they hold, and the fold of a single bar is all zeros.
pub(crate) trait Fold<const R: usize, const P: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// A fold of two windows is right even where they overlap.
    const OVERLAPS: bool = false;

    /// The fold of a window whose newer `newer.bars` and older `older.bars` are folded.
    fn join(newer: Piece<R, P>, older: Piece<R, P>) -> [f64; P];

    /// The values of a window that is folded whole.
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

/// The state of a fold over windows of `w` bars.
#[derive(Clone)]
pub(crate) struct Windows<F, const R: usize, const P: usize, const O: usize> {
    finish: F,
    references: [History; R],
    sizes: Vec<Size<P>>,
    /// The pieces of a window, newest first.
    pieces: Vec<Place>,
}

/// The folds of all windows of one size.
#[derive(Clone)]
struct Size<const P: usize> {
    bars: usize,
    folds: [History; P],
}

/// Where one piece of a window is found.
#[derive(Clone, Copy)]
struct Place {
    size: usize,
    lag: usize,
}

impl<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize> Windows<F, R, P, O> {
    /// The fold over windows of `window` bars, 1 or more.
    pub(crate) fn new(finish: F, window: usize) -> Self {
        let bars: Vec<usize> = std::iter::successors(Some(1), |&b| Some(b * 4)).take_while(|&b| b <= window).collect();
        let pieces = if F::OVERLAPS { overlapping(window, &bars) } else { disjoint(window, &bars) };
        let size = |(index, &bars): (usize, &usize)| {
            let lag_max = pieces.iter().filter(|p| p.size == index).map(|p| p.lag).max().unwrap_or(0);
            Size { bars, folds: from_fn(|_| History::new(lag_max.max(3 * bars))) }
        };
        let sizes: Vec<_> = bars.iter().enumerate().map(size).collect();
        let mut windows = Self { finish, references: from_fn(|_| History::new(window)), sizes, pieces };
        let given = usize::from(R == 0);
        windows.sizes[0].folds.iter_mut().skip(given).for_each(|fold| *fold = History::zeros(3.max(window)));
        windows
    }

    fn take(&mut self, inputs: &[&[f64]], len: usize) {
        let singles = self.sizes[0].folds.iter_mut();
        let into: Vec<&mut History> = if R > 0 { self.references.iter_mut().collect() } else { singles.collect() };
        for (history, input) in into.into_iter().zip(inputs) {
            history.block_mut(len).copy_from_slice(input);
        }
    }

    fn grow(&mut self, len: usize) {
        for index in 1..self.sizes.len() {
            let (smaller, larger) = self.sizes.split_at_mut(index);
            let smaller = &smaller[index - 1];
            let lag = |j: usize| j * smaller.bars;
            let newest = from_fn(|j| from_fn(|r| self.references[r].lagged(lag(j))));
            let folds = from_fn(|j| from_fn(|p| smaller.folds[p].lagged_from(lag(j), len)));
            let mut out = larger[0].folds.each_mut().map(|history| history.block_mut(len));
            quadruple::<F, R, P, O>(smaller.bars as f64, newest, folds, &mut out);
        }
    }
}

/// The pieces of a window by its digits to the base 4, smallest first.
fn disjoint(window: usize, bars: &[usize]) -> Vec<Place> {
    let mut pieces = Vec::new();
    let mut lag = 0;
    for (size, &bars_here) in bars.iter().enumerate() {
        for _ in 0..window / bars_here % 4 {
            pieces.push(Place { size, lag });
            lag += bars_here;
        }
    }
    pieces
}

/// As many pieces of the largest size as cover the window.
fn overlapping(window: usize, bars: &[usize]) -> Vec<Place> {
    let size = bars.len() - 1;
    let count = window.div_ceil(bars[size]);
    (0..count).map(|piece| Place { size, lag: (piece * bars[size]).min(window - bars[size]) }).collect()
}

impl<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize> State for Windows<F, R, P, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let len = outputs[0].len();
        self.take(inputs, len);
        self.grow(len);
        let found: Vec<_> = self.pieces.iter().map(|place| self.find(*place, len)).collect();
        let newest = from_fn(|r| self.references[r].lagged(0));
        let mut outputs = outputs.iter_mut();
        let mut out = from_fn(|_| &mut **outputs.next().expect("a state is fed as many outputs as it has"));
        assemble::<F, R, P, O>(&self.finish, newest, &found, &mut out);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// A piece of every window of the block at hand.
struct Found<'a, const R: usize, const P: usize> {
    bars: f64,
    lag: f64,
    newest: [&'a [f64]; R],
    folds: [&'a [f64]; P],
}

impl<F, const R: usize, const P: usize, const O: usize> Windows<F, R, P, O> {
    fn find(&self, place: Place, len: usize) -> Found<'_, R, P> {
        let size = &self.sizes[place.size];
        Found {
            bars: size.bars as f64,
            lag: place.lag as f64,
            newest: from_fn(|r| self.references[r].lagged(place.lag)),
            folds: from_fn(|p| size.folds[p].lagged_from(place.lag, len)),
        }
    }
}

/// `L` neighbouring values. Loaded before anything is stored, which is what lets the compiler use vector registers.
#[inline(always)]
pub(crate) fn lanes<const L: usize, const N: usize>(columns: &[&[f64]; N], at: usize) -> [[f64; L]; N] {
    from_fn(|n| columns[n][at..at + L].try_into().expect("a slice of L values"))
}

#[inline(always)]
fn lane<const L: usize, const N: usize>(lanes: &[[f64; L]; N], l: usize) -> [f64; N] {
    from_fn(|n| lanes[n][l])
}

#[inline(always)]
fn quadruple_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    bars: f64,
    newest: &[[&[f64]; R]; 4],
    folds: &[[&[f64]; P]; 4],
    out: &mut [&mut [f64]; P],
    at: usize,
) {
    let newest: [[[f64; L]; R]; 4] = from_fn(|j| lanes(&newest[j], at));
    let folds: [[[f64; L]; P]; 4] = from_fn(|j| lanes(&folds[j], at));
    let mut result = [[0.0; L]; P];
    for l in 0..L {
        let piece = |j: usize| Piece { bars, newest: lane(&newest[j], l), fold: lane(&folds[j], l) };
        let pair =
            |j: usize| Piece { bars: 2.0 * bars, newest: lane(&newest[j], l), fold: F::join(piece(j), piece(j + 1)) };
        let fold = F::join(pair(0), pair(2));
        for p in 0..P {
            result[p][l] = fold[p];
        }
    }
    for p in 0..P {
        out[p][at..at + L].copy_from_slice(&result[p]);
    }
}

#[inline(always)]
fn assemble_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    finish: &F,
    newest: &[&[f64]; R],
    pieces: &[Found<'_, R, P>],
    out: &mut [&mut [f64]; O],
    at: usize,
) {
    let newest: [[f64; L]; R] = lanes(newest, at);
    let mut folds: [[f64; L]; P] = lanes(&pieces[0].folds, at);
    for piece in &pieces[1..] {
        let older_newest: [[f64; L]; R] = lanes(&piece.newest, at);
        let older_folds: [[f64; L]; P] = lanes(&piece.folds, at);
        for l in 0..L {
            let newer = Piece { bars: piece.lag, newest: lane(&newest, l), fold: lane(&folds, l) };
            let older = Piece { bars: piece.bars, newest: lane(&older_newest, l), fold: lane(&older_folds, l) };
            let fold = F::join(newer, older);
            for p in 0..P {
                folds[p][l] = fold[p];
            }
        }
    }
    let bars = pieces.last().map_or(0.0, |oldest| oldest.lag + oldest.bars);
    let mut result = [[0.0; L]; O];
    for l in 0..L {
        let values = finish.finish(Piece { bars, newest: lane(&newest, l), fold: lane(&folds, l) });
        for o in 0..O {
            result[o][l] = values[o];
        }
    }
    for o in 0..O {
        out[o][at..at + L].copy_from_slice(&result[o]);
    }
}

leveled! {
    /// The folds of four times as many bars from those of `bars` bars at four lags.
    fn quadruple<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize>(
        bars: f64,
        newest: [[&[f64]; R]; 4],
        folds: [[&[f64]; P]; 4],
        out: &mut [&mut [f64]; P],
    ) {
        let len = out[0].len();
        let whole = len / 8 * 8;
        for at in (0..whole).step_by(8) {
            quadruple_at::<F, R, P, O, 8>(bars, &newest, &folds, out, at);
        }
        for at in whole..len {
            quadruple_at::<F, R, P, O, 1>(bars, &newest, &folds, out, at);
        }
    }

    /// The values of all windows of the block from their pieces.
    fn assemble<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize>(
        finish: &F,
        newest: [&[f64]; R],
        pieces: &[Found<'_, R, P>],
        out: &mut [&mut [f64]; O],
    ) {
        let len = out[0].len();
        let whole = len / 8 * 8;
        for at in (0..whole).step_by(8) {
            assemble_at::<F, R, P, O, 8>(finish, &newest, pieces, out, at);
        }
        for at in whole..len {
            assemble_at::<F, R, P, O, 1>(finish, &newest, pieces, out, at);
        }
    }
}

/// The sum of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Sum {
    /// The number of bars.
    pub window: usize,
}

/// The mean of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Mean {
    /// The number of bars.
    pub window: usize,
}

/// The smallest of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Min {
    /// The number of bars.
    pub window: usize,
}

/// The largest of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Max {
    /// The number of bars.
    pub window: usize,
}

impl Fold<0, 1, 1> for Sum {
    #[inline(always)]
    fn join(newer: Piece<0, 1>, older: Piece<0, 1>) -> [f64; 1] {
        [newer.fold[0] + older.fold[0]]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<0, 1>) -> [f64; 1] {
        window.fold
    }
}

impl Fold<0, 1, 1> for Mean {
    #[inline(always)]
    fn join(newer: Piece<0, 1>, older: Piece<0, 1>) -> [f64; 1] {
        Sum::join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Piece<0, 1>) -> [f64; 1] {
        [window.fold[0] / window.bars]
    }
}

impl Fold<0, 1, 1> for Min {
    const OVERLAPS: bool = true;

    #[inline(always)]
    fn join(newer: Piece<0, 1>, older: Piece<0, 1>) -> [f64; 1] {
        let (a, b) = (newer.fold[0], older.fold[0]);
        // A NaN on either side is kept.
        [if a < b || a.is_nan() { a } else { b }]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<0, 1>) -> [f64; 1] {
        window.fold
    }
}

impl Fold<0, 1, 1> for Max {
    const OVERLAPS: bool = true;

    #[inline(always)]
    fn join(newer: Piece<0, 1>, older: Piece<0, 1>) -> [f64; 1] {
        let (a, b) = (newer.fold[0], older.fold[0]);
        // A NaN on either side is kept.
        [if a > b || a.is_nan() { a } else { b }]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<0, 1>) -> [f64; 1] {
        window.fold
    }
}

/// Implements `Kernel` for folds over windows.
macro_rules! windowed {
    ($($kernel:ty: $outputs:literal),+ $(,)?) => {$(
        impl Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                self.window - 1
            }

            fn start(&self) -> Box<dyn State> {
                Box::new(Windows::new(self.clone(), self.window))
            }
        }
    )+};
}
pub(crate) use windowed;

windowed!(Sum: 1, Mean: 1, Min: 1, Max: 1);

const _: () = assert!(BLOCK.is_multiple_of(8));
