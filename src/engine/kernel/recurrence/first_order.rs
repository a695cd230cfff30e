//! First-order IIR filters `y = beta * y' + gain * x`: exponential and Wilder averages, from their seed on.
//!
//! Blocks lie on a grid of existing inputs, so a gap changes nothing after it, and every recurrence over an input, or over
//! an output of one, has the same grid whatever its seed. Recurrences over the same input are fused into one bank: gaps
//! are detected once, and the recurrences run side by side, one per lane (`per_lane`).

use std::any::Any;
use std::sync::Arc;

use super::block8::{Block8, WIDTH, Weights};
use super::per_lane::{self, Member};
use super::sums::neumaier::NeumaierSum;
use crate::kernel::state::skip_nan::{Dense, SkipNan};
use crate::kernel::{Fields, Kernel, Memory, Parameters, State, parameters};

/// The recurrence `y = beta * y' + gain * x`.
#[derive(Debug, Clone)]
pub struct FirstOrder {
    /// The weight of the previous output, at least 0 and less than 1.
    pub beta: f64,
    /// The weight of the input.
    pub gain: f64,
    /// The first value.
    pub seed: Seed,
    /// The number of inputs skipped before the seed.
    pub warm_up: usize,
    /// Whether the input is 0 at rest, as a change is, and not at some level, as a price: then there is no level to take
    /// differences to, which would cost digits where the input swings and the output is small.
    pub around_zero: bool,
}

parameters!(FirstOrder { beta, gain, seed, warm_up, around_zero });

/// The first value of a recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// The first input.
    First,
    /// The mean of this many inputs, 1 or more.
    Mean(usize),
    /// The sum of this many inputs, 1 or more.
    Sum(usize),
}

impl Parameters for Seed {
    fn write(&self, words: &mut Vec<u64>) {
        match self {
            Self::First => 0_usize.write(words),
            Self::Mean(inputs) => (1_usize, *inputs).write(words),
            Self::Sum(inputs) => (2_usize, *inputs).write(words),
        }
    }
}

impl Seed {
    fn inputs(self) -> usize {
        match self {
            Self::First => 1,
            Self::Mean(inputs) | Self::Sum(inputs) => inputs,
        }
    }
}

/// The number of values after which an impulse has decayed below 1e-8, by repeated squaring: the last bit of a logarithm
/// differs between platforms.
pub(crate) fn decay_bars(beta: f64) -> usize {
    const NEGLIGIBLE: f64 = 1e-8;
    let square = |power: &f64| (*power >= NEGLIGIBLE).then(|| power * power);
    let powers: Vec<f64> = std::iter::successors(Some(beta), square).collect();
    let (mut values, mut weight) = (0, 1.0);
    for (doublings, power) in powers.iter().enumerate().rev() {
        if weight * power >= NEGLIGIBLE {
            weight *= power;
            values += 1 << doublings;
        }
    }
    values + 1
}

impl Kernel for FirstOrder {
    fn lookback(&self) -> usize {
        self.warm_up + self.seed.inputs() - 1
    }

    fn stable_after(&self) -> Option<usize> {
        Some(self.lookback() + decay_bars(self.beta))
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn fuse(&self, others: &[&dyn Kernel], lookbacks: &[usize]) -> Option<Arc<dyn Kernel>> {
        let others = others.iter().map(|&other| (other as &dyn Any).downcast_ref::<Self>().cloned());
        let all: Option<Vec<Self>> = std::iter::once(Some(self.clone())).chain(others).collect();
        Some(Arc::new(FirstOrderBank { recurrences: all?, place: lookbacks[0] % WIDTH }))
    }

    fn start(&self) -> Box<dyn State> {
        FirstOrderBank { recurrences: vec![self.clone()], place: 0 }.start()
    }
}

/// Recurrences over the same inputs.
#[derive(Debug)]
struct FirstOrderBank {
    recurrences: Vec<FirstOrder>,
    /// The place of the first input in its block.
    place: usize,
}

parameters!(FirstOrderBank { recurrences, place });

impl Kernel for FirstOrderBank {
    fn outputs(&self) -> usize {
        self.recurrences.len()
    }

    fn lookback(&self) -> usize {
        self.recurrences.iter().map(Kernel::lookback).max().expect("one or more")
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let start = |kernel: &FirstOrder| FirstOrderState::new(kernel, self.place);
        Box::new(SkipNan(self.recurrences.iter().map(start).collect::<Vec<_>>()))
    }
}

#[derive(Clone)]
pub(super) struct FirstOrderState {
    kernel: FirstOrder,
    /// The place of the first input in its block.
    place: usize,
    pub(super) block8: Block8,
    /// The number of values consumed, up to the seed.
    seen: usize,
    start: NeumaierSum,
}

impl FirstOrderState {
    /// The state before the first input, whose place in its block is given.
    pub(super) fn new(kernel: &FirstOrder, place: usize) -> Self {
        let block8 = Block8::new(Weights::new(kernel.beta, kernel.gain, kernel.around_zero));
        Self { kernel: kernel.clone(), place: place % WIDTH, block8, seen: 0, start: NeumaierSum::default() }
    }

