//! First-order recurrences `y = beta * y' + gain * x`, eight bars at a time.
//!
//! In each bar of a group of eight, the inputs of the group are added up with their weights, and the value before the
//! group comes in at the end; so the way from group to group is one multiplication and one addition. Groups are counted
//! from the first value, by the inputs that exist, so a gap changes nothing after it. A group that is not full yet keeps
//! its inputs, and each of its values is computed by the same expression as when it is.

#![allow(clippy::needless_range_loop, reason = "the loops over the bars of a group run over several arrays at once")]

use std::array::from_fn;

use super::level::leveled;
use super::total::Exact;
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
pub(crate) fn fading(beta: f64) -> usize {
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
        Box::new(Gaps(Scanning { scan: self.clone(), groups: Groups::new(self.beta, self.gain), seen: 0, start }))
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
        Box::new(Gaps(Adjusting { values: Groups::new(self.beta, 1.0), weights: Groups::new(self.beta, 1.0) }))
    }
}

/// A computation over values that all exist.
pub(crate) trait Gapless: Clone + Send + Sync + 'static {
    /// The values at the next inputs.
    fn run(&mut self, inputs: &[f64], output: &mut [f64]);

    /// As [`State::pass`].
    fn pass(&mut self, fields: &mut Fields<'_>);
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

    fn pass(&mut self, fields: &mut Fields<'_>) {
        self.0.pass(fields);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// Whether a value is one, and not so large that a sum of such could overflow.
#[inline(always)]
pub(crate) fn exists(value: f64) -> bool {
    value.abs() < LIMIT
}

/// The part of the values of a group that comes from its own inputs.
#[derive(Clone)]
struct Local {
    /// The weight of the input of each age in each bar of the group: 0 for those before the group.
    weights: [[f64; GROUP]; GROUP],
}

impl Local {
    /// Of the recurrence `y = beta * y' + gain * x`.
    fn new(beta: f64, gain: f64) -> Self {
        let powers = powers(beta);
        let weight = |age: usize| if age == 0 { gain } else { gain * powers[age - 1] };
        Self { weights: from_fn(|age| from_fn(|bar| if age <= bar { weight(age) } else { 0.0 })) }
    }

    /// That of one bar of a group.
    #[inline(always)]
    fn at(&self, bar: usize, recent: &[f64; 2 * GROUP]) -> f64 {
        sum(from_fn(|age| self.weights[age][bar] * recent[GROUP + bar - age]))
    }

    /// That of a whole group, which `recent` ends with.
    #[inline(always)]
    fn of(&self, recent: &[f64]) -> [f64; GROUP] {
        let mut terms = [[0.0; GROUP]; GROUP];
        for age in 0..GROUP {
            let inputs = &recent[GROUP - age..2 * GROUP - age];
            for bar in 0..GROUP {
                terms[age][bar] = self.weights[age][bar] * inputs[bar];
            }
        }
        for step in [1, 2, 4] {
            for age in (0..GROUP).step_by(2 * step) {
                for bar in 0..GROUP {
                    terms[age][bar] += terms[age + step][bar];
                }
            }
        }
        terms[0]
    }
}

#[inline(always)]
fn sum(x: [f64; GROUP]) -> f64 {
    ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]))
}

/// The powers 1 to 8.
fn powers(beta: f64) -> [f64; GROUP] {
    let mut powers = [beta; GROUP];
    for i in 1..GROUP {
        powers[i] = powers[i / 2] * powers[i - 1 - i / 2];
    }
    powers
}

/// Eight-bar groups of one recurrence.
#[derive(Clone)]
struct Groups {
    local: Local,
    /// The weight of the value before the group in each bar of it.
    powers: [f64; GROUP],
    /// The last of them, for handing on: apart from the others, which are used eight at a time.
    decay: f64,
    /// The value before the group at hand.
    carry: f64,
    /// The inputs of the group before, and those of the group at hand so far.
    recent: [f64; 2 * GROUP],
    count: usize,
}

