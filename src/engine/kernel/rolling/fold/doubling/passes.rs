//! The state of a function of windows, and its passes over a piece: terms and their aggregates in registers, longer aggregates,
//! windows.

#![allow(clippy::needless_range_loop, reason = "the loops over chunks run over several columns at once")]

use std::array::from_fn;

use super::columns::{Columns, PIECE, REGISTERS};
use super::cover::{Segment, cover};
use super::terms::{Chunk, Doubled, WIDTH};
use crate::kernel::simd::canonical_nan::canonicalize_chunks;
use crate::kernel::simd::vector8::{Vector8, vectored};
use crate::kernel::{Fields, GapMask, State};

/// The maximum number of segments of a window that are unrolled.
const UNROLLED: usize = 5;

/// The maximum number of segments of a window.
const SEGMENTS_MAX: usize = 24;

/// A column in whole chunks.
type Chunks<'a> = &'a [Chunk];

/// The state of a function of windows.
#[derive(Clone)]
pub(crate) struct Doubling<F, const I: usize, const P: usize, const W: usize, const O: usize> {
    rule: F,
    /// The segments that cover each window, newest first.
    covers: [Vec<Segment>; W],
    /// The terms and their aggregates over 2, 4, 8 .. bars.
    columns: Columns<P>,
    /// The newest bar.
    before: [f64; I],
    gaps: GapMask,
}

impl<F: Doubled<I, P, W, O>, const I: usize, const P: usize, const W: usize, const O: usize> Doubling<F, I, P, W, O> {
    pub(crate) fn new(rule: F) -> Self {
        let windows = rule.windows();
        let covers = windows.map(|window| cover(window, F::IDEMPOTENT));
        let window = windows.into_iter().max().unwrap_or(1);
        let columns = Columns::new(window, covers.iter().flatten().map(|segment| segment.level));
        Self { rule, covers, columns, before: [f64::NAN; I], gaps: GapMask::new(window) }
    }
}

impl<F: Doubled<I, P, W, O>, const I: usize, const P: usize, const W: usize, const O: usize> State
    for Doubling<F, I, P, W, O>
{
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let inputs: [&[f64]; I] = from_fn(|input| inputs[input]);
        let mut outputs = outputs.iter_mut();
        let outputs: [&mut [f64]; O] =
            from_fn(|_| &mut **outputs.next().expect("a state is fed as many outputs as it has"));
        run::<F, I, P, W, O>(self, inputs, outputs);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.gaps, &mut self.before, &mut self.columns]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

vectored! {
    /// The values at the next bars.
    fn run<const I: usize, const P: usize, const W: usize, const O: usize; F: Doubled<I, P, W, O>>(
        state: &mut Doubling<F, I, P, W, O>,
        inputs: [&[f64]; I],
        outputs: [&mut [f64]; O],
    ) {
        let (len, mut outputs, mut at) = (inputs[0].len(), outputs, 0);
        while at < len {
            let left = len - at;
            let bars = if at == 0 { WIDTH.min(left) } else { PIECE.min((left / WIDTH * WIDTH).max(left.min(WIDTH))) };
            if at == 0 || bars < WIDTH {
                // The bar before the first is elsewhere, and the last may be less than a chunk.
                let before = inputs.map(|input| if at == 0 { f64::NAN } else { input[at - 1] });
                let before = if at == 0 { state.before } else { before };
                let mut padded = [[0.0; WIDTH + 1]; I];
                for ((padded, input), before) in padded.iter_mut().zip(inputs).zip(before) {
                    padded[0] = before;
                    padded[1..=bars].copy_from_slice(&input[at..at + bars]);
                }
                let [now, before] = [1, 0].map(|from| padded.each_ref().map(|padded| padded[from..][..WIDTH].as_chunks().0));
                let mut values = [[0.0; WIDTH]; O];
                piece::<V, F, I, P, W, O>(state, now, before, values.each_mut().map(|values| values.as_chunks_mut().0), bars);
                for (output, values) in outputs.iter_mut().zip(values) {
                    output[at..at + bars].copy_from_slice(&values[..bars]);
                }
            } else {
                let [now, before] = [at, at - 1].map(|from| inputs.map(|input| input[from..from + bars].as_chunks().0));
                let places = outputs.each_mut().map(|output| output[at..at + bars].as_chunks_mut().0);
                piece::<V, F, I, P, W, O>(state, now, before, places, bars);
            }
            if F::MASKED > 0 {
                let inputs = inputs.map(|input| &input[at..at + bars]);
                state.gaps.mask(&inputs[..F::MASKED], &mut outputs.each_mut().map(|output| &mut output[at..at + bars]));
            }
            at += bars;
        }
        state.before = inputs.map(|input| input[len - 1]);
    }
}