    /// Which form of the scan computes it.
    pub(super) fn form(&self) -> usize {
        self.block8.weights.form()
    }

    /// The number of inputs before the next block; `None` if there are no outputs yet.
    pub(super) fn bars_to_block(&self) -> Option<usize> {
        (self.seen > self.kernel.lookback()).then(|| self.block8.missing + self.block8.free())
    }

    /// Consumes a value before or at the seed.
    fn start(&mut self, value: f64) -> f64 {
        self.seen += 1;
        if self.seen > self.kernel.warm_up {
            self.start.add(value);
        }
        if self.seen <= self.kernel.lookback() {
            return f64::NAN;
        }
        let sum = self.start.sum + self.start.rest;
        let seed = match self.kernel.seed {
            Seed::First | Seed::Sum(_) => sum,
            Seed::Mean(inputs) => sum / inputs as f64,
        };
        self.block8.start(seed, value, (self.place + self.seen).next_multiple_of(WIDTH) - (self.place + self.seen));
        seed
    }
}

impl FirstOrderState {
    fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let starting = (self.kernel.lookback() + 1).saturating_sub(self.seen).min(inputs.len());
        for at in 0..starting {
            output[at] = self.start(inputs[at]);
        }
        self.block8.run(&inputs[starting..], &mut output[starting..]);
    }
}

