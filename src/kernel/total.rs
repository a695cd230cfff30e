//! The sum of all values so far.

use super::groups::GROUP;
use super::lanes::array;
use super::level::leveled;
use super::scan::{Gapless, Gaps};
use super::{Field, Fields, Kernel, Memory, State};

/// The sum of all values so far.
#[derive(Debug, Clone)]
pub struct Total;

impl Kernel for Total {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Whole
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Gaps(Totals { before: Exact::default(), inputs: [0.0; GROUP], count: 0 }))
    }
}

/// A sum that keeps what rounding takes away.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Exact {
    pub(crate) sum: f64,
    pub(crate) rest: f64,
}

impl Exact {
    #[inline(always)]
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let lost = if self.sum.abs() >= value.abs() { (self.sum - sum) + value } else { (value - sum) + self.sum };
        self.sum = sum;
        self.rest += lost;
    }

    #[inline(always)]
    pub(crate) fn value(self) -> f64 {
        self.sum + self.rest
    }
}

impl Field for Exact {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.sum, &mut self.rest]);
    }
}

#[derive(Clone)]
struct Totals {
    /// The sum before the group at hand.
    before: Exact,
    /// The inputs of the group at hand, so far.
    inputs: [f64; GROUP],
    count: usize,
}

/// The sums of a group up to each of its values.
#[inline(always)]
fn sums(inputs: [f64; GROUP]) -> [f64; GROUP] {
    let mut sums = inputs;
    for doubling in [1, 2, 4] {
        let before: [f64; GROUP] = array(0.0, |i| if i < doubling { 0.0 } else { sums[i - doubling] });
        sums = array(0.0, |i| sums[i] + before[i]);
    }
    sums
}

#[inline(always)]
fn totals(before: Exact, sums: [f64; GROUP]) -> [f64; GROUP] {
    array(0.0, |i| before.sum + (before.rest + sums[i]))
}

leveled! {
    fn groups(before: Exact, inputs: &[f64], output: &mut [f64]) -> Exact {
        let mut before = before;
        for (inputs, output) in inputs.chunks_exact(GROUP).zip(output.chunks_exact_mut(GROUP)) {
            let sums = sums(array(0.0, |i| inputs[i]));
            output.copy_from_slice(&totals(before, sums));
            before.add(sums[GROUP - 1]);
        }
        before
    }
}

impl Totals {
    fn step(&mut self, input: f64) -> f64 {
        self.inputs[self.count] = input;
        let sums = sums(self.inputs);
        let total = totals(self.before, sums)[self.count];
        self.count += 1;
        if self.count == GROUP {
            self.before.add(sums[GROUP - 1]);
            self.count = 0;
        }
        total
    }
}

impl Gapless for Totals {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        let output = &mut *outputs[0];
        let head = ((GROUP - self.count) % GROUP).min(inputs.len());
        let tail = head + (inputs.len() - head) / GROUP * GROUP;
        for at in 0..head {
            output[at] = self.step(inputs[at]);
        }
        self.before = groups(self.before, &inputs[head..tail], &mut output[head..tail]);
        for at in tail..inputs.len() {
            output[at] = self.step(inputs[at]);
        }
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.before, &mut self.inputs]);
        fields.below(&mut self.count, GROUP);
    }
}
