//! Windows of the newest `w` bars, folded so that each value is a pure function of its own `w` inputs.
//!
//! The folds of 4, 16, 64 ... bars are kept side by side, each made of four of the size before; a window is put
//! together from a few of each size, the smallest at the newest end. Nothing is carried along the series, so nothing
//! drifts, a NaN is gone as soon as the window has passed it, and the cost grows with the logarithm of `w`.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::array::from_fn;

use super::history::History;
use super::lanes::{TILE, array, in_tiles, lane};
use super::level::leveled;
use super::seam::Seam;
use super::{Field, Fields, State};

/// What is folded over a window of `R` inputs: `P` numbers for a piece of it, and `O` values for the whole.
pub(crate) trait Fold<const R: usize, const P: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// A fold of two pieces is right even where they overlap.
    const OVERLAPS: bool = false;

    /// A NaN may be lost in joining, and the windows that hold one are told apart.
    const BLIND: bool = false;

    /// The fold of a single bar; NaN if the bar is.
    fn single(bar: [f64; R]) -> [f64; P];

    /// The fold of a newer and an older piece.
    fn join(newer: Piece<R, P>, older: Piece<R, P>) -> [f64; P];

    /// The fold of four bars, newest first.
    #[inline(always)]
    fn four(bars: [[f64; R]; 4]) -> [f64; P] {
        four_pieces::<Self, R, P, O>(1.0, bars, bars.map(Self::single))
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

/// The state of a fold over windows of `w` bars.
#[derive(Clone)]
pub(crate) struct Windows<F, const R: usize, const P: usize, const O: usize> {
    fold: F,
    window: usize,
    /// For how many bars to come a window holds a NaN, if the fold is blind.
    missing: usize,
    seams: [Seam; R],
    /// The folds of 4, 16, 64 ... bars.
    sizes: Vec<Size<P>>,
    /// The pieces of a window, newest first.
    pieces: Vec<Place>,
}

/// The folds of all pieces of one size.
#[derive(Clone)]
struct Size<const P: usize> {
    bars: usize,
    folds: [History; P],
}

/// Where one piece of a window is found.
#[derive(Clone, Copy)]
struct Place {
    /// The index of its size, if it is more than a single bar.
    size: Option<usize>,
    bars: usize,
    lag: usize,
}

impl<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize> Windows<F, R, P, O> {
    /// The fold over windows of `window` bars, 1 or more.
    pub(crate) fn new(fold: F, window: usize) -> Self {
        // A larger size is worth its while where more than one piece is of it, unless it leaves few others.
        let worth = |bars: usize| bars == 1 || bars <= if F::OVERLAPS { window } else { window / 2 };
        let bars: Vec<usize> = std::iter::successors(Some(1), |&b| Some(b * 4)).take_while(|&b| worth(b)).collect();
        let pieces = if F::OVERLAPS { overlapping(window, &bars) } else { disjoint(window, &bars) };
        let keep =
            |bars| pieces.iter().filter(|piece| piece.bars == bars).map(|piece| piece.lag).fold(3 * bars, usize::max);
        let size = |&bars: &usize| Size { bars, folds: from_fn(|_| History::new(keep(bars))) };
        let sizes = bars.iter().skip(1).map(size).collect();
        Self { fold, window, missing: window - 1, seams: from_fn(|_| Seam::new(window.max(4), TILE)), sizes, pieces }
    }

    fn grow(&mut self, block: [&[f64]; R]) {
        let inputs = Inputs { seams: &self.seams, block };
        for index in 0..self.sizes.len() {
            let (smaller, larger) = self.sizes.split_at_mut(index);
            let mut out = larger[0].folds.each_mut().map(|history| history.block_mut(block[0].len()));
            match smaller.last() {
                None => fours::<F, R, P, O>(&inputs, &mut out),
                Some(smaller) => quadruples::<F, R, P, O>(smaller, &inputs, &mut out),
            }
        }
    }
}

impl<F, const R: usize, const P: usize, const O: usize> Windows<F, R, P, O> {
    /// Puts NaN where a window holds one.
    fn blank(&mut self, block: [&[f64]; R], out: &mut [&mut [f64]; O]) {
        for at in 0..block[0].len() {
            if block.iter().any(|block| block[at].is_nan()) {
                self.missing = self.window;
            }
            if self.missing > 0 {
                self.missing -= 1;
                out.iter_mut().for_each(|out| out[at] = f64::NAN);
            }
        }
    }
}

/// As few pieces as there can be, smallest first.
fn disjoint(window: usize, sizes: &[usize]) -> Vec<Place> {
    let mut pieces = Vec::new();
    let mut lag = 0;
    for (index, &bars) in sizes.iter().enumerate() {
        let left = window - lag;
        let count = sizes.get(index + 1).map_or(left, |larger| left % larger) / bars;
        for _ in 0..count {
            pieces.push(Place { size: index.checked_sub(1), bars, lag });
            lag += bars;
        }
    }
    pieces
}

/// As many pieces of the largest size as cover the window.
fn overlapping(window: usize, sizes: &[usize]) -> Vec<Place> {
    let bars = sizes[sizes.len() - 1];
    let size = sizes.len().checked_sub(2);
    (0..window.div_ceil(bars)).map(|piece| Place { size, bars, lag: (piece * bars).min(window - bars) }).collect()
}

impl<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize> State for Windows<F, R, P, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let block: [&[f64]; R] = from_fn(|r| inputs[r]);
        self.seams.iter_mut().zip(block).for_each(|(seam, block)| seam.begin(block));
        self.grow(block);
        let mut outputs = outputs.iter_mut();
        let mut out = from_fn(|_| &mut **outputs.next().expect("a state is fed as many outputs as it has"));
        assemble::<F, R, P, O>(self, &Inputs { seams: &self.seams, block }, &mut out);
        self.seams.iter_mut().zip(block).for_each(|(seam, block)| seam.end(block));
        if F::BLIND && (self.missing > 0 || block.iter().any(|block| any_nan(block))) {
            self.blank(block, &mut out);
        }
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.missing, &mut self.seams]);
        self.sizes.iter_mut().for_each(|size| size.folds.pass(fields));
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// `L` neighbouring values of each column, `lag` bars before.
#[inline(always)]
fn tile<const L: usize, const N: usize>(columns: &[History; N], lag: usize, at: usize) -> [&[f64; L]; N] {
    array(const { &[0.0; L] }, |n| columns[n].lagged(lag)[at..at + L].try_into().expect("a slice of L values"))
}