/// The values at the bars of a piece, or at fewer than a chunk.
#[inline(always)]
fn piece<V: Vector8, F: Doubled<I, P, W, O>, const I: usize, const P: usize, const W: usize, const O: usize>(
    state: &mut Doubling<F, I, P, W, O>,
    now: [Chunks<'_>; I],
    before: [Chunks<'_>; I],
    out: [&mut [Chunk]; O],
    bars: usize,
) {
    let Doubling { rule, covers, columns, .. } = state;
    let start = columns.append(bars);
    match columns.top() {
        0 => terms::<V, F, I, P, W, O, 0>(rule, columns, start, now, before),
        1 => terms::<V, F, I, P, W, O, 1>(rule, columns, start, now, before),
        2 => terms::<V, F, I, P, W, O, 2>(rule, columns, start, now, before),
        3 => terms::<V, F, I, P, W, O, 3>(rule, columns, start, now, before),
        top => {
            terms::<V, F, I, P, W, O, REGISTERS>(rule, columns, start, now, before);
            for level in REGISTERS + 1..=top {
                lengthen::<V, F, I, P, W, O>(columns, level, start, now[0].len());
            }
        }
    }
    match (W, covers[0].len()) {
        (1, 1) => lower::<V, F, I, P, W, O, 1>(rule, columns, covers, start, now, out),
        (1, 2) => lower::<V, F, I, P, W, O, 2>(rule, columns, covers, start, now, out),
        (1, 3) if !F::IDEMPOTENT => lower::<V, F, I, P, W, O, 3>(rule, columns, covers, start, now, out),
        (1, 4) if !F::IDEMPOTENT => lower::<V, F, I, P, W, O, 4>(rule, columns, covers, start, now, out),
        (1, 5) if !F::IDEMPOTENT => lower::<V, F, I, P, W, O, 5>(rule, columns, covers, start, now, out),
        _ => lower::<V, F, I, P, W, O, 0>(rule, columns, covers, start, now, out),
    }
}

/// No chunk.
const fn none<'a>() -> &'a mut [Chunk] {
    &mut []
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

/// The aggregates over 1, 2, 4, 8 and 16 bars, given those of the chunk before, which become these.
#[inline(always)]
fn double<
    V: Vector8,
    F: Doubled<I, P, W, O>,
    const I: usize,
    const P: usize,
    const W: usize,
    const O: usize,
    const TOP: usize,
>(
    terms: [V; P],
    before: &mut [[V; P]; REGISTERS],
) -> [[V; P]; REGISTERS + 1] {
    let mut levels = [terms; REGISTERS + 1];
    for level in 0..TOP {
        let newer = levels[level];
        let mut older = newer;
        for p in 0..P {
            older[p] = match level {
                0 => newer[p].one_before(before[level][p]),
                1 => newer[p].two_before(before[level][p]),
                2 => newer[p].four_before(before[level][p]),
                _ => before[level][p],
            };
        }
        levels[level + 1] = F::combine(newer, older);
        before[level] = newer;
    }
    levels
}

/// Computes the terms and their aggregates up to level `TOP`.
#[inline(always)]
fn terms<
    V: Vector8,
    F: Doubled<I, P, W, O>,
    const I: usize,
    const P: usize,
    const W: usize,
    const O: usize,
    const TOP: usize,
>(
    rule: &F,
    columns: &mut Columns<P>,
    start: usize,
    now: [Chunks<'_>; I],
    before: [Chunks<'_>; I],
) {
    let chunks = now[0].len();
    let (mut now, mut before) = (now, before);
    for i in 0..I {
        (now[i], before[i]) = (&now[i][..chunks], &before[i][..chunks]);
    }
    let Columns { stored, stride, values, .. } = columns;
    let mut doubled = [[V::splat(0.0); P]; REGISTERS];
    for back in [2 * WIDTH, WIDTH] {
        let mut terms = [V::splat(0.0); P];
        for p in 0..P {
            terms[p] = V::load(values[p * *stride + start - back..].first_chunk().expect("two chunks are retained"));
        }
        double::<V, F, I, P, W, O, TOP>(terms, &mut doubled);
    }
    let mut places = [const { [const { none() }; P] }; REGISTERS + 1];
    for (place, column) in places.as_flattened_mut().iter_mut().zip(values.chunks_exact_mut(*stride)) {
        *place = column[start..start + chunks * WIDTH].as_chunks_mut::<WIDTH>().0;
    }
    let mut is_stored = [false; REGISTERS + 1];
    is_stored[..=TOP].copy_from_slice(&stored[..=TOP]);
    for chunk in 0..chunks {
        let terms = rule.terms(load(&now, chunk), if F::BEFORE { load(&before, chunk) } else { [V::splat(0.0); I] });
        let levels = double::<V, F, I, P, W, O, TOP>(terms, &mut doubled);
        for level in 0..=TOP {
            if is_stored[level] {
                for p in 0..P {
                    levels[level][p].store(&mut places[level][p][chunk]);
                }
            }
        }
    }
}

/// Computes the aggregates of a level from those of the one before.
#[inline(always)]
fn lengthen<V: Vector8, F: Doubled<I, P, W, O>, const I: usize, const P: usize, const W: usize, const O: usize>(
    columns: &mut Columns<P>,
    level: usize,
    start: usize,
    chunks: usize,
) {
    let Columns { stride, values, .. } = columns;
    let (known, own) = values.split_at_mut(level * P * *stride);
    let known = &known[(level - 1) * P * *stride..];
    let (mut newer, mut older) = ([&[][..]; P], [&[][..]; P]);
    let mut places = [const { none() }; P];
    let columns = known.chunks_exact(*stride).zip(own.chunks_exact_mut(*stride));
    for (p, (known, own)) in (0..P).zip(columns) {
        let lagged = |lag: usize| known[start - lag..][..chunks * WIDTH].as_chunks::<WIDTH>().0;
        (newer[p], older[p]) = (lagged(0), lagged(1 << (level - 1)));
        places[p] = own[start..][..chunks * WIDTH].as_chunks_mut::<WIDTH>().0;
    }
    for chunk in 0..chunks {
        let values = F::combine(load::<V, P>(&newer, chunk), load::<V, P>(&older, chunk));
        for p in 0..P {
            values[p].store(&mut places[p][chunk]);
        }
    }
}

/// Computes the values of the windows. `N` is the number of segments of each, if there is one window and they are few, else 0.
#[inline(always)]
fn lower<
    V: Vector8,
    F: Doubled<I, P, W, O>,
    const I: usize,
    const P: usize,
    const W: usize,
    const O: usize,
    const N: usize,
>(
    rule: &F,
    columns: &Columns<P>,
    covers: &[Vec<Segment>; W],
    start: usize,
    now: [Chunks<'_>; I],
    out: [&mut [Chunk]; O],
) {
    let (mut now, mut out, rule) = (now, out, rule.clone());
    let chunks = now[0].len();
    let mut segments = [[[&[][..]; P]; SEGMENTS_MAX]; W];
    for (segments, cover) in segments.iter_mut().zip(covers) {
        for (segments, Segment { level, lag }) in segments.iter_mut().zip(cover) {
            for (p, segment) in segments.iter_mut().enumerate() {
                let column = &columns.values[(level * P + p) * columns.stride..];
                *segment = column[start - lag..][..chunks * WIDTH].as_chunks::<WIDTH>().0;
            }
        }
    }
    // The compiler drops the bounds checks of slices that it sees to have one length.
    let mut few = [[&[][..]; P]; UNROLLED];
    for n in 0..N {
        for p in 0..P {
            few[n][p] = &segments[0][n][p][..chunks];
        }
    }
    for input in &mut now {
        *input = &input[..chunks];
    }
    for output in &mut out {
        *output = &mut std::mem::take(output)[..chunks];
    }
    let mut excess = V::splat(0.0);
    for chunk in 0..chunks {
        let mut windows = [[V::splat(0.0); P]; W];
        if N > 0 {
            windows[0] = tree::<V, F, I, P, W, O>(load(&few[0], chunk), &few[1..N.max(1)], chunk);
        } else {
            for w in 0..W {
                windows[w] = long::<V, F, I, P, W, O>(&segments[w][..covers[w].len()], chunk);
            }
        }
        let values = rule.lower(load(&now, chunk), windows);
        for o in 0..O {
            values[o].store(&mut out[o][chunk]);
            excess = values[o].times_plus(V::splat(0.0), excess);
        }
    }
    canonicalize_chunks(excess, out);
}

/// Combines a segment with up to four older ones, as a balanced tree.
#[inline(always)]
fn tree<V: Vector8, F: Doubled<I, P, W, O>, const I: usize, const P: usize, const W: usize, const O: usize>(
    newest: [V; P],
    older: &[[Chunks<'_>; P]],
    chunk: usize,
) -> [V; P] {
    let at = |n: usize| load::<V, P>(&older[n], chunk);
    let pair = match older.len() {
        0 => return newest,
        _ => F::combine(newest, at(0)),
    };
    match older.len() {
        1 => pair,
        2 => F::combine(pair, at(1)),
        3 => F::combine(pair, F::combine(at(1), at(2))),
        _ => F::combine(F::combine(pair, F::combine(at(1), at(2))), at(3)),
    }
}

/// Combines any number of segments: the newest five, then those with the next four, and so on.
#[inline(always)]
fn long<V: Vector8, F: Doubled<I, P, W, O>, const I: usize, const P: usize, const W: usize, const O: usize>(
    segments: &[[Chunks<'_>; P]],
    chunk: usize,
) -> [V; P] {
    let (mut window, mut rest) = (load::<V, P>(&segments[0], chunk), &segments[1..]);
    while rest.len() >= UNROLLED {
        window = tree::<V, F, I, P, W, O>(window, &rest[..UNROLLED - 1], chunk);
        rest = &rest[UNROLLED - 1..];
    }
    tree::<V, F, I, P, W, O>(window, rest, chunk)
}
