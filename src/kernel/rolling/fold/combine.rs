//! The pieces of neighbouring windows, joined side by side.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::array::from_fn;
use std::ops::Range;

use super::aggregate::{Fold, Piece, both, few, pair};
use super::decomposition::{Part, Place};
use crate::kernel::simd::canonical_nan::canonical;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{TILE, lane, tiles};
use crate::kernel::state::ring_buffer::History;

/// Some bars of a block, and those before them.
pub(crate) struct Stretch<'a, const R: usize> {
    /// The inputs, of `before` bars before them too.
    pub(crate) inputs: [&'a [f64]; R],
    pub(crate) before: usize,
    /// Where they are in the block.
    pub(crate) bars: Range<usize>,
}

impl<const R: usize> Stretch<'_, R> {
    /// The inputs as they were `lag` bars before.
    #[inline(always)]
    fn lagged(&self, lag: usize) -> [&[f64]; R] {
        self.inputs.map(|input| &input[self.before - lag..][..self.bars.len()])
    }

    /// What belongs to these bars in columns of the block.
    pub(crate) fn cut<'b, const N: usize>(&self, columns: &'b mut [&mut [f64]; N]) -> [&'b mut [f64]; N] {
        columns.each_mut().map(|column| &mut column[self.bars.clone()])
    }
}

/// The folds of all parts of one kind.
#[derive(Clone)]
pub(crate) struct Folds<const P: usize> {
    pub(crate) part: Part,
    pub(crate) columns: [History; P],
}

/// The pieces of one kind of some windows, one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a, const R: usize, const P: usize> {
    bars: f64,
    lag: f64,
    newest: [&'a [f64]; R],
    folds: [&'a [f64]; P],
}

/// The `N` pieces of a part.
pub(crate) fn sources<'a, F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const N: usize>(
    stretch: &'a Stretch<'_, R>,
    parts: &'a [Folds<P>],
    part: &Part,
) -> [Source<'a, R, P>; N] {
    from_fn(|n| {
        let Place { part, bars: count, lag } = part.places[n];
        let newest = stretch.lagged(if F::OVERLAPS { 0 } else { lag });
        let folds = if F::PLAIN && count == 1 {
            from_fn(|p| newest[p])
        } else {
            parts[part].columns.each_ref().map(|column| &column.lagged(lag)[stretch.bars.clone()])
        };
        Source { bars: count as f64, lag: lag as f64, newest, folds }
    })
}

/// `L` neighbouring pieces of one kind.
#[derive(Clone, Copy)]
struct Pieces<'a, const R: usize, const P: usize, const L: usize> {
    bars: f64,
    lag: f64,
    newest: [&'a [f64; L]; R],
    folds: [&'a [f64; L]; P],
}

impl<'a, const R: usize, const P: usize, const L: usize> Pieces<'a, R, P, L> {
    #[inline(always)]
    fn new(source: &Source<'a, R, P>, at: usize) -> Self {
        let Source { bars, lag, newest, folds } = source;
        Self { bars: *bars, lag: *lag, newest: tiles(newest, at), folds: tiles(folds, at) }
    }

    #[inline(always)]
    fn lane(&self, l: usize) -> Piece<R, P> {
        Piece { bars: self.bars, newest: lane(&self.newest, l), fold: lane(&self.folds, l) }
    }
}

/// The pieces of `L` neighbouring windows.
#[inline(always)]
fn pieces<'a, const R: usize, const P: usize, const N: usize, const L: usize>(
    sources: &[Source<'a, R, P>; N],
    at: usize,
) -> [Pieces<'a, R, P, L>; N] {
    let mut pieces = [Pieces::new(&sources[0], at); N];
    for n in 1..N {
        pieces[n] = Pieces::new(&sources[n], at);
    }
    pieces
}

/// Joins the pieces of one window, in pairs as far as there are, so that no join waits for all before it.
#[inline(always)]
fn joined<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const N: usize, const L: usize>(
    pieces: &[Pieces<'_, R, P, L>; N],
    l: usize,
) -> Piece<R, P> {
    // Where pieces overlap it is the way between their newest bars that counts.
    let bars = |piece: Piece<R, P>, bars: f64| Piece { bars, ..piece };
    let mut window = pieces[0].lane(l);
    if N > 1 {
        window = both::<F, R, P, O>(bars(window, pieces[1].lag), pieces[1].lane(l));
    }
    if N > 2 {
        let mut older = pieces[2].lane(l);
        if N > 3 {
            older = both::<F, R, P, O>(bars(older, pieces[3].lag - pieces[2].lag), pieces[3].lane(l));
        }
        window = both::<F, R, P, O>(bars(window, pieces[2].lag), older);
    }
    if N > 4 {
        window = both::<F, R, P, O>(bars(window, pieces[4].lag), pieces[4].lane(l));
    }
    window
}

/// The values of a window, as they are given out.
#[inline(always)]
fn finished<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize>(
    fold: &F,
    window: Piece<R, P>,
) -> [f64; O] {
    let mut values = fold.finish(window);
    for o in 0..O {
        values[o] = canonical(values[o]);
    }
    values
}

/// Values of each of `N` columns on the way, at the start of a cache line.
#[repr(align(64))]
struct Tile<const N: usize>([[f64; TILE]; N]);

/// Puts `$value` of lane `$l` of each of `$n` columns in its place, for `L` lanes.
macro_rules! fill {
    ($out:ident: $n:ident, $values:ident, $at:expr, |$l:ident| $value:expr) => {{
        for $l in 0..L {
            let value = $value;
            for n in 0..$n {
                $values.0[n][$l] = value[n];
            }
        }
        for (out, values) in $out.iter_mut().zip(&$values.0) {
            out[$at..$at + L].copy_from_slice(&values[..L]);
        }
    }};
}

/// Calls `$at::<.., L>` for tiles of `L` bars that cover all. The last tile may begin before where others end: the
/// values come out the same.
macro_rules! cover {
    ($out:ident, $at:ident::<$($generic:tt),+>($($arg:expr),*)) => {{
        let len = $out[0].len();
        let mut values = Tile([[0.0; TILE]; _]);
        if len < TILE {
            for at in 0..len {
                $at::<$($generic),+, 1>($($arg),*, at, &mut values, $out);
            }
        } else {
            for at in (0..len).step_by(TILE) {
                $at::<$($generic),+, TILE>($($arg),*, at.min(len - TILE), &mut values, $out);
            }
        }
    }};
}

#[inline(always)]
fn ones_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    bars: &[&[f64]; R],
    at: usize,
    values: &mut Tile<P>,
    out: &mut [&mut [f64]; P],
) {
    let bars = tiles::<L, R>(bars, at);
    fill!(out: P, values, at, |l| F::single(lane(&bars, l)));
}

#[inline(always)]
fn twos_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    bars: &[[&[f64]; R]; 2],
    at: usize,
    values: &mut Tile<P>,
    out: &mut [&mut [f64]; P],
) {
    let (newer, older) = (tiles::<L, R>(&bars[0], at), tiles::<L, R>(&bars[1], at));
    fill!(out: P, values, at, |l| pair::<F, R, P, O>([lane(&newer, l), lane(&older, l)]).fold);
}

