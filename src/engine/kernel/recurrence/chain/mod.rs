//! Chains: several first-order recurrences and the arithmetic between them in one loop, whose values stay in registers.
//!
//! MACD is three recurrences and two differences; a step for each writes and reads columns, looks for gaps, and starts
//! and ends a loop. Here each of them is one line of a [`Shape`]. The scans of a block would wait for each other, so
//! each has the block before that of the scan it reads.
//!
//! The states of the recurrences are those of [`FirstOrder`] and stay on its grid of blocks. Before all of them have a
//! seed, and around gaps, bars are computed by these states, up to eight at a time; else full blocks are computed in
//! registers and only the carries go back. Both evaluate the same expressions as the separate kernels.

mod apart;
mod blocks;
mod registers;
mod rules;
pub(crate) mod scan_pair;
mod shape;

use std::array::from_fn;
use std::ops::Range;

use self::apart::{Apart, Memory as Carried, PREVIOUS};
use self::registers::Carries;
use self::shape::{INPUTS, NUMBERS, OUTPUTS, SCANS, SUMS};
pub use shape::Shape;

use super::block8::{Carry, WIDTH, Weights};
use super::blocked::Blocked;
use super::first_order::{FirstOrder, FirstOrderState};
use super::sums::cumulative_sum::PrefixSum;
use super::sums::neumaier::NeumaierSum;
use crate::kernel::lagged::hold::Held;
use crate::kernel::simd::canonical_nan::canonical;
use crate::kernel::simd::vector8::{Lanes, Vector8};
use crate::kernel::state::skip_nan::{SkipNan, all_moderate, exists};
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The number of bars that are computed again, up to a gap, if there is one.
const TILE: usize = 4096;

/// Recurrences and what is computed from them, in one loop.
#[derive(Debug, Clone)]
pub struct Chain {
    /// What is computed.
    pub shape: Shape,
    /// The recurrences, as the shape numbers them.
    pub scans: Vec<FirstOrder>,
    /// The place of the first input of each in its block: the lookback of that input.
    pub places: Vec<usize>,
    /// The constants of the shape, then any.
    pub numbers: [f64; NUMBERS],
    /// The number of values masked, as by [`WarmUp`](crate::kernel::WarmUp), where the first output has one.
    pub mask: usize,
    /// The number of bars without a value.
    pub lookback: usize,
}

parameters!(Chain { shape, scans, places, numbers, mask, lookback });

impl Chain {
    /// Whether its recurrences are of the form that the shape is written for.
    pub fn is_valid(&self) -> bool {
        let forms = self.scans.iter().zip(&self.places).map(|(scan, &place)| FirstOrderState::new(scan, place).form());
        forms.eq(self.shape.facts().forms.iter().copied()) && self.places.len() == self.scans.len()
    }
}

impl Kernel for Chain {
    fn outputs(&self) -> usize {
        self.shape.facts().outputs
    }

    fn lookback(&self) -> usize {
        self.lookback
    }

    fn lookback_after(&self, _: &[usize]) -> usize {
        self.lookback
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn block(&self) -> usize {
        usize::MAX
    }

    fn cost(&self) -> f64 {
        1.0 + 0.5 * (self.scans.len() + self.shape.facts().sums) as f64
    }

    fn start(&self) -> Box<dyn State> {
        let start = |(scan, &place)| SkipNan(vec![FirstOrderState::new(scan, place)]);
        let scans = self.scans.iter().zip(&self.places).map(start).collect();
        // Shapes that never ask for a value before have one from the start.
        let value = if self.shape == Shape::ThriceRate { f64::NAN } else { 0.0 };
        let previous = [f64::NAN; PREVIOUS];
        let memory = Carried { inputs: [f64::NAN; INPUTS], value, previous, held: Held::default() };
        let sums = (0..self.shape.facts().sums).map(|_| SkipNan(PrefixSum::start())).collect();
        Box::new(ChainState { shape: self.shape, numbers: self.numbers, mask: self.mask, scans, sums, memory })
    }
}

#[derive(Clone)]
struct ChainState {
    shape: Shape,
    numbers: [f64; NUMBERS],
    /// The number of values that are left to be masked.
    mask: usize,
    scans: Vec<SkipNan<Vec<FirstOrderState>>>,
    sums: Vec<SkipNan<Blocked<PrefixSum>>>,
    memory: Carried,
}

/// Bars of all inputs.
type Inputs<'a> = [&'a [f64]; INPUTS];

impl ChainState {
    /// The number of bars before all recurrences are at the start of a block; `None` if they will not be there together.
    fn bars_to_block(&self) -> Option<usize> {
        let scans = self.scans.iter().map(|SkipNan(scan)| scan[0].bars_to_block());
        let mut bars = scans.chain(self.sums.iter().map(|SkipNan(sum)| Some(sum.free())));
        let first = bars.next()??;
        bars.all(|bars| bars == Some(first)).then_some(first)
    }

    /// Whether the next bars can be computed in registers: every value before them exists.
    fn remembers(&self) -> bool {
        let are_moderate = self.sums.iter().all(|SkipNan(sum)| all_moderate(&[sum.carry.value()]));
        are_moderate && all_moderate(&self.memory.inputs) && exists(self.memory.value)
    }

