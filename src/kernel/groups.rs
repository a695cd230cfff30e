//! Eight bars at a time of a recurrence `y = beta * y' + gain * x`.
//!
//! In each bar of a group the inputs of the group are added up with their weights, and the value before the group comes
//! in at the end; so the way from group to group is one multiplication and one addition. A group that is not full yet
//! keeps its inputs, and each of its values is computed by the same expression as when it is.

#![allow(clippy::needless_range_loop, reason = "the loops over the bars of a group run over several arrays at once")]

use std::array::from_fn;

use super::lanes::array;
use super::level::leveled;
use super::{Field, Fields};

/// The number of bars of a group.
pub(crate) const GROUP: usize = 8;

/// What a group hands on that is smaller than this is zero, so that nothing decays into subnormal numbers.
const SILENCE: f64 = 1e-290;

/// Eight-bar groups of one recurrence.
#[derive(Clone)]
pub(crate) struct Groups {
    weights: Weights,
    /// The value before the group at hand.
    pub(crate) carry: f64,
    /// The inputs of the group before, and those of the group at hand so far.
    recent: [f64; 2 * GROUP],
    count: usize,
}

/// The weights of a recurrence.
#[derive(Clone, Copy)]
struct Weights {
    /// Those of the input of each age in each bar of a group: 0 for those before the group.
    inputs: [[f64; GROUP]; GROUP],
    /// Those of the value before the group.
    powers: [f64; GROUP],
    /// The last of them, for handing on: apart from the others, which are used eight at a time.
    decay: f64,
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

#[inline(always)]
fn sum(x: [f64; GROUP]) -> f64 {
    ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]))
}

impl Weights {
    fn new(beta: f64, gain: f64) -> Self {
        let mut powers = [beta; GROUP];
        for i in 1..GROUP {
            powers[i] = powers[i / 2] * powers[i - 1 - i / 2];
        }
        let weight = |age: usize| if age == 0 { gain } else { gain * powers[age - 1] };
        let inputs = from_fn(|age| from_fn(|bar| if age <= bar { weight(age) } else { 0.0 }));
        Self { inputs, powers, decay: powers[GROUP - 1] }
    }

    /// What the inputs of a group, which `recent` ends with, add to each of its values: terms as `sum` adds them.
    #[inline(always)]
    fn local(&self, recent: &[f64]) -> [f64; GROUP] {
        let mut terms = [[0.0; GROUP]; GROUP];
        for age in 0..GROUP {
            let inputs = &recent[GROUP - age..2 * GROUP - age];
            for bar in 0..GROUP {
                terms[age][bar] = self.inputs[age][bar] * inputs[bar];
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

    /// Puts the values of a group, which `recent` ends with, in their place; gives what it hands on.
    #[inline(always)]
    fn group(&self, recent: &[f64], carry: f64, output: &mut [f64]) -> f64 {
        let local = self.local(recent);
        let mut values = [0.0; GROUP];
        for bar in 0..GROUP {
            values[bar] = local[bar] + self.powers[bar] * carry;
        }
        output.copy_from_slice(&values);
        handed_on(local[GROUP - 1] + self.decay * carry)
    }
}

impl Field for Groups {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.carry, &mut self.recent]);
        fields.below(&mut self.count, GROUP);
    }
}

impl Groups {
    pub(crate) fn new(beta: f64, gain: f64) -> Self {
        Self { weights: Weights::new(beta, gain), carry: 0.0, recent: [0.0; 2 * GROUP], count: 0 }
    }

    /// How many inputs are missing to the end of the group at hand; none where it has not begun.
    fn missing(&self) -> usize {
        (GROUP - self.count) % GROUP
    }

    /// The values at inputs that end in the group at hand.
    fn part(&mut self, inputs: &[f64], output: &mut [f64]) {
        if inputs.is_empty() {
            return;
        }
        let range = self.count..self.count + inputs.len();
        self.recent[GROUP..][range.clone()].copy_from_slice(inputs);
        let mut values = [0.0; GROUP];
        let last = one(&self.weights, &self.recent, self.carry, &mut values);
        output.copy_from_slice(&values[range.clone()]);
        self.count = range.end % GROUP;
        if self.count == 0 {
            self.carry = last;
            self.recent.copy_within(GROUP.., 0);
        }
    }

