//! The inner loops of sliding-window aggregation: lift, combine and lower eight neighbouring windows at a time.
//!
//! Segments are combined as a balanced tree, not left to right, which shortens the dependency chain and the rounding
//! error. The loops are over explicit registers: loops over lanes in arrays are vectorised or not by accident, and take
//! three times as long to compile.

use std::array::from_fn;
use std::ops::Range;
use std::slice;

use super::aggregate::{Aggregate, Partial, combined};
use super::decomposition::{Row, Segment};
use crate::kernel::simd::canonical_nan::canonicalize_chunks;
use crate::kernel::simd::vector8::{Vector8, vectored};
use crate::kernel::state::ring_buffer::History;

/// The number of windows that are computed at a time.
const WIDTH: usize = 8;

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
    fn lagged(&self, lag: usize) -> [&[f64]; R] {
        self.inputs.map(|input| &input[self.before - lag..][..self.bars.len()])
    }

    /// The newest `W` bars of each window, as segments without partial aggregates.
    fn newest<const W: usize>(&self) -> [SegmentColumns<'_, R, 0>; W] {
        from_fn(|lag| SegmentColumns { bars: 1.0, lag: lag as f64, newest: self.lagged(lag), partials: [] })
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
        let partials = rows[row].columns.each_ref().map(|column| &column.lagged(lag)[range.bars.clone()]);
        SegmentColumns { bars: count as f64, lag: lag as f64, newest, partials }
    })
}

/// Eight neighbouring values.
type Chunk = [f64; WIDTH];

/// A column in whole chunks.
type Chunks<'a> = &'a [Chunk];

/// A segment of neighbouring windows, in whole chunks.
#[derive(Clone, Copy)]
struct SegmentChunks<'a, const R: usize, const P: usize> {
    bars: f64,
    lag: f64,
    newest: [Chunks<'a>; R],
    partials: [Chunks<'a>; P],
}

impl<const R: usize, const P: usize> SegmentChunks<'_, R, P> {
    /// The segments of a chunk of windows.
    #[inline(always)]
    fn load<V: Vector8>(&self, chunk: usize) -> Partial<V, R, P> {
        Partial { bars: self.bars, newest: load(&self.newest, chunk), agg: load(&self.partials, chunk) }
    }

    /// The segments of a chunk of windows, combined with those `lag` bars newer: of overlapping segments that distance
    /// counts, not the length.
    #[inline(always)]
    fn append_to<F: Aggregate<R, P, O>, V: Vector8, const O: usize>(
        &self,
        newer: Partial<V, R, P>,
        lag: f64,
        chunk: usize,
    ) -> Partial<V, R, P> {
        combined::<F, V, R, P, O>(Partial { bars: lag, ..newer }, self.load(chunk))
    }
}

/// A chunk of each column.
#[inline(always)]
fn load<V: Vector8, const N: usize>(columns: &[Chunks<'_>; N], chunk: usize) -> [V; N] {
    let mut values = [V::splat(0.0); N];
    for n in 0..N {
        values[n] = V::load(&columns[n][chunk]);
    }
    values
}

/// Writes a chunk of each column.
#[inline(always)]
fn store<V: Vector8, const N: usize>(values: [V; N], columns: &mut [&mut [Chunk]; N], chunk: usize) {
    for n in 0..N {
        values[n].store(&mut columns[n][chunk]);
    }
}

/// The first `chunks` of a column. The compiler drops the bounds checks of slices that it sees to have one length.
#[inline(always)]
fn first<'a, const N: usize>(columns: &[Chunks<'a>; N], chunks: usize) -> [Chunks<'a>; N] {
    let mut columns = *columns;
    for column in &mut columns {
        *column = &column[..chunks];
    }
    columns
}

/// As `first`, of columns to be written.
#[inline(always)]
fn first_mut<const N: usize>(columns: [&mut [Chunk]; N], chunks: usize) -> [&mut [Chunk]; N] {
    let mut columns = columns;
    for column in &mut columns {
        *column = &mut std::mem::take(column)[..chunks];
    }
    columns
}