#[inline(always)]
fn fours_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const L: usize>(
    bars: &[[&[f64]; R]; 4],
    at: usize,
    values: &mut Tile<P>,
    out: &mut [&mut [f64]; P],
) {
    let (a, b) = (tiles::<L, R>(&bars[0], at), tiles::<L, R>(&bars[1], at));
    let (c, d) = (tiles::<L, R>(&bars[2], at), tiles::<L, R>(&bars[3], at));
    fill!(out: P, values, at, |l| F::four([lane(&a, l), lane(&b, l), lane(&c, l), lane(&d, l)]));
}

#[inline(always)]
fn join_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const N: usize, const L: usize>(
    sources: &[Source<'_, R, P>; N],
    at: usize,
    values: &mut Tile<P>,
    out: &mut [&mut [f64]; P],
) {
    let pieces = pieces::<R, P, N, L>(sources, at);
    fill!(out: P, values, at, |l| joined::<F, R, P, O, N, L>(&pieces, l).fold);
}

#[inline(always)]
fn assemble_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const N: usize, const L: usize>(
    fold: &F,
    window: usize,
    sources: &[Source<'_, R, P>; N],
    at: usize,
    values: &mut Tile<O>,
    out: &mut [&mut [f64]; O],
) {
    let pieces = pieces::<R, P, N, L>(sources, at);
    fill!(out: O, values, at, |l| {
        finished(fold, Piece { bars: window as f64, ..joined::<F, R, P, O, N, L>(&pieces, l) })
    });
}

#[inline(always)]
fn few_at<F: Fold<R, P, O>, const R: usize, const P: usize, const O: usize, const W: usize, const L: usize>(
    fold: &F,
    bars: &[[&[f64]; R]; W],
    at: usize,
    values: &mut Tile<O>,
    out: &mut [&mut [f64]; O],
) {
    let mut cut = [tiles::<L, R>(&bars[0], at); W];
    for n in 1..W {
        cut[n] = tiles::<L, R>(&bars[n], at);
    }
    fill!(out: O, values, at, |l| {
        let mut bars = [[0.0; R]; W];
        for n in 0..W {
            bars[n] = lane(&cut[n], l);
        }
        finished(fold, few::<F, R, P, O, W>(bars))
    });
}

leveled! {
    pub(crate) fn ones<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize>(
        stretch: &Stretch<'_, R>,
        out: &mut [&mut [f64]; P],
    ) {
        let bars = stretch.lagged(0);
        cover!(out, ones_at::<F, R, P, O>(&bars));
    }

    pub(crate) fn twos<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize>(
        stretch: &Stretch<'_, R>,
        out: &mut [&mut [f64]; P],
    ) {
        let bars = [stretch.lagged(0), stretch.lagged(1)];
        cover!(out, twos_at::<F, R, P, O>(&bars));
    }

    pub(crate) fn fours<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize>(
        stretch: &Stretch<'_, R>,
        out: &mut [&mut [f64]; P],
    ) {
        let bars = [stretch.lagged(0), stretch.lagged(1), stretch.lagged(2), stretch.lagged(3)];
        cover!(out, fours_at::<F, R, P, O>(&bars));
    }

    /// The folds of parts of `N` pieces.
    pub(crate) fn join<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize, const N: usize>(
        sources: &[Source<'_, R, P>; N],
        out: &mut [&mut [f64]; P],
    ) {
        cover!(out, join_at::<F, R, P, O, N>(sources));
    }

    /// The values of windows of `W` bars, fewer than 8.
    pub(crate) fn windows_of_few<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize, const W: usize>(
        fold: &F,
        stretch: &Stretch<'_, R>,
        out: &mut [&mut [f64]; O],
    ) {
        let bars: [[&[f64]; R]; W] = from_fn(|lag| stretch.lagged(lag));
        cover!(out, few_at::<F, R, P, O, W>(fold, &bars));
    }

    /// The values of windows of `N` pieces.
    pub(crate) fn assemble<F: Fold<R, P, O>; const R: usize, const P: usize, const O: usize, const N: usize>(
        fold: &F,
        window: usize,
        sources: &[Source<'_, R, P>; N],
        out: &mut [&mut [f64]; O],
    ) {
        cover!(out, assemble_at::<F, R, P, O, N>(fold, window, sources));
    }
}