    /// Keeps the last of whole groups, after which others come.
    fn remember(&mut self, inputs: &[f64]) {
        if let Some(last) = inputs.last_chunk::<GROUP>() {
            self.recent[..GROUP].copy_from_slice(last);
        }
    }

    /// The values at more inputs.
    pub(crate) fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let head = self.missing().min(inputs.len());
        let tail = head + (inputs.len() - head) / GROUP * GROUP;
        self.part(&inputs[..head], &mut output[..head]);
        if tail > head {
            let first = head + GROUP;
            self.part(&inputs[head..first], &mut output[head..first]);
            self.carry = others(&self.weights, self.carry, &inputs[head..tail], &mut output[first..tail]);
            self.remember(&inputs[head..tail]);
        }
        self.part(&inputs[tail..], &mut output[tail..]);
    }
}

leveled! {
    /// The values of one group; gives what it hands on.
    fn one(weights: &Weights, recent: &[f64; 2 * GROUP], carry: f64, values: &mut [f64; GROUP]) -> f64 {
        weights.group(recent, carry, values)
    }

    /// The values of whole groups after the first; gives what the last hands on.
    fn others(weights: &Weights, carry: f64, inputs: &[f64], output: &mut [f64]) -> f64 {
        // Of its own, which no output can be thought to overlap.
        let (weights, mut carry) = (*weights, carry);
        for (recent, output) in inputs.windows(2 * GROUP).step_by(GROUP).zip(output.chunks_exact_mut(GROUP)) {
            carry = weights.group(recent, carry, output);
        }
        carry
    }
}

/// As many recurrences as are advanced side by side.
const LANES: usize = 8;

/// Advances recurrences over the same inputs without giving their values.
pub(crate) fn advance(all: &mut [&mut Groups], inputs: &[f64]) {
    let mut dropped = [0.0; GROUP];
    // Only groups that end at the same bars go side by side.
    all.sort_unstable_by_key(|groups| groups.missing());
    for alike in all.chunk_by_mut(|one, other| one.missing() == other.missing()) {
        let head = alike[0].missing().min(inputs.len());
        let tail = head + (inputs.len() - head) / GROUP * GROUP;
        alike.iter_mut().for_each(|groups| groups.part(&inputs[..head], &mut dropped[..head]));
        for some in alike.chunks_mut(LANES) {
            let of = |lane: usize| &*some[lane.min(some.len() - 1)];
            let weights: [Weights; LANES] = array(of(0).weights, |lane| of(lane).weights);
            let carries = carries(&weights, array(0.0, |lane| of(lane).carry), &inputs[head..tail]);
            for (groups, carry) in some.iter_mut().zip(carries) {
                groups.carry = carry;
                groups.remember(&inputs[head..tail]);
            }
        }
        alike.iter_mut().for_each(|groups| groups.part(&inputs[tail..], &mut dropped[..inputs.len() - tail]));
    }
}

leveled! {
    /// What the last of whole groups hands on, of several recurrences.
    fn carries(weights: &[Weights; LANES], carries: [f64; LANES], inputs: &[f64]) -> [f64; LANES] {
        // Those of the last bar of a group, which alone counts.
        let mut lasts = [[0.0; LANES]; GROUP];
        for age in 0..GROUP {
            lasts[age] = array(0.0, |lane| weights[lane].inputs[age][GROUP - 1]);
        }
        let decays: [f64; LANES] = array(0.0, |lane| weights[lane].decay);
        let mut carries = carries;
        for inputs in inputs.chunks_exact(GROUP) {
            let mut next = [0.0; LANES];
            for lane in 0..LANES {
                let local = sum(array(0.0, |age| lasts[age][lane] * inputs[GROUP - 1 - age]));
                let carry = local + decays[lane] * carries[lane];
                next[lane] = if carry.abs() < SILENCE { 0.0 } else { carry };
            }
            carries = next;
        }
        carries
    }
}
