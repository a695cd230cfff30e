//! Averages whose weight changes from bar to bar: `y = y' + k * (x - y')`, eight bars at a time.
//!
//! As in `scan`, the value before a group comes in at the end, so that only one step per group waits for the group before;
//! here each bar brings its own factor `1 - k`, so the factors are put together too.

use super::groups::{GROUP, handed_on};
use super::level::leveled;
use super::scan::{all_exist, exists};
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
        Box::new(Adapting { started: self.from_zero, carry: 0.0, group: Group::default(), count: 0 })
    }
}

#[derive(Clone)]
struct Adapting {
    /// Whether the value before the first weight is known.
    started: bool,
    /// The value before the group at hand, or the newest value of the input before there is a weight.
    carry: f64,
    group: Group,
    count: usize,
}

/// What the bars of a group so far do to the value before it.
#[derive(Clone, Copy)]
struct Group {
    /// What they keep of it.
    kept: f64,
    /// What they add.
    added: f64,
}

impl Default for Group {
    fn default() -> Self {
        Self { kept: 1.0, added: 0.0 }
    }
}

impl Group {
    /// The value at one more bar. Only the last step waits for the group before.
    #[inline(always)]
    fn step(&mut self, x: f64, weight: f64, carry: f64) -> f64 {
        let kept = 1.0 - weight;
        self.added = self.added * kept + x * weight;
        self.kept *= kept;
        self.added + self.kept * carry
    }
}

leveled! {
    fn groups(carry: f64, x: &[f64], weights: &[f64], output: &mut [f64]) -> f64 {
        let mut carry = carry;
        let bars = x.chunks_exact(GROUP).zip(weights.chunks_exact(GROUP));
        for ((x, weights), output) in bars.zip(output.chunks_exact_mut(GROUP)) {
            let mut group = Group::default();
            let mut values = [0.0; GROUP];
            for i in 0..GROUP {
                values[i] = group.step(x[i], weights[i], carry);
            }
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
        let value = self.group.step(x, weight, self.carry);
        self.count += 1;
        if self.count == GROUP {
            self.carry = handed_on(value);
            (self.group, self.count) = (Group::default(), 0);
        }
        value
    }
}

impl State for Adapting {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let ([x, weights], output) = ([inputs[0], inputs[1]], &mut *outputs[0]);
        let len = output.len();
        let whole = all_exist(x) && all_exist(weights);
        let head = if whole { ((GROUP - self.count) % GROUP).min(len) } else { len };
        let tail = head + (len - head) / GROUP * GROUP;
        for at in 0..head {
            output[at] = self.step(x[at], weights[at]);
        }
        if tail > head {
            self.started = true;
            self.carry = groups(self.carry, &x[head..tail], &weights[head..tail], &mut output[head..tail]);
        }
        for at in tail..len {
            output[at] = self.step(x[at], weights[at]);
        }
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.started, &mut self.carry, &mut self.group.kept, &mut self.group.added]);
        fields.below(&mut self.count, GROUP);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