/// The bars of the windows of a chunk.
#[inline(always)]
fn load_bars<V: Vector8, const R: usize, const W: usize>(
    bars: &[SegmentChunks<'_, R, 0>; W],
    chunk: usize,
) -> [[V; R]; W] {
    let mut values = [[V::splat(0.0); R]; W];
    for n in 0..W {
        values[n] = load(&bars[n].newest, chunk);
    }
    values
}

/// Combines the segments of eight windows as a balanced tree.
#[inline(always)]
fn combine_segments<
    F: Aggregate<R, P, O>,
    V: Vector8,
    const R: usize,
    const P: usize,
    const O: usize,
    const N: usize,
>(
    segments: &[SegmentChunks<'_, R, P>; N],
    chunk: usize,
) -> Partial<V, R, P> {
    let mut window = segments[0].load(chunk);
    if N > 1 {
        window = segments[1].append_to::<F, V, O>(window, segments[1].lag, chunk);
    }
    if N > 2 {
        let mut older = segments[2].load(chunk);
        if N > 3 {
            older = segments[3].append_to::<F, V, O>(older, segments[3].lag - segments[2].lag, chunk);
        }
        window = combined::<F, V, R, P, O>(Partial { bars: segments[2].lag, ..window }, older);
    }
    if N > 4 {
        window = segments[4].append_to::<F, V, O>(window, segments[4].lag, chunk);
    }
    window
}

/// The results of eight windows; adds them times 0 to `excess`.
#[inline(always)]
fn lower<F: Aggregate<R, P, O>, V: Vector8, const R: usize, const P: usize, const O: usize>(
    aggregate: &F,
    window: Partial<V, R, P>,
    excess: &mut V,
) -> [V; O] {
    let values = aggregate.lower(window);
    for value in values {
        *excess = value.times_plus(V::splat(0.0), *excess);
    }
    values
}

/// As `first`, of each segment.
#[inline(always)]
fn first_of_segments<'a, const R: usize, const P: usize, const N: usize>(
    segments: &[SegmentChunks<'a, R, P>; N],
    chunks: usize,
) -> [SegmentChunks<'a, R, P>; N] {
    let mut segments = *segments;
    for segment in &mut segments {
        segment.newest = first(&segment.newest, chunks);
        segment.partials = first(&segment.partials, chunks);
    }
    segments
}

vectored! {
    fn lift_chunks<const R: usize, const P: usize, const O: usize, const W: usize; F: Aggregate<R, P, O>>(
        bars: &[SegmentChunks<'_, R, 0>; W],
        out: [&mut [Chunk]; P],
    ) {
        let chunks = out[0].len();
        let (bars, mut out) = (first_of_segments(bars, chunks), first_mut(out, chunks));
        for chunk in 0..chunks {
            store(F::lift_many(load_bars::<V, R, W>(&bars, chunk)), &mut out, chunk);
        }
    }

    fn combine_chunks<const R: usize, const P: usize, const O: usize, const N: usize; F: Aggregate<R, P, O>>(
        segments: &[SegmentChunks<'_, R, P>; N],
        out: [&mut [Chunk]; P],
    ) {
        let chunks = out[0].len();
        let (segments, mut out) = (first_of_segments(segments, chunks), first_mut(out, chunks));
        for chunk in 0..chunks {
            store(combine_segments::<F, V, R, P, O, N>(&segments, chunk).agg, &mut out, chunk);
        }
    }

    fn lower_short_chunks<const R: usize, const P: usize, const O: usize, const W: usize; F: Aggregate<R, P, O>>(
        aggregate: &F,
        bars: &[SegmentChunks<'_, R, 0>; W],
        out: [&mut [Chunk]; O],
    ) {
        let chunks = out[0].len();
        let (bars, mut out, aggregate) = (first_of_segments(bars, chunks), first_mut(out, chunks), aggregate.clone());
        let mut excess = V::splat(0.0);
        for chunk in 0..chunks {
            let bars = load_bars::<V, R, W>(&bars, chunk);
            let window = Partial { bars: W as f64, newest: bars[0], agg: F::lift_many(bars) };
            store(lower(&aggregate, window, &mut excess), &mut out, chunk);
        }
        canonicalize_chunks(excess, out);
    }

    fn lower_chunks<const R: usize, const P: usize, const O: usize, const N: usize; F: Aggregate<R, P, O>>(
        aggregate: &F,
        window: f64,
        segments: &[SegmentChunks<'_, R, P>; N],
        out: [&mut [Chunk]; O],
    ) {
        let chunks = out[0].len();
        let aggregate = aggregate.clone();
        let (segments, mut out, mut excess) = (first_of_segments(segments, chunks), first_mut(out, chunks), V::splat(0.0));
        for chunk in 0..chunks {
            let combined = combine_segments::<F, V, R, P, O, N>(&segments, chunk);
            store(lower(&aggregate, Partial { bars: window, ..combined }, &mut excess), &mut out, chunk);
        }
        canonicalize_chunks(excess, out);
    }
}

/// Computes chunks of outputs from chunks of segments.
type Run<'a, const R: usize, const P: usize, const N: usize, const D: usize> =
    &'a mut dyn FnMut(&[SegmentChunks<'_, R, P>; N], [&mut [Chunk]; D]);

/// Cuts columns into whole chunks. The last may overlap the one before it: the values there are computed twice and come out
/// the same. Fewer bars than a chunk are copied into one.
fn in_chunks<const R: usize, const P: usize, const N: usize, const D: usize>(
    segments: &[SegmentColumns<'_, R, P>; N],
    out: &mut [&mut [f64]; D],
    run: Run<'_, R, P, N, D>,
) {
    let len = out[0].len();
    let mut chunks = [SegmentChunks { bars: 0.0, lag: 0.0, newest: [&[][..]; R], partials: [&[][..]; P] }; N];
    if len < WIDTH {
        let mut padded = [([[0.0; WIDTH]; R], [[0.0; WIDTH]; P]); N];
        for (padded, segment) in padded.iter_mut().zip(segments) {
            pad(&segment.newest, &mut padded.0);
            pad(&segment.partials, &mut padded.1);
        }
        for ((chunks, padded), segment) in chunks.iter_mut().zip(&padded).zip(segments) {
            (chunks.bars, chunks.lag) = (segment.bars, segment.lag);
            chunks.newest.iter_mut().zip(&padded.0).for_each(|(chunks, padded)| *chunks = slice::from_ref(padded));
            chunks.partials.iter_mut().zip(&padded.1).for_each(|(chunks, padded)| *chunks = slice::from_ref(padded));
        }
        let mut values = [[0.0; WIDTH]; D];
        run(&chunks, values.each_mut().map(slice::from_mut));
        out.iter_mut().zip(values).for_each(|(out, values)| out.copy_from_slice(&values[..len]));
        return;
    }
    let whole = len / WIDTH * WIDTH;
    let rest = if whole < len { len - WIDTH..len } else { 0..0 };
    for bars in [0..whole, rest] {
        for (chunks, segment) in chunks.iter_mut().zip(segments) {
            (chunks.bars, chunks.lag) = (segment.bars, segment.lag);
            cut(&segment.newest, &bars, &mut chunks.newest);
            cut(&segment.partials, &bars, &mut chunks.partials);
        }
        run(&chunks, out.each_mut().map(|column| column[bars.clone()].as_chunks_mut().0));
    }
}

/// The chunks of columns at the bars.
fn cut<'a>(columns: &[&'a [f64]], bars: &Range<usize>, chunks: &mut [Chunks<'a>]) {
    for (chunks, column) in chunks.iter_mut().zip(columns) {
        *chunks = column[bars.clone()].as_chunks().0;
    }
}

/// Up to a chunk of bars of columns, in chunks.
fn pad(columns: &[&[f64]], chunks: &mut [Chunk]) {
    for (chunk, column) in chunks.iter_mut().zip(columns) {
        chunk[..column.len()].copy_from_slice(column);
    }
}

/// The aggregates of a row that is lifted from `W` bars.
pub(crate) fn lift_rows<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize, const W: usize>(
    range: &BlockRange<'_, R>,
    out: &mut [&mut [f64]; P],
) {
    in_chunks(&range.newest::<W>(), out, &mut |bars, out| lift_chunks::<F, R, P, O, W>(bars, out));
}

/// The aggregates of a row that combines `N` segments.
pub(crate) fn combine_rows<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize, const N: usize>(
    segments: &[SegmentColumns<'_, R, P>; N],
    out: &mut [&mut [f64]; P],
) {
    in_chunks(segments, out, &mut |segments, out| combine_chunks::<F, R, P, O, N>(segments, out));
}

/// The results of windows of `W` bars, fewer than 8.
pub(crate) fn lower_short_windows<
    F: Aggregate<R, P, O>,
    const R: usize,
    const P: usize,
    const O: usize,
    const W: usize,
>(
    aggregate: &F,
    range: &BlockRange<'_, R>,
    out: &mut [&mut [f64]; O],
) {
    in_chunks(&range.newest::<W>(), out, &mut |bars, out| lower_short_chunks::<F, R, P, O, W>(aggregate, bars, out));
}

/// The results of windows of `N` segments.
pub(crate) fn lower_windows<F: Aggregate<R, P, O>, const R: usize, const P: usize, const O: usize, const N: usize>(
    aggregate: &F,
    window: usize,
    segments: &[SegmentColumns<'_, R, P>; N],
    out: &mut [&mut [f64]; O],
) {
    let window = window as f64;
    in_chunks(segments, out, &mut |segments, out| lower_chunks::<F, R, P, O, N>(aggregate, window, segments, out));
}
