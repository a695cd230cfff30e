//! First-order recurrences `y = beta * y' + gain * x`, eight bars at a time.
//!
//! The eight bars of a group are combined in three doubling steps and the value before the group comes in at the end.
//! Groups are counted by the values that exist, so a gap changes nothing after it. A group that is not full yet keeps
//! its inputs, and its values are computed by the same expression when it is.

use std::array::from_fn;

use super::level::leveled;
use super::{BLOCK, Field, Fields, Kernel, Memory, State};

/// The number of bars of a group.
pub(crate) const GROUP: usize = 8;

/// A value of this size or more, and what is no number, counts as missing: the sums of real ones cannot overflow.
const LIMIT: f64 = 1e300;

/// What a group hands on that is smaller than this is zero, so that nothing decays into subnormal numbers.
const SILENCE: f64 = 1e-290;

/// The recurrence `y = beta * y' + gain * x`.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The weight of the value before, 0 to below 1.
    pub beta: f64,
    /// The weight of the input.
    pub gain: f64,
    /// The first value.
    pub seed: Seed,
    /// How many inputs are left out before the seed.
    pub skip: usize,
}

/// The first value of a recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// The first input.
    First,
    /// The mean of so many inputs, 1 or more.
    Mean(usize),
    /// The sum of so many inputs, 1 or more.
    Sum(usize),
}

/// The mean with weights that decay by `beta` per value, relative to the weights there are so far.
#[derive(Debug, Clone)]
pub struct Adjusted {
    /// The weight of a value relative to the one after it, 0 to below 1.
    pub beta: f64,
}

impl Seed {
    fn inputs(self) -> usize {
        match self {
            Self::First => 1,
            Self::Mean(inputs) | Self::Sum(inputs) => inputs,
        }
    }
}

/// After how many values the weight of a value is less than one in its eighth digit.
fn fading(beta: f64) -> usize {
    const FADED: f64 = 1e-8;
    let square = |power: &f64| (*power >= FADED).then(|| power * power);
    let powers: Vec<f64> = std::iter::successors(Some(beta), square).collect();
    let (mut values, mut weight) = (0, 1.0);
    for (doublings, power) in powers.iter().enumerate().rev() {
        if weight * power >= FADED {
            weight *= power;
            values += 1 << doublings;
        }
    }
    values + 1
}

impl Kernel for Scan {
    fn lookback(&self) -> usize {
        self.skip + self.seed.inputs() - 1
    }

    fn settles(&self) -> Option<usize> {
        Some(self.lookback() + fading(self.beta))
    }

    fn memory(&self) -> Memory {
        Memory::Whole
    }

    fn start(&self) -> Box<dyn State> {
        let start = Exact::default();
        Box::new(Gaps(Scanning { scan: self.clone(), groups: Groups::new(self.beta), seen: 0, start }))
    }
}

impl Kernel for Adjusted {
    fn lookback(&self) -> usize {
        0
    }

    fn settles(&self) -> Option<usize> {
        Some(fading(self.beta))
    }

    fn memory(&self) -> Memory {
        Memory::Whole
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Gaps(Adjusting { values: Groups::new(self.beta), weights: Groups::new(self.beta) }))
    }
}

/// A computation over values that all exist.
pub(crate) trait Gapless: Clone + Send + Sync + 'static {
    /// The values at the next inputs.
    fn run(&mut self, inputs: &[f64], output: &mut [f64]);

    /// As [`State::walk`].
    fn walk(&mut self, fields: &mut Fields<'_>);
}

/// A computation that passes over the bars without a value.
#[derive(Clone)]
pub(crate) struct Gaps<G>(pub(crate) G);

impl<G: Gapless> State for Gaps<G> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let (input, output) = (inputs[0], &mut *outputs[0]);
        if all_exist(input) {
            return self.0.run(input, output);
        }
        let mut dense = [0.0; BLOCK];
        let mut count = 0;
        for value in input.iter().filter(|value| exists(**value)) {
            dense[count] = *value;
            count += 1;
        }
        self.0.run(&dense[..count], &mut output[..count]);
        for (at, value) in input.iter().enumerate().rev() {
            let found = exists(*value);
            count -= usize::from(found);
            output[at] = if found { output[count] } else { f64::NAN };
        }
    }

    fn walk(&mut self, fields: &mut Fields<'_>) {
        self.0.walk(fields);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[inline(always)]
fn exists(value: f64) -> bool {
    value.abs() < LIMIT
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
}

impl Field for Exact {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.sum, &mut self.rest]);
    }
}

/// Eight-bar groups of one recurrence.
#[derive(Clone)]
struct Groups {
    powers: Powers,
    /// The value before the group at hand.
    carry: f64,
    /// The inputs of the group at hand, so far.
    inputs: [f64; GROUP],
    count: usize,
}

