//! A shape evaluated by the states of its recurrences, up to eight bars at a time, with gaps or without.

use super::rules::values;
use super::shape::{Evaluator, INPUTS, NUMBERS, OUTPUTS, ratio};
use crate::kernel::lagged::hold::Held;
use crate::kernel::recurrence::block8::WIDTH;
use crate::kernel::recurrence::blocked::Blocked;
use crate::kernel::recurrence::first_order::FirstOrderState;
use crate::kernel::recurrence::sums::cumulative_sum::PrefixSum;
use crate::kernel::simd::vector8::{Lanes, Vector8};
use crate::kernel::state::skip_nan::{SkipNan, exists};
use crate::kernel::{Fields, State};

/// The maximum number of values that are asked for as they were before.
pub(super) const PREVIOUS: usize = 2;

/// What a chain hands on from bar to bar, besides the states of its recurrences.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// The inputs at the bar before.
    pub(super) inputs: [f64; INPUTS],
    /// The value that `Evaluator::before` asks for.
    pub(super) value: f64,
    /// The values that `Evaluator::previous` asks for; NaN before the first.
    pub(super) previous: [f64; PREVIOUS],
    pub(super) held: Held,
}

impl Memory {
    pub(super) fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.inputs, &mut self.value, &mut self.previous, &mut self.held]);
    }
}

/// Up to a block of bars in any state, with gaps or without.
pub(super) struct Apart<'a> {
    pub(super) scans: &'a mut [SkipNan<Vec<FirstOrderState>>],
    pub(super) sums: &'a mut [SkipNan<Blocked<PrefixSum>>],
    pub(super) memory: &'a mut Memory,
    pub(super) bars: usize,
}

fn array(lanes: Lanes) -> [f64; WIDTH] {
    let mut array = [0.0; WIDTH];
    lanes.store(&mut array);
    array
}

impl Evaluator<Lanes> for Apart<'_> {
    fn scan_after<const FORM: usize>(&mut self, scan: usize, stage: usize, now: Lanes, _: Lanes) -> Lanes {
        self.scan::<FORM>(scan, stage, now)
    }

    fn scan<const FORM: usize>(&mut self, scan: usize, _: usize, now: Lanes) -> Lanes {
        let (inputs, mut outputs) = (array(now), [f64::NAN; WIDTH]);
        self.scans[scan].feed(&[&inputs[..self.bars]], &mut [&mut outputs[..self.bars]]);
        Lanes::load(&outputs)
    }

    fn existing(&mut self, now: Lanes) -> Lanes {
        now
    }

    fn sum(&mut self, sum: usize, _: usize, now: Lanes) -> Lanes {
        let (inputs, mut outputs) = (array(now), [f64::NAN; WIDTH]);
        self.sums[sum].feed(&[&inputs[..self.bars]], &mut [&mut outputs[..self.bars]]);
        Lanes::load(&outputs)
    }

    fn previous_after(&mut self, slot: usize, now: Lanes, _: Lanes, opening: Lanes) -> Lanes {
        self.previous(slot, 0, now, opening)
    }

    fn previous(&mut self, slot: usize, _: usize, now: Lanes, opening: Lanes) -> Lanes {
        let (now, opening, newest) = (array(now), array(opening), &mut self.memory.previous[slot]);
        let mut values = [f64::NAN; WIDTH];
        for lane in (0..self.bars).filter(|&lane| exists(now[lane])) {
            values[lane] = if newest.is_nan() { opening[lane] } else { *newest };
            if exists(values[lane]) {
                *newest = now[lane];
            }
        }
        Lanes::load(&values)
    }

    fn late(&mut self, _: usize, now: Lanes) -> Lanes {
        now
    }

    fn before(&mut self, _: usize, now: Lanes) -> Lanes {
        let before = now.one_before(Lanes::splat(self.memory.value));
        self.memory.value = array(now)[self.bars - 1];
        before
    }

    fn aligned(&self, now: Lanes, others: Lanes) -> Lanes {
        let (mut values, others) = (array(now), array(others));
        for (value, other) in values.iter_mut().zip(others) {
            *value = if other.is_nan() { f64::NAN } else { *value };
        }
        Lanes::load(&values)
    }

    fn ratio(&self, scale: Option<f64>, [part, whole]: [Lanes; 2], flat: f64) -> Lanes {
        // NaN takes precedence over the 0/0 rule.
        self.aligned(ratio(scale, [part, whole], flat), part)
    }

    fn hold(&mut self, _: usize, now: Lanes, moves: Lanes, drifts: bool) -> Lanes {
        let (mut values, moves) = (array(now), array(moves));
        for (value, moved) in values.iter_mut().zip(moves).take(self.bars) {
            *value = self.memory.held.next(*value, moved == 0.0, drifts);
        }
        Lanes::load(&values)
    }
}

/// The outputs of shape number `SHAPE`.
pub(super) fn run_apart<const SHAPE: usize>(
    apart: &mut Apart<'_>,
    numbers: &[f64; NUMBERS],
    now: [Lanes; INPUTS],
    before: [Lanes; INPUTS],
) -> [Lanes; OUTPUTS] {
    values::<Lanes, _, SHAPE>(apart, numbers, now, before)
}