    /// The values of up to a block of bars in any state, with gaps or without.
    fn feed_apart(&mut self, inputs: Inputs<'_>, outputs: [&mut [f64]; OUTPUTS]) {
        let bars = inputs[0].len();
        let mut now = [[f64::NAN; WIDTH]; INPUTS];
        for (lanes, input) in now.iter_mut().zip(inputs) {
            lanes[..bars].copy_from_slice(input);
        }
        let (now, last) = (now.map(|lanes| Lanes::load(&lanes)), now.map(|lanes| lanes[bars - 1]));
        let before = from_fn(|input| now[input].one_before(Lanes::splat(self.memory.inputs[input])));
        let mut apart = Apart { scans: &mut self.scans, sums: &mut self.sums, memory: &mut self.memory, bars };
        let values = self.shape.ways().1(&mut apart, &self.numbers, now, before);
        self.memory.inputs = last;
        for (values, output) in values.into_iter().zip(outputs) {
            let mut lanes = [0.0; WIDTH];
            values.store(&mut lanes);
            output.iter_mut().zip(lanes).for_each(|(output, value)| *output = canonical(value));
        }
    }

    /// The values of full blocks without gaps, and whether they could be computed; the state is unchanged if not.
    fn feed_together(&mut self, inputs: Inputs<'_>, outputs: [&mut [f64]; OUTPUTS]) -> bool {
        let scan = |at: usize| self.scans.get(at).map(|SkipNan(scan)| &scan[0].block8);
        let weights = from_fn::<_, SCANS, _>(|at| scan(at).map_or(Weights::NONE, |scan| scan.weights));
        let carries = Carries {
            scans: from_fn(|at| scan(at).map_or(Carry::default(), |scan| scan.carry)),
            sums: from_fn::<_, SUMS, _>(|at| self.sums.get(at).map_or(NeumaierSum::default(), |sum| sum.0.carry)),
            memory: self.memory,
            is_valid: true,
        };
        let after = self.shape.ways().0(&weights, &self.numbers, carries, inputs, outputs);
        if !after.is_valid {
            return false;
        }
        for (SkipNan(scan), carry) in self.scans.iter_mut().zip(after.scans) {
            scan[0].block8.carry = carry;
        }
        for (SkipNan(sum), carry) in self.sums.iter_mut().zip(after.sums) {
            sum.carry = carry;
        }
        self.memory = after.memory;
        true
    }
}

/// The number of bars before the first that is not moderate.
fn dense(inputs: Inputs<'_>) -> usize {
    let is_gap = |at: &usize| inputs.iter().any(|input| !all_moderate(&input[*at..=*at]));
    (0..inputs[0].len()).find(is_gap).unwrap_or(inputs[0].len())
}

impl ChainState {
    /// The values of a tile.
    fn feed_tile(&mut self, inputs: Inputs<'_>, outputs: &mut [&mut [f64]], bars: Range<usize>) {
        let part = |bars: Range<usize>| inputs.map(|input| &input[bars.clone()]);
        // Where the bars end that seem to have no gap.
        let (mut at, mut gap) = (bars.start, bars.end);
        while at < bars.end {
            if at >= gap {
                gap = at + dense(part(at..bars.end));
            }
            let to_block = self.bars_to_block();
            let whole = gap.saturating_sub(at) / WIDTH * WIDTH;
            let is_together = to_block == Some(0) && whole > 0 && self.remembers();
            let count = match to_block {
                _ if is_together => whole,
                Some(count @ 1..) => count.min(bars.end - at),
                _ => WIDTH.min(bars.end - at),
            };
            let now = at..at + count;
            let mut own = outputs.iter_mut();
            let own = from_fn(|_| own.next().map_or(&mut [][..], |output| &mut output[now.clone()]));
            if !is_together {
                self.feed_apart(part(now), own);
                at += count;
            } else if self.feed_together(part(now), own) {
                at += count;
            } else {
                // If it was no gap it was a sum.
                let found = at + dense(part(at..gap));
                gap = if found < at + whole { found } else { at };
                let rest = if gap == at { WIDTH.min(bars.end - at) } else { 0 };
                let mut own = outputs.iter_mut();
                let own = from_fn(|_| own.next().map_or(&mut [][..], |output| &mut output[at..at + rest]));
                if rest > 0 {
                    self.feed_apart(part(at..at + rest), own);
                }
                at += rest;
            }
        }
    }
}

impl State for ChainState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let inputs: Inputs<'_> = from_fn(|input| inputs[input.min(inputs.len() - 1)]);
        let len = inputs[0].len();
        for at in (0..len).step_by(TILE) {
            self.feed_tile(inputs, outputs, at..len.min(at + TILE));
        }
        for at in 0..len {
            if self.mask == 0 {
                break;
            }
            self.mask -= usize::from(!outputs[0][at].is_nan());
            outputs.iter_mut().for_each(|output| output[at] = f64::NAN);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.scans.iter_mut().for_each(|scan| State::visit(scan, fields));
        self.sums.iter_mut().for_each(|sum| State::visit(sum, fields));
        self.memory.visit(fields);
        fields.visit(&mut [&mut self.mask]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
