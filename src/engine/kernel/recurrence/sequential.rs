//! `sequential!`, the driver for recurrences computed bar by bar: non-linear ones, for which no scan is known.
//!
//! The state is copied into registers for a block, and inputs and outputs pass through tiles, as stores that might
//! overlap with the state would put a memory round trip into the serial chain. Gaps are looked for tile by tile: a pass
//! for it before the block would wait for memory without anything else to do, here the serial chain hides it.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::array::from_fn;

use crate::kernel::simd::canonical_nan::canonical;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{TILE, array, lane};
use crate::kernel::state::skip_nan::{all_exist_in, exists};
use crate::kernel::{Fields, State};

/// A state that consumes one bar at a time. Bars with a missing input are skipped.
pub(crate) trait Sequential<const I: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// The values at the next bar.
    fn step(&mut self, bar: [f64; I]) -> [f64; O];

    /// The values at the bars of a tile; overridden where most of it does not depend on the bar before.
    #[inline(always)]
    fn steps<const L: usize>(&mut self, bars: &[&[f64; L]; I], values: &mut [[f64; L]; O]) {
        for l in 0..L {
            let value = self.step(lane(bars, l));
            for o in 0..O {
                values[o][l] = value[o];
            }
        }
    }

    /// As [`State::visit`].
    fn visit(&mut self, fields: &mut Fields<'_>);
}

/// Feeds a sequential state the bars without a missing input.
#[derive(Clone)]
pub(crate) struct SequentialState<S, const I: usize, const O: usize>(pub(crate) S);

impl<S: Sequential<I, O>, const I: usize, const O: usize> State for SequentialState<S, I, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let len = outputs[0].len();
        let inputs: [&[f64]; I] = from_fn(|i| &inputs[i][..len]);
        let mut outputs = outputs.iter_mut();
        let mut outputs: [&mut [f64]; O] =
            from_fn(|_| &mut outputs.next().expect("a state is fed as many outputs as it has")[..len]);
        let mut at = 0;
        loop {
            at += step_bars(
                &mut self.0,
                inputs.map(|input| &input[at..]),
                &mut outputs.each_mut().map(|output| &mut output[at..]),
            );
            if at == len {
                return;
            }
            let tile = at..len.min(at + TILE);
            let gap = inputs.map(|input| &input[tile.clone()]);
            self.feed_with_gaps(gap, &mut outputs.each_mut().map(|output| &mut output[tile.clone()]));
            at = tile.end;
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.0.visit(fields);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl<S: Sequential<I, O>, const I: usize, const O: usize> SequentialState<S, I, O> {
    /// Consumes bars with gaps.
    fn feed_with_gaps(&mut self, inputs: [&[f64]; I], outputs: &mut [&mut [f64]; O]) {
        for at in 0..outputs[0].len() {
            let bar = inputs.map(|input| input[at]);
            let values = if bar.iter().all(|value| exists(*value)) { self.0.step(bar) } else { [f64::NAN; O] };
            for o in 0..O {
                outputs[o][at] = canonical(values[o]);
            }
        }
    }
}

/// Consumes a tile of `L` bars and tells so, unless an input is missing in it.
#[inline(always)]
fn step_tile<S: Sequential<I, O>, const I: usize, const O: usize, const L: usize>(
    step_bars: &mut S,
    inputs: &[&[f64]; I],
    outputs: &mut [&mut [f64]; O],
    at: usize,
) -> bool {
    let bars: [&[f64; L]; I] =
        array(const { &[0.0; L] }, |i| inputs[i][at..at + L].try_into().expect("a slice of L values"));
    if !all_exist_in(&bars) {
        return false;
    }
    let mut values = [[0.0; L]; O];
    step_bars.steps(&bars, &mut values);
    for o in 0..O {
        outputs[o][at..at + L].copy_from_slice(&array::<f64, L>(0.0, |l| canonical(values[o][l])));
    }
    true
}

leveled! {
    /// Consumes the bars before the first tile with a gap and returns their number.
    fn step_bars<S: Sequential<I, O>; const I: usize, const O: usize>(
        state: &mut S,
        inputs: [&[f64]; I],
        outputs: &mut [&mut [f64]; O],
    ) -> usize {
        // A local copy, which no output can overlap, stays in registers.
        let mut step_bars = state.clone();
        let len = outputs[0].len();
        let tiled = len / TILE * TILE;
        let mut at = 0;
        while at < tiled && step_tile::<S, I, O, TILE>(&mut step_bars, &inputs, outputs, at) {
            at += TILE;
        }
        if at == tiled {
            while at < len && step_tile::<S, I, O, 1>(&mut step_bars, &inputs, outputs, at) {
                at += 1;
            }
        }
        *state = step_bars;
        at
    }
}

/// Implements `Kernel` for sequential states: numbers of inputs and outputs, the cost if it is not the usual one (`@ cost`, a
/// function of the kernel), lookback, and the state before the first bar.
macro_rules! sequential {
    ($($kernel:ty: $inputs:literal => $outputs:literal $(@ $cost:expr)?, $lookback:expr, $start:expr);+ $(;)?) => {$(
        impl $crate::kernel::Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                let lookback: fn(&Self) -> usize = $lookback;
                lookback(self)
            }

            $(fn cost(&self) -> f64 {
                let cost: fn(&Self) -> f64 = $cost;
                cost(self)
            })?

            fn memory(&self) -> $crate::kernel::Memory {
                $crate::kernel::Memory::Unbounded
            }

            fn is_canonical(&self) -> bool {
                true
            }

            fn start(&self) -> Box<dyn $crate::kernel::State> {
                let start: fn(&Self) -> _ = $start;
                Box::new($crate::kernel::SequentialState::<_, $inputs, $outputs>(start(self)))
            }
        }
    )+};
}
pub(crate) use sequential;