/// `beta` to the powers 1 to 8.
#[derive(Clone)]
struct Powers([f64; GROUP]);

impl Powers {
    fn new(beta: f64) -> Self {
        let mut powers = [beta; GROUP];
        for i in 1..GROUP {
            powers[i] = powers[i / 2] * powers[i - 1 - i / 2];
        }
        Self(powers)
    }

    /// The values of a group. Each depends only on the inputs up to it.
    #[inline(always)]
    fn group(&self, inputs: [f64; GROUP], carry: f64) -> [f64; GROUP] {
        let mut values = inputs;
        for (doubling, power) in [(1, self.0[0]), (2, self.0[1]), (4, self.0[3])] {
            let before: [f64; GROUP] = from_fn(|i| if i < doubling { 0.0 } else { values[i - doubling] });
            values = from_fn(|i| values[i] + power * before[i]);
        }
        from_fn(|i| values[i] + self.0[i] * carry)
    }
}

/// What a group hands on.
#[inline(always)]
fn handed_on(last: f64) -> f64 {
    if last.abs() < SILENCE { 0.0 } else { last }
}

impl Field for Groups {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.carry, &mut self.inputs]);
        fields.below(&mut self.count, GROUP);
    }
}

impl Groups {
    fn new(beta: f64) -> Self {
        Self { powers: Powers::new(beta), carry: 0.0, inputs: [0.0; GROUP], count: 0 }
    }

    /// The value at one more input.
    fn step(&mut self, input: f64) -> f64 {
        self.inputs[self.count] = input;
        let value = self.powers.group(self.inputs, self.carry)[self.count];
        self.count += 1;
        if self.count == GROUP {
            self.carry = handed_on(value);
            self.count = 0;
        }
        value
    }

    /// The values at more inputs, each multiplied by `gain`.
    fn run(&mut self, gain: f64, inputs: &[f64], output: &mut [f64]) {
        let head = ((GROUP - self.count) % GROUP).min(inputs.len());
        let tail = head + (inputs.len() - head) / GROUP * GROUP;
        for at in 0..head {
            output[at] = self.step(gain * inputs[at]);
        }
        self.carry = groups(&self.powers, gain, self.carry, &inputs[head..tail], &mut output[head..tail]);
        for at in tail..inputs.len() {
            output[at] = self.step(gain * inputs[at]);
        }
    }
}

leveled! {
    fn all_exist(values: &[f64]) -> bool {
        values.iter().fold(true, |all, value| all & exists(*value))
    }

    /// The values of whole groups, and what the last of them hands on.
    fn groups(powers: &Powers, gain: f64, carry: f64, inputs: &[f64], output: &mut [f64]) -> f64 {
        let mut carry = carry;
        for (inputs, output) in inputs.chunks_exact(GROUP).zip(output.chunks_exact_mut(GROUP)) {
            let values = powers.group(from_fn(|i| gain * inputs[i]), carry);
            output.copy_from_slice(&values);
            carry = handed_on(values[GROUP - 1]);
        }
        carry
    }

    fn divide(by: &[f64], values: &mut [f64]) {
        for (value, by) in values.iter_mut().zip(by) {
            *value /= by;
        }
    }
}

#[derive(Clone)]
struct Scanning {
    scan: Scan,
    groups: Groups,
    /// How many values have been seen, up to the seed.
    seen: usize,
    start: Exact,
}

impl Scanning {
    /// Takes one of the values before or at the seed.
    ///
    /// The recurrence is fed zeros before the seed and the seed itself, which makes it one like any other.
    fn start(&mut self, value: f64) -> f64 {
        self.seen += 1;
        if self.seen > self.scan.skip {
            self.start.add(value);
        }
        if self.seen <= self.scan.lookback() {
            self.groups.step(0.0);
            return f64::NAN;
        }
        let sum = self.start.sum + self.start.rest;
        self.groups.step(match self.scan.seed {
            Seed::First | Seed::Sum(_) => sum,
            Seed::Mean(inputs) => sum / inputs as f64,
        })
    }
}

impl Gapless for Scanning {
    fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let starting = (self.scan.lookback() + 1).saturating_sub(self.seen).min(inputs.len());
        for at in 0..starting {
            output[at] = self.start(inputs[at]);
        }
        self.groups.run(self.scan.gain, &inputs[starting..], &mut output[starting..]);
    }

    fn walk(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.groups, &mut self.seen, &mut self.start]);
    }
}

#[derive(Clone)]
struct Adjusting {
    values: Groups,
    weights: Groups,
}

impl Gapless for Adjusting {
    fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let mut weights = [0.0; BLOCK];
        let weights = &mut weights[..inputs.len()];
        self.weights.run(1.0, &[1.0; BLOCK][..inputs.len()], weights);
        self.values.run(1.0, inputs, output);
        divide(weights, output);
    }

    fn walk(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.values, &mut self.weights]);
    }
}
