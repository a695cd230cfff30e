//! Recurrences that go from bar to bar, for what no faster way is known.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::array::from_fn;

use crate::kernel::simd::canonical_nan::canonical;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{TILE, array, lane};
use crate::kernel::state::skip_nan::{all_exist, exists};
use crate::kernel::{Fields, State};

/// A state that takes one bar after the other. It is fed only bars of which every input exists.
pub(crate) trait Sequential<const I: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// The values at the next bar.
    fn step(&mut self, bar: [f64; I]) -> [f64; O];

    /// As [`State::pass`].
    fn visit(&mut self, fields: &mut Fields<'_>);
}

/// A walk that passes over the bars without a value.
#[derive(Clone)]
pub(crate) struct SequentialState<W, const I: usize, const O: usize>(pub(crate) W);

impl<W: Sequential<I, O>, const I: usize, const O: usize> State for SequentialState<W, I, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let len = outputs[0].len();
        let inputs: [&[f64]; I] = from_fn(|i| &inputs[i][..len]);
        let mut outputs = outputs.iter_mut();
        let mut outputs: [&mut [f64]; O] =
            from_fn(|_| &mut outputs.next().expect("a state is fed as many outputs as it has")[..len]);
        if inputs.iter().all(|input| all_exist(input)) {
            walk(&mut self.0, inputs, &mut outputs);
        } else {
            self.pick(inputs, &mut outputs);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.0.visit(fields);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl<W: Sequential<I, O>, const I: usize, const O: usize> SequentialState<W, I, O> {
    /// Goes over bars of which some do not exist.
    fn pick(&mut self, inputs: [&[f64]; I], outputs: &mut [&mut [f64]; O]) {
        for at in 0..outputs[0].len() {
            let bar = inputs.map(|input| input[at]);
            let values = if bar.iter().all(|value| exists(*value)) { self.0.step(bar) } else { [f64::NAN; O] };
            for o in 0..O {
                outputs[o][at] = canonical(values[o]);
            }
        }
    }
}

/// Goes over `L` bars, which and whose values lie in lists of known length.
#[inline(always)]
fn walk_at<W: Sequential<I, O>, const I: usize, const O: usize, const L: usize>(
    walk: &mut W,
    inputs: &[&[f64]; I],
    outputs: &mut [&mut [f64]; O],
    at: usize,
) {
    let bars: [&[f64; L]; I] =
        array(const { &[0.0; L] }, |i| inputs[i][at..at + L].try_into().expect("a slice of L values"));
    let mut values = [[0.0; L]; O];
    for l in 0..L {
        let value = walk.step(lane(&bars, l));
        for o in 0..O {
            values[o][l] = value[o];
        }
    }
    for o in 0..O {
        outputs[o][at..at + L].copy_from_slice(&array::<f64, L>(0.0, |l| canonical(values[o][l])));
    }
}

leveled! {
    /// Goes over bars that all exist.
    fn walk<W: Sequential<I, O>; const I: usize, const O: usize>(
        state: &mut W,
        inputs: [&[f64]; I],
        outputs: &mut [&mut [f64]; O],
    ) {
        // A state of its own, which no output can be thought to overlap, stays in registers.
        let mut walk = state.clone();
        let len = outputs[0].len();
        let tiled = len / TILE * TILE;
        for at in (0..tiled).step_by(TILE) {
            walk_at::<W, I, O, TILE>(&mut walk, &inputs, outputs, at);
        }
        for at in tiled..len {
            walk_at::<W, I, O, 1>(&mut walk, &inputs, outputs, at);
        }
        *state = walk;
    }
}

/// Implements `Kernel` for walks: numbers of inputs and outputs, lookback, and the state before the first bar.
macro_rules! sequential {
    ($($kernel:ty: $inputs:literal => $outputs:literal, $lookback:expr, $start:expr);+ $(;)?) => {$(
        impl $crate::kernel::Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                let lookback: fn(&Self) -> usize = $lookback;
                lookback(self)
            }

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