/// The inputs of a block, and what was before it.
struct Inputs<'a, const R: usize> {
    seams: &'a [Seam; R],
    block: [&'a [f64]; R],
}

impl<'a, const R: usize> Inputs<'a, R> {
    #[inline(always)]
    fn tile<const L: usize>(&self, lag: usize, at: usize) -> [&'a [f64; L]; R] {
        array(const { &[0.0; L] }, |r| {
            self.seams[r].lagged(self.block[r], lag, at, L).try_into().expect("a slice of L values")
        })
    }
}

/// `L` values of each of `N` columns on the way, at the start of a cache line.
#[repr(align(64))]
struct Tile<const L: usize, const N: usize>([[f64; L]; N]);

/// Puts `L` values of each of `N` columns in their place.
#[inline(always)]
fn fill<const L: usize, const N: usize>(out: &mut [&mut [f64]; N], at: usize, value: impl Fn(usize) -> [f64; N]) {
    let mut values = Tile([[0.0; L]; N]);
    for l in 0..L {
        let value = value(l);
        for n in 0..N {
            values.0[n][l] = value[n];
        }
    }
    for n in 0..N {
        out[n][at..at + L].copy_from_slice(&values.0[n]);
    }
}

#[inline(always)]
fn four_pieces<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize>(
    bars: f64,
    newest: [[f64; R]; 4],
    folds: [[f64; P]; 4],
) -> [f64; P] {
    let piece = |j: usize| Piece { bars, newest: newest[j], fold: folds[j] };
    let pair = |j: usize| Piece { bars: 2.0 * bars, newest: newest[j], fold: F::join(piece(j), piece(j + 1)) };
    F::join(pair(0), pair(2))
}

#[inline(always)]
fn fours_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    inputs: &Inputs<'_, R>,
    out: &mut [&mut [f64]; P],
    at: usize,
) {
    let bars: [[&[f64; L]; R]; 4] = array([const { &[0.0; L] }; R], |j| inputs.tile(j, at));
    fill::<L, P>(out, at, |l| F::four(array([0.0; R], |j| lane(&bars[j], l))));
}

