//! Averages whose weight changes from bar to bar: `y = y' + k * (x - y')`, eight bars at a time.
//!
//! As in `scan`, the bars of a group are combined in three doubling steps and the value before the group comes in at
//! the end; here each bar brings its own factor `1 - k`, so the factors are combined too.

use std::array::from_fn;

use super::level::leveled;
use super::scan::{GROUP, all_exist, exists, handed_on};
use super::{Fields, Kernel, Memory, State};

/// The average of the first input that takes in each value with the weight given by the second, 0 to 1. Before the
/// first weight it is the value at hand, which it does not show.
#[derive(Debug, Clone)]
pub struct Adaptive {
    /// Whether it is 0 before the first weight instead.
    pub from_zero: bool,
}

impl Kernel for Adaptive {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Whole
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Adapting { started: self.from_zero, carry: 0.0, kept: [1.0; GROUP], added: [0.0; GROUP], count: 0 })
    }
}

#[derive(Clone)]
struct Adapting {
    /// Whether the value before the first weight is known.
    started: bool,
    /// The value before the group at hand, or the newest value of the input before there is a weight.
    carry: f64,
    /// What each bar of the group at hand keeps of the value before it, so far.
    kept: [f64; GROUP],
    /// What it adds.
    added: [f64; GROUP],
    count: usize,
}

/// The values of a group. Each depends only on the bars up to it.
#[inline(always)]
fn group(mut kept: [f64; GROUP], mut added: [f64; GROUP], carry: f64) -> [f64; GROUP] {
    for doubling in [1, 2, 4] {
        let before =
            |column: &[f64; GROUP], i: usize, none: f64| if i < doubling { none } else { column[i - doubling] };
        let added_before: [f64; GROUP] = from_fn(|i| before(&added, i, 0.0));
        let kept_before: [f64; GROUP] = from_fn(|i| before(&kept, i, 1.0));
        added = from_fn(|i| added[i] + kept[i] * added_before[i]);
        kept = from_fn(|i| kept[i] * kept_before[i]);
    }
    from_fn(|i| added[i] + kept[i] * carry)
}

leveled! {
    fn groups(carry: f64, x: &[f64], weights: &[f64], output: &mut [f64]) -> f64 {
        let mut carry = carry;
        let bars = x.chunks_exact(GROUP).zip(weights.chunks_exact(GROUP));
        for ((x, weights), output) in bars.zip(output.chunks_exact_mut(GROUP)) {
            let values = group(from_fn(|i| 1.0 - weights[i]), from_fn(|i| weights[i] * x[i]), carry);
            output.copy_from_slice(&values);
            carry = handed_on(values[GROUP - 1]);
        }
        carry
    }
}

impl Adapting {
    /// The value at one more bar.
    fn step(&mut self, x: f64, weight: f64) -> f64 {
        if !exists(x) || !exists(weight) {
            if !self.started && exists(x) {
                self.carry = x;
            }
            return f64::NAN;
        }
        self.started = true;
        self.kept[self.count] = 1.0 - weight;
        self.added[self.count] = weight * x;
        let value = group(self.kept, self.added, self.carry)[self.count];
        self.count += 1;
        if self.count == GROUP {
            self.carry = handed_on(value);
            self.count = 0;
            (self.kept, self.added) = ([1.0; GROUP], [0.0; GROUP]);
        }
        value
    }
}

impl State for Adapting {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let ([x, weights], output) = ([inputs[0], inputs[1]], &mut *outputs[0]);
        let len = output.len();
        let mut at = 0;
        while at < len {
            let run = (len - at) / GROUP * GROUP;
            if self.count == 0 && run > 0 && all_exist(&x[at..at + run]) && all_exist(&weights[at..at + run]) {
                self.started = true;
                let rows = at..at + run;
                self.carry = groups(self.carry, &x[rows.clone()], &weights[rows.clone()], &mut output[rows]);
                at += run;
            } else {
                output[at] = self.step(x[at], weights[at]);
                at += 1;
            }
        }
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.started, &mut self.carry, &mut self.kept, &mut self.added]);
        fields.below(&mut self.count, GROUP);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