/// What a group hands on.
#[inline(always)]
pub(crate) fn handed_on(last: f64) -> f64 {
    // A branch that is foreseen: choosing between the two would take longer than all else on the way from group to group.
    if last.abs() < SILENCE { silence() } else { last }
}

#[cold]
fn silence() -> f64 {
    0.0
}

impl Field for Groups {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.carry, &mut self.recent]);
        fields.below(&mut self.count, GROUP);
    }
}

impl Groups {
    fn new(beta: f64, gain: f64) -> Self {
        let (local, powers) = (Local::new(beta, gain), powers(beta));
        Self { local, powers, decay: powers[GROUP - 1], carry: 0.0, recent: [0.0; 2 * GROUP], count: 0 }
    }

    /// The values of the next group, whose inputs come after those of the group before.
    #[inline(always)]
    fn next(&mut self, recent: &[f64], output: &mut [f64]) {
        let local = self.local.of(recent);
        let mut values = [0.0; GROUP];
        for bar in 0..GROUP {
            values[bar] = local[bar] + self.powers[bar] * self.carry;
        }
        output.copy_from_slice(&values);
        self.carry = handed_on(local[GROUP - 1] + self.decay * self.carry);
    }

    /// The value at one more input.
    fn step(&mut self, input: f64) -> f64 {
        self.recent[GROUP + self.count] = input;
        let value = self.local.at(self.count, &self.recent) + self.powers[self.count] * self.carry;
        self.count += 1;
        if self.count == GROUP {
            self.carry = handed_on(value);
            self.recent.copy_within(GROUP.., 0);
            self.count = 0;
        }
        value
    }

    /// The values at more inputs.
    fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let head = ((GROUP - self.count) % GROUP).min(inputs.len());
        let tail = head + (inputs.len() - head) / GROUP * GROUP;
        for at in 0..head {
            output[at] = self.step(inputs[at]);
        }
        groups(self, &inputs[head..tail], &mut output[head..tail]);
        for at in tail..inputs.len() {
            output[at] = self.step(inputs[at]);
        }
    }
}

leveled! {
    /// Whether all values exist.
    pub(crate) fn all_exist(values: &[f64]) -> bool {
        values.iter().fold(true, |all, value| all & exists(*value))
    }

    /// The values of whole groups.
    fn groups(groups: &mut Groups, inputs: &[f64], output: &mut [f64]) {
        if inputs.is_empty() {
            return;
        }
        let mut state = groups.clone();
        let (first, rest) = output.split_at_mut(GROUP);
        state.recent[GROUP..].copy_from_slice(&inputs[..GROUP]);
        let recent = state.recent;
        state.next(&recent, first);
        for (recent, output) in inputs.windows(2 * GROUP).step_by(GROUP).zip(rest.chunks_exact_mut(GROUP)) {
            state.next(recent, output);
        }
        state.recent[..GROUP].copy_from_slice(&inputs[inputs.len() - GROUP..]);
        *groups = state;
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
    /// Takes one of the values before or at the seed. The groups begin after it.
    fn start(&mut self, value: f64) -> f64 {
        self.seen += 1;
        if self.seen > self.scan.skip {
            self.start.add(value);
        }
        if self.seen <= self.scan.lookback() {
            return f64::NAN;
        }
        let sum = self.start.sum + self.start.rest;
        self.groups.carry = match self.scan.seed {
            Seed::First | Seed::Sum(_) => sum,
            Seed::Mean(inputs) => sum / inputs as f64,
        };
        self.groups.carry
    }
}

impl Gapless for Scanning {
    fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let starting = (self.scan.lookback() + 1).saturating_sub(self.seen).min(inputs.len());
        for at in 0..starting {
            output[at] = self.start(inputs[at]);
        }
        self.groups.run(&inputs[starting..], &mut output[starting..]);
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
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
        self.weights.run(&[1.0; BLOCK][..inputs.len()], weights);
        self.values.run(inputs, output);
        divide(weights, output);
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.values, &mut self.weights]);
    }
}