#[inline(always)]
fn quadruples_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    smaller: &Size<P>,
    inputs: &Inputs<'_, R>,
    out: &mut [&mut [f64]; P],
    at: usize,
) {
    let newest: [[&[f64; L]; R]; 4] = array([const { &[0.0; L] }; R], |j| inputs.tile(j * smaller.bars, at));
    let folds: [[&[f64; L]; P]; 4] = array([const { &[0.0; L] }; P], |j| tile(&smaller.folds, j * smaller.bars, at));
    let bars = smaller.bars as f64;
    fill::<L, P>(out, at, |l| {
        four_pieces::<F, R, P, O>(
            bars,
            array([0.0; R], |j| lane(&newest[j], l)),
            array([0.0; P], |j| lane(&folds[j], l)),
        )
    });
}

/// A piece of each of `L` neighbouring windows.
struct Pieces<'a, const R: usize, const P: usize, const L: usize> {
    bars: f64,
    lag: f64,
    newest: [&'a [f64; L]; R],
    /// The folds, if they are more than single bars.
    folds: Option<[&'a [f64; L]; P]>,
}

impl<F, const R: usize, const P: usize, const O: usize> Windows<F, R, P, O> {
    #[inline(always)]
    fn pieces<'a, const L: usize>(&'a self, inputs: &Inputs<'a, R>, place: Place, at: usize) -> Pieces<'a, R, P, L> {
        Pieces {
            bars: place.bars as f64,
            lag: place.lag as f64,
            newest: inputs.tile(place.lag, at),
            folds: place.size.map(|size| tile(&self.sizes[size].folds, place.lag, at)),
        }
    }
}

/// Joins older pieces to the folds of all newer ones; the first have none.
#[inline(always)]
fn join<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    folds: &mut Tile<L, P>,
    newest: &[&[f64; L]; R],
    older: &Pieces<'_, R, P, L>,
    fold: impl Fn(usize) -> [f64; P],
) {
    let first = older.lag == 0.0;
    for l in 0..L {
        let newer = Piece { bars: older.lag, newest: lane(newest, l), fold: array(0.0, |p| folds.0[p][l]) };
        let older = Piece { bars: older.bars, newest: lane(&older.newest, l), fold: fold(l) };
        let joined = if first { older.fold } else { F::join(newer, older) };
        for p in 0..P {
            folds.0[p][l] = joined[p];
        }
    }
}

#[inline(always)]
fn assemble_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    windows: &Windows<F, R, P, O>,
    inputs: &Inputs<'_, R>,
    out: &mut [&mut [f64]; O],
    at: usize,
) {
    let newest: [&[f64; L]; R] = inputs.tile(0, at);
    let mut folds = Tile([[0.0; L]; P]);
    let mut bars = 0.0;
    for place in &windows.pieces {
        let pieces = windows.pieces::<L>(inputs, *place, at);
        match pieces.folds {
            None => join::<F, R, P, O, L>(&mut folds, &newest, &pieces, |l| F::single(lane(&pieces.newest, l))),
            Some(found) => join::<F, R, P, O, L>(&mut folds, &newest, &pieces, |l| lane(&found, l)),
        }
        bars = pieces.lag + pieces.bars;
    }
    fill::<L, O>(out, at, |l| {
        windows.fold.finish(Piece { bars, newest: lane(&newest, l), fold: array(0.0, |p| folds.0[p][l]) })
    });
}

leveled! {
    fn any_nan(values: &[f64]) -> bool {
        values.iter().fold(false, |any, value| any | value.is_nan())
    }

    /// The folds of four bars.
    fn fours<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize>(
        inputs: &Inputs<'_, R>,
        out: &mut [&mut [f64]; P],
    ) {
        in_tiles!(out[0].len(), fours_at::<F, R, P, O>(inputs, out));
    }

    /// The folds of four times as many bars as there are in a smaller piece.
    fn quadruples<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize>(
        smaller: &Size<P>,
        inputs: &Inputs<'_, R>,
        out: &mut [&mut [f64]; P],
    ) {
        in_tiles!(out[0].len(), quadruples_at::<F, R, P, O>(smaller, inputs, out));
    }

    /// The values of all windows of the block.
    fn assemble<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize>(
        windows: &Windows<F, R, P, O>,
        inputs: &Inputs<'_, R>,
        out: &mut [&mut [f64]; O],
    ) {
        in_tiles!(out[0].len(), assemble_at::<F, R, P, O>(windows, inputs, out));
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
