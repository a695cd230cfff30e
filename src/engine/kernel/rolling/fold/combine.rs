//! The inner loops of sliding-window aggregation: lift, combine and lower tiles of neighbouring windows.
//!
//! Segments are combined as a balanced tree, not left to right, which shortens the dependency chain and the rounding
//! error.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::array::from_fn;
use std::ops::Range;

use super::aggregate::{Aggregate, Partial, combined};
use super::decomposition::{Row, Segment};
use crate::kernel::simd::canonical_nan::canonical_each;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{for_each_tile, lane, store_lanes, tiles};
use crate::kernel::state::ring_buffer::History;

/// A range of bars in a block, and their history.
pub(crate) struct BlockRange<'a, const R: usize> {
    /// The inputs, preceded by `before` bars of history.
    pub(crate) inputs: [&'a [f64]; R],
    pub(crate) before: usize,
    /// The position of the range in the block.
    pub(crate) bars: Range<usize>,
}

impl<const R: usize> BlockRange<'_, R> {
    /// The inputs, lagged by `lag` bars.
    #[inline(always)]
    fn lagged(&self, lag: usize) -> [&[f64]; R] {
        self.inputs.map(|input| &input[self.before - lag..][..self.bars.len()])
    }

    /// The slices of the columns of the block at these bars.
    pub(crate) fn slices<'b, const N: usize>(&self, columns: &'b mut [&mut [f64]; N]) -> [&'b mut [f64]; N] {
        columns.each_mut().map(|column| &mut column[self.bars.clone()])
    }
}

/// A row of the sparse table with its partial aggregates.
#[derive(Clone)]
pub(crate) struct TableRow<const P: usize> {
    pub(crate) row: Row,
    pub(crate) columns: [History; P],
}

/// A segment of neighbouring windows, in columns.
#[derive(Clone, Copy)]
pub(crate) struct SegmentColumns<'a, const R: usize, const P: usize> {
    bars: f64,
    lag: f64,
    newest: [&'a [f64]; R],
    partials: [&'a [f64]; P],
}

/// The `N` segments that a row combines.
pub(crate) fn columns_of<'a, F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize, const N: usize>(
    range: &'a BlockRange<'_, R>,
    rows: &'a [TableRow<P>],
    row: &Row,
) -> [SegmentColumns<'a, R, P>; N] {
    from_fn(|n| {
        let Segment { row, bars: count, lag } = row.segments[n];
        let newest = range.lagged(if F::IDEMPOTENT { 0 } else { lag });
        let partials = if F::LIFT_IS_IDENTITY && count == 1 {
            from_fn(|p| newest[p])
        } else {
            rows[row].columns.each_ref().map(|column| &column.lagged(lag)[range.bars.clone()])
        };
        SegmentColumns { bars: count as f64, lag: lag as f64, newest, partials }
    })
}