/// Feeds those that have not started, one after the other, and the others with `together`.
fn feed(
    all: &mut [FirstOrderState],
    inputs: &[f64],
    outputs: &mut [&mut [f64]],
    together: fn(&mut [Member<'_>], &[f64]),
) {
    let mut started = Vec::with_capacity(all.len());
    for (one, output) in all.iter_mut().zip(outputs) {
        if one.seen > one.kernel.lookback() {
            started.push(Member { scan: &mut one.block8, output });
        } else {
            one.run(inputs, output);
        }
    }
    together(&mut started, inputs);
}

impl Dense for Vec<FirstOrderState> {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        match &mut self[..] {
            [one] => one.run(inputs, outputs[0]),
            all => feed(all, inputs, outputs, per_lane::run),
        }
    }

    fn advance(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        feed(self, inputs, outputs, per_lane::advance);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        for one in self {
            fields.visit(&mut [&mut one.block8, &mut one.seen, &mut one.start]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{BLOCK, Level};

    /// The values of the bars from `tip` on, after those before it were fed or advanced.
    fn newest(kernel: &dyn Kernel, x: &[f64], tip: usize, cut: usize, is_read: bool) -> Vec<Vec<f64>> {
        let mut state = kernel.start();
        let mut rows = vec![vec![0.0; BLOCK]; kernel.outputs()];
        for block in x[..tip].chunks(cut) {
            let mut outputs: Vec<&mut [f64]> = rows.iter_mut().map(|row| &mut row[..block.len()]).collect();
            if is_read { state.feed(&[block], &mut outputs) } else { state.advance(&[block], &mut outputs) }
        }
        let rest = &x[tip..x.len().min(tip + BLOCK)];
        let mut outputs: Vec<&mut [f64]> = rows.iter_mut().map(|row| &mut row[..rest.len()]).collect();
        state.feed(&[rest], &mut outputs);
        rows.iter().map(|row| row[..rest.len()].to_vec()).collect()
    }

    #[test]
    fn advance_leaves_the_same_bits_as_feed() {
        let mut x: Vec<f64> = (0..3000).map(|i| f64::from(i * i % 97) - 40.0 + 1.0 / f64::from(i + 1)).collect();
        (x[5], x[700], x[701]) = (f64::NAN, f64::INFINITY, f64::NAN);
        let scan = |period: usize| {
            let alpha = 2.0 / (period as f64 + 1.0);
            let seed = if period.is_multiple_of(3) { Seed::First } else { Seed::Mean(period) };
            let around_zero = period.is_multiple_of(5);
            FirstOrder { beta: 1.0 - alpha, gain: alpha, seed, warm_up: period % 2, around_zero }
        };
        let scans: Vec<FirstOrder> = (1..60).map(scan).collect();
        let others: Vec<&dyn Kernel> = scans[1..].iter().map(|scan| scan as &dyn Kernel).collect();
        let banks: Vec<_> = scans.iter().map(|scan| scan.fuse(&[], &[3]).expect("one is alike")).collect();
        let all = scans[0].fuse(&others, &[3]).expect("they are all alike");
        for (tip, cut) in [(1, 1), (40, 7), (600, 8), (2100, 100), (2990, BLOCK), (2999, 1000)] {
            let alone = banks.iter().flat_map(|scan| newest(&**scan, &x, tip, cut, true));
            let alone: Vec<Vec<u64>> = alone.map(|row| row.iter().map(|value| value.to_bits()).collect()).collect();
            for (is_read, cut) in [(true, cut), (false, cut), (false, 64)] {
                let together = newest(&*all, &x, tip, cut, is_read).into_iter();
                let together: Vec<Vec<u64>> =
                    together.map(|row| row.iter().map(|value| value.to_bits()).collect()).collect();
                assert!(alone == together, "{tip} bars by {cut}");
            }
        }
    }

    /// The bits of all outputs, fed in blocks of these lengths in turn.
    fn fed(kernel: &dyn Kernel, x: &[f64], cuts: &[usize]) -> Vec<Vec<u64>> {
        let (mut state, mut rest) = (kernel.start(), x);
        let mut bits = vec![Vec::with_capacity(x.len()); kernel.outputs()];
        let mut rows = vec![vec![0.0; BLOCK]; kernel.outputs()];
        for &cut in cuts.iter().cycle() {
            let (block, later) = rest.split_at(cut.min(rest.len()));
            if block.is_empty() {
                return bits;
            }
            let mut outputs: Vec<&mut [f64]> = rows.iter_mut().map(|row| &mut row[..block.len()]).collect();
            state.feed(&[block], &mut outputs);
            rows.iter()
                .zip(&mut bits)
                .for_each(|(row, bits)| bits.extend(row[..block.len()].iter().map(|y| y.to_bits())));
            rest = later;
        }
        bits
    }

    /// A walk; with gaps; steps between rests that are long enough for a flush to zero; changes with zeros of both signs.
    fn inputs() -> [Vec<f64>; 4] {
        let mut seed = 1_u64;
        let mut random = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let mut price = 100.0;
        let walk: Vec<f64> = std::iter::repeat_with(|| {
            price *= 1.0 + 0.02 * random();
            price
        })
        .take(7000)
        .collect();
        let is_gap = |at: usize| at.is_multiple_of(97) || (at / 50).is_multiple_of(13);
        let gaps = walk.iter().enumerate().map(|(at, &x)| if is_gap(at) { f64::NAN } else { x }).collect();
        let steps = (0..7000).map(|at| walk[at / 2500] + if at % 2500 < 20 { walk[at] } else { 0.0 }).collect();
        let tiny = [0.0, -0.0, 1e-300, -1e-305, 5e-324, 1.0, -3.5];
        let changes = (0..7000)
            .map(|at| if at % 3000 > 900 { tiny[at % 7] * f64::from(at % 3000 < 950) } else { walk[at] - walk[at / 2] })
            .collect();
        [walk, gaps, steps, changes]
    }

    #[test]
    fn each_of_several_has_the_bits_of_one_alone() {
        let scan = |period: usize| {
            let alpha = 1.0 / period as f64;
            let seed = [Seed::First, Seed::Mean(period), Seed::Sum(period), Seed::Mean(period)][period % 4];
            // Means, sums, and recurrences around zero.
            let gain = if period % 7 == 3 { 1.0 } else { alpha };
            FirstOrder { beta: 1.0 - alpha, gain, seed, warm_up: period % 3, around_zero: period % 5 == 2 }
        };
        let scans: Vec<FirstOrder> = (1..75).map(scan).collect();
        let others: Vec<&dyn Kernel> = scans[1..].iter().map(|scan| scan as &dyn Kernel).collect();
        let (all, lookbacks) = (scans[0].fuse(&others, &[5]).expect("they are alike"), [5]);
        for x in inputs() {
            let alone: Vec<Vec<u64>> = Level::available()[0].run(|| {
                let alone = |scan: &FirstOrder| fed(&*scan.fuse(&[], &lookbacks).expect("one is alike"), &x, &[BLOCK]);
                scans.iter().flat_map(alone).collect()
            });
            for level in Level::available() {
                for cuts in [&[BLOCK][..], &[1000, 24], &[64], &[7, 1, 300], &[8]] {
                    let together = level.run(|| fed(&*all, &x, cuts));
                    assert!(alone == together, "{} by {cuts:?}", level.name());
                    // A thousand bars after the last change, where a carry has just been flushed to zero.
                    let (tip, cut) = (1955, cuts[0]);
                    let newest = level.run(|| newest(&*all, &x, tip, cut, false));
                    for (alone, newest) in alone.iter().zip(newest) {
                        let newest: Vec<u64> = newest.iter().map(|value| value.to_bits()).collect();
                        assert!(alone[tip..tip + newest.len()] == newest, "{} by {cut}", level.name());
                    }
                }
            }
        }
    }
}
