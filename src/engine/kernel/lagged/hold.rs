//! Holds a value once nothing has moved for a while.
//!
//! The ratio of two averages does not change at bars at which both of their inputs are 0: both decay by the same factor.
//! Computed anew it would change by its last bit from bar to bar for thousands of bars, and everything that compares it
//! would fire. It takes a run of such bars, as single ones are common and a loop over them would cost more than all else.

use std::sync::Arc;

use crate::kernel::simd::canonical_nan::copy_canonical;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::TILE;
use crate::kernel::{Field, Fields, Kernel, Memory, State, parameters};

/// The number of bars without a move after which a value is held.
pub(crate) const STILL_BARS: usize = 16;

/// A change of this share or less is held where values drift: the sum of the roundings in a ratio.
const ROUNDING: f64 = 1.0 / (1_u64 << 44) as f64;

/// The first input, or the newest value before it where all others are 0 and were at the 15 bars before, or more.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Whether the value may change while nothing moves, as a ratio of averages of averages does: it is then held only
    /// while it is the same but for roundings.
    pub drifts: bool,
    /// How many bars more than 16 nothing must have moved.
    pub after: usize,
}

parameters!(Hold { drifts, after });

impl Kernel for Hold {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        Some(0)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(self.state())
    }
}

impl Hold {
    fn state(&self) -> HoldState {
        HoldState { drifts: self.drifts, bars: STILL_BARS + self.after, held: Held::default() }
    }
}

/// A kernel with one output over the first of the inputs, and a [`Hold`] of it by the others, without a copy in between.
#[derive(Debug)]
pub struct Holding {
    /// The kernel.
    pub kernel: Arc<dyn Kernel>,
    /// The number of its inputs.
    pub inputs: usize,
    /// How it is held.
    pub hold: Hold,
}

parameters!(Holding { kernel, inputs, hold });

impl Kernel for Holding {
    fn lookback(&self) -> usize {
        self.kernel.lookback()
    }

    fn lookback_after(&self, inputs: &[usize]) -> usize {
        let moves = inputs[self.inputs..].iter().copied().max().unwrap_or_default();
        self.kernel.lookback_after(&inputs[..self.inputs]).max(moves)
    }

    fn stable_after(&self) -> Option<usize> {
        self.kernel.stable_after()
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        self.kernel.is_canonical()
    }

    fn block(&self) -> usize {
        self.kernel.block()
    }

    fn cost(&self) -> f64 {
        self.kernel.cost()
    }

    fn fuse(&self, others: &[&dyn Kernel], lookbacks: &[usize]) -> Option<Arc<dyn Kernel>> {
        let kernel = others.is_empty().then(|| self.kernel.fuse(&[], &lookbacks[..self.inputs]))??;
        Some(Arc::new(Self { kernel, inputs: self.inputs, hold: self.hold.clone() }))
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(HoldingState { state: self.kernel.start(), inputs: self.inputs, hold: self.hold.state() })
    }
}

#[derive(Clone)]
struct HoldingState {
    state: Box<dyn State>,
    inputs: usize,
    hold: HoldState,
}

impl State for HoldingState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let (own, moves) = inputs.split_at(self.inputs);
        self.state.feed(own, outputs);
        hold(&mut self.hold, moves, outputs[0]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.state.visit(fields);
        self.hold.visit(fields);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct HoldState {
    drifts: bool,
    /// The number of bars without a move after which a value is held.
    bars: usize,
    held: Held,
}

/// What holding remembers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// The newest value; NaN before the first.
    pub(crate) newest: f64,
    /// The number of bars without a move so far, at most those that matter.
    pub(crate) still: usize,
}

impl Default for Held {
    fn default() -> Self {
        Self { newest: f64::NAN, still: 0 }
    }
}

impl Held {
    /// The value at the next bar, given the one that is computed and whether nothing moves.
    #[inline(always)]
    pub(crate) fn next(&mut self, value: f64, is_still: bool, drifts: bool) -> f64 {
        self.next_after(STILL_BARS, value, is_still, drifts)
    }

    /// As `next`, held after a number of bars.
    #[inline(always)]
    fn next_after(&mut self, bars: usize, value: f64, is_still: bool, drifts: bool) -> f64 {
        self.still = if is_still { bars.min(self.still + 1) } else { 0 };
        let change = (value - self.newest).abs();
        let is_same = if drifts { change <= ROUNDING * self.newest.abs() } else { !change.is_nan() };
        let is_held = self.still == bars && is_same;
        let value = if is_held { self.newest } else { value };
        self.newest = if value.is_nan() { self.newest } else { value };
        value
    }
}

impl Field for Held {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.newest]);
        fields.below(&mut self.still, STILL_BARS + 1);
    }
}

leveled! {
    /// Holds the values of a block, which are already in the output.
    fn hold(state: &mut HoldState, moves: &[&[f64]], output: &mut [f64]) {
        for (at, output) in (0..).step_by(TILE).zip(output.chunks_mut(TILE)) {
            let mut magnitudes = [0.0; TILE];
            let magnitudes = &mut magnitudes[..output.len()];
            for moves in moves {
                for (magnitude, value) in magnitudes.iter_mut().zip(&moves[at..at + output.len()]) {
                    *magnitude += value.abs();
                }
            }
            if magnitudes.iter().fold(false, |any, magnitude| any | (*magnitude == 0.0)) {
                for (value, magnitude) in output.iter_mut().zip(magnitudes) {
                    *value = state.held.next_after(state.bars, *value, *magnitude == 0.0, state.drifts);
                }
            } else {
                let newest = output.iter().rev().find(|value| !value.is_nan()).copied();
                state.held = Held { newest: newest.unwrap_or(state.held.newest), still: 0 };
            }
        }
    }
}

impl State for HoldState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        copy_canonical(inputs[0], outputs[0]);
        hold(self, &inputs[1..], outputs[0]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.held.newest]);
        fields.below(&mut self.held.still, self.bars + 1);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_held_once_nothing_moves_whatever_the_blocks() {
        const BARS: usize = 120;
        let value = |at: usize| if at < 112 { 1.0 + at as f64 * 1e-15 } else { 2.0 };
        let values: Vec<f64> = (0..BARS).map(|at| if at == 70 { f64::NAN } else { value(at) }).collect();
        let gains: Vec<f64> = (0..BARS).map(|at| if at % 3 == 0 && at < 40 || at == 90 { 1.0 } else { 0.0 }).collect();
        let losses = vec![-0.0; BARS];
        for cut in [1, 2, 7, 16, 64, BARS] {
            let mut state = Hold { drifts: true, after: 0 }.start();
            let mut found = vec![0.0; BARS];
            for at in (0..BARS).step_by(cut) {
                let bars = at..BARS.min(at + cut);
                let inputs = [&values[bars.clone()], &gains[bars.clone()], &losses[bars.clone()]];
                state.feed(&inputs, &mut [&mut found[bars]]);
            }
            let expected = |at: usize| match at {
                70 => f64::NAN,
                55..90 => value(54),
                106..112 => value(105),
                _ => value(at),
            };
            for (at, found) in found.iter().enumerate() {
                assert!(*found == expected(at) || at == 70 && found.is_nan(), "bar {at} by {cut}: {found}");
            }
        }
    }
}