/// A segment of `L` neighbouring windows.
#[derive(Clone, Copy)]
struct PartialTile<'a, const R: usize, const P: usize, const L: usize> {
    bars: f64,
    lag: f64,
    newest: [&'a [f64; L]; R],
    partials: [&'a [f64; L]; P],
}

impl<'a, const R: usize, const P: usize, const L: usize> PartialTile<'a, R, P, L> {
    #[inline(always)]
    fn new(source: &SegmentColumns<'a, R, P>, at: usize) -> Self {
        let SegmentColumns { bars, lag, newest, partials } = source;
        Self { bars: *bars, lag: *lag, newest: tiles(newest, at), partials: tiles(partials, at) }
    }

    #[inline(always)]
    fn lane(&self, l: usize) -> Partial<R, P> {
        Partial { bars: self.bars, newest: lane(&self.newest, l), agg: lane(&self.partials, l) }
    }
}

/// The segments of `L` neighbouring windows.
#[inline(always)]
fn load_segments<'a, const R: usize, const P: usize, const N: usize, const L: usize>(
    columns: &[SegmentColumns<'a, R, P>; N],
    at: usize,
) -> [PartialTile<'a, R, P, L>; N] {
    let mut segments = [PartialTile::new(&columns[0], at); N];
    for n in 1..N {
        segments[n] = PartialTile::new(&columns[n], at);
    }
    segments
}

/// Combines the segments of one window as a balanced tree.
#[inline(always)]
fn combine_segments<
    F: Aggregate<R, P, O>,
    const R: usize,
    const P: usize,
    const O: usize,
    const N: usize,
    const L: usize,
>(
    segments: &[PartialTile<'_, R, P, L>; N],
    l: usize,
) -> Partial<R, P> {
    // For overlapping segments the distance between their newest bars counts, not the length.
    let bars = |segment: Partial<R, P>, bars: f64| Partial { bars, ..segment };
    let mut window = segments[0].lane(l);
    if N > 1 {
        window = combined::<F, R, P, O>(bars(window, segments[1].lag), segments[1].lane(l));
    }
    if N > 2 {
        let mut older = segments[2].lane(l);
        if N > 3 {
            older = combined::<F, R, P, O>(bars(older, segments[3].lag - segments[2].lag), segments[3].lane(l));
        }
        window = combined::<F, R, P, O>(bars(window, segments[2].lag), older);
    }
    if N > 4 {
        window = combined::<F, R, P, O>(bars(window, segments[4].lag), segments[4].lane(l));
    }
    window
}

/// As `for_each_tile!`, with as many lanes as leave the columns of a segment in the registers of AVX2. What the loops read of
/// aggregates and columns is copied first, so that the compiler knows that it stays, and divides by lengths only once.
macro_rules! for_lanes {
    ($columns:ident, $($call:tt)*) => {
        if $columns > 2 { for_each_tile!({ 8 }, $($call)*) } else { for_each_tile!({ 16 }, $($call)*) }
    };
}

#[inline(always)]
fn lift_rows_at<
    F: Aggregate<R, P, O>,
    const R: usize,
    const P: usize,
    const O: usize,
    const W: usize,
    const L: usize,
>(
    bars: &[[&[f64]; R]; W],
    out: &mut [&mut [f64]; P],
    at: usize,
) {
    let mut slices = [tiles::<L, R>(&bars[0], at); W];
    for n in 1..W {
        slices[n] = tiles::<L, R>(&bars[n], at);
    }
    store_lanes!(out: P, at, |l| F::lift_many(bars_of(&slices, l)));
}

/// The bars of one window.
#[inline(always)]
fn bars_of<const R: usize, const W: usize, const L: usize>(slices: &[[&[f64; L]; R]; W], l: usize) -> [[f64; R]; W] {
    let mut bars = [[0.0; R]; W];
    for n in 0..W {
        bars[n] = lane(&slices[n], l);
    }
    bars
}

#[inline(always)]
fn combine_rows_at<
    F: Aggregate<R, P, O>,
    const R: usize,
    const P: usize,
    const O: usize,
    const N: usize,
    const L: usize,
>(
    columns: &[SegmentColumns<'_, R, P>; N],
    out: &mut [&mut [f64]; P],
    at: usize,
) {
    let segments = load_segments::<R, P, N, L>(columns, at);
    store_lanes!(out: P, at, |l| combine_segments::<F, R, P, O, N, L>(&segments, l).agg);
}

#[inline(always)]
fn lower_windows_at<
    F: Aggregate<R, P, O>,
    const R: usize,
    const P: usize,
    const O: usize,
    const N: usize,
    const L: usize,
>(
    aggregate: &F,
    window: usize,
    columns: &[SegmentColumns<'_, R, P>; N],
    out: &mut [&mut [f64]; O],
    at: usize,
) {
    let segments = load_segments::<R, P, N, L>(columns, at);
    store_lanes!(out: O, at, |l| {
        let combined = combine_segments::<F, R, P, O, N, L>(&segments, l);
        canonical_each(aggregate.lower(Partial { bars: window as f64, ..combined }))
    });
}

#[inline(always)]
fn lower_short_windows_at<
    F: Aggregate<R, P, O>,
    const R: usize,
    const P: usize,
    const O: usize,
    const W: usize,
    const L: usize,
>(
    aggregate: &F,
    bars: &[[&[f64]; R]; W],
    out: &mut [&mut [f64]; O],
    at: usize,
) {
    let mut slices = [tiles::<L, R>(&bars[0], at); W];
    for n in 1..W {
        slices[n] = tiles::<L, R>(&bars[n], at);
    }
    store_lanes!(out: O, at, |l| {
        let bars = bars_of(&slices, l);
        let window = Partial { bars: W as f64, newest: bars[0], agg: F::lift_many(bars) };
        canonical_each(aggregate.lower(window))
    });
}

leveled! {
    /// The aggregates of a row that is lifted from `W` bars.
    pub(crate) fn lift_rows<F: Aggregate<R, P, O>; const R: usize, const P: usize, const O: usize, const W: usize>(
        range: &BlockRange<'_, R>,
        out: &mut [&mut [f64]; P],
    ) {
        let bars: [[&[f64]; R]; W] = from_fn(|lag| range.lagged(lag));
        for_lanes!(P, out[0].len(), lift_rows_at::<F, R, P, O, W>(&bars, out));
    }

    /// The aggregates of a row that combines `N` segments.
    pub(crate) fn combine_rows<F: Aggregate<R, P, O>; const R: usize, const P: usize, const O: usize, const N: usize>(
        columns: &[SegmentColumns<'_, R, P>; N],
        out: &mut [&mut [f64]; P],
    ) {
        let columns = &columns.clone();
        let columns = &columns.clone();
        for_lanes!(P, out[0].len(), combine_rows_at::<F, R, P, O, N>(columns, out));
    }

    /// The results of windows of `W` bars, fewer than 8.
    pub(crate) fn lower_short_windows<F: Aggregate<R, P, O>; const R: usize, const P: usize, const O: usize, const W: usize>(
        aggregate: &F,
        range: &BlockRange<'_, R>,
        out: &mut [&mut [f64]; O],
    ) {
        let bars: [[&[f64]; R]; W] = from_fn(|lag| range.lagged(lag));
        let (bars, aggregate) = (&bars.clone(), &aggregate.clone());
        let aggregate = &aggregate.clone();
        for_lanes!(P, out[0].len(), lower_short_windows_at::<F, R, P, O, W>(aggregate, &bars, out));
    }

    /// The results of windows of `N` segments.
    pub(crate) fn lower_windows<F: Aggregate<R, P, O>; const R: usize, const P: usize, const O: usize, const N: usize>(
        aggregate: &F,
        window: usize,
        columns: &[SegmentColumns<'_, R, P>; N],
        out: &mut [&mut [f64]; O],
    ) {
        let (columns, aggregate) = (&columns.clone(), &aggregate.clone());
        let (aggregate, columns) = (&aggregate.clone(), &columns.clone());
        for_lanes!(P, out[0].len(), lower_windows_at::<F, R, P, O, N>(aggregate, window, columns, out));
    }
}
