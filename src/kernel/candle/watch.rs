//! The state of patterns: the newest values of every quantity.

use std::array::from_fn;
use std::sync::Arc;

use super::condition::{Measure, Quantity};
use super::marks::{self, Block, EVERY, Leaf, Reach, WORD, Words, column as each, mark};

use super::program::{Logic, Place, Program, Step, Test};
use crate::kernel::element::{larger, smaller};
use crate::kernel::history::History;
use crate::kernel::level::leveled;
use crate::kernel::{BLOCK, Field, Fields, Kernel, Mean, State};

/// How many tests are made before it is seen whether any bar is left.
const LEAVES: usize = 4;

/// The most words of a test that run without the others.
const FEW: u32 = 4;

/// Patterns under way.
#[derive(Clone)]
pub(super) struct Watch {
    program: Arc<Program>,
    /// The state of each mean.
    means: Vec<Box<dyn State>>,
    quantities: Vec<History>,
    /// Room for a block of a measure, and for one of each mean.
    measured: Vec<f64>,
    averaged: Vec<Vec<f64>>,
    /// How many bars before the block had all their prices, one after the other.
    complete: usize,
}

impl Watch {
    pub(super) fn new(program: &Arc<Program>) -> Self {
        let keep = WORD + program.ago_max;
        Self {
            means: program.means.iter().map(|&(_, window)| Mean { window }.start()).collect(),
            quantities: program.quantities.iter().map(|_| History::new(keep)).collect(),
            measured: vec![0.0; BLOCK],
            averaged: vec![vec![0.0; BLOCK]; program.means.len()],
            complete: 0,
            program: Arc::clone(program),
        }
    }

    /// Takes a block of bars into every quantity.
    fn take(&mut self, bars: [&[f64]; 4]) {
        let Self { program, means, quantities, measured, averaged, .. } = self;
        let len = bars[0].len();
        let measured = &mut measured[..len];
        for (&(measure, _), (state, average)) in program.means.iter().zip(means.iter_mut().zip(&mut *averaged)) {
            measure.of(bars, measured);
            state.feed(&[measured], &mut [&mut average[..len]]);
        }
        for (&quantity, history) in program.quantities.iter().zip(quantities) {
            let block = history.block_mut(len);
            match quantity {
                Quantity::Of(measure) => measure.of(bars, block),
                Quantity::Times(measure, factor) => {
                    measure.of(bars, measured);
                    each(&move |[x]| factor * x, [measured], block);
                }
                Quantity::Mean(measure, window, factor) => {
                    let mean = &averaged[program.mean(measure, window)][..len];
                    each(&move |[x]| factor * x, [mean], block);
                }
            }
        }
    }

    /// Compares at the bars of these words.
    fn run(&self, test: usize, words: Words, into: &mut Reach) {
        let Test { more, less } = &self.program.tests[test];
        let column = |place: &Place| self.quantities[place.quantity].reaching(WORD, place.ago);
        match (&more[..], &less[..]) {
            ([a], [x]) => mark(&|[a, x]| a > x, [a, x].map(column), words, into),
            ([a], [x, y]) => mark(&|[a, x, y]| a > x + y, [a, x, y].map(column), words, into),
            ([a, b], [x]) => mark(&|[a, b, x]| a + b > x, [a, b, x].map(column), words, into),
            ([a], [x, y, z]) => mark(&|[a, x, y, z]| a > x + y + z, [a, x, y, z].map(column), words, into),
            ([a, b, c], [x]) => mark(&|[a, b, c, x]| a + b + c > x, [a, b, c, x].map(column), words, into),
            _ => unreachable!("one term is compared with one to three"),
        }
    }

    /// Takes back the answers at bars whose lookback reaches a bar that lacks a price, or the time before the first.
    fn blank(&self, bars: [&[f64]; 4], finite: bool, lookback: usize, output: &mut [f64]) {
        if finite {
            let reached = lookback.saturating_sub(self.complete).min(output.len());
            output[..reached].fill(f64::NAN);
            return;
        }
        let mut complete = self.complete;
        for (bar, value) in output.iter_mut().enumerate() {
            complete = if bars.iter().any(|column| column[bar].is_nan()) { 0 } else { complete + 1 };
            *value = if complete > lookback { *value } else { f64::NAN };
        }
    }
}

impl State for Watch {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let bars: [&[f64]; 4] = from_fn(|column| inputs[column]);
        self.take(bars);
        let finite = bars.iter().all(|column| marks::finite(column));
        let tests = self.program.tests.len();
        let mut found = Found { watch: self, tests: vec![Reach::default(); tests], known: vec![0; tests] };
        for (step, output) in self.program.steps.iter().zip(outputs) {
            answer(step, &mut found, output);
            self.blank(bars, finite, step.lookback, output);
        }
        let len = inputs[0].len();
        let missing = |bar: &usize| bars.iter().any(|column| column[*bar].is_nan());
        let newest = if finite { None } else { (0..len).rev().find(missing) };
        self.complete = newest.map_or(self.complete + len, |bar| len - 1 - bar);
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        self.means.as_mut_slice().pass(fields);
        self.quantities.as_mut_slice().pass(fields);
        fields.pass(&mut [&mut self.complete]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// What the tests told of a block so far: words of them run when something first depends on them.
struct Found<'a> {
    watch: &'a Watch,
    tests: Vec<Reach>,
    known: Vec<Words>,
}

leveled! {
    /// The answers of one pattern to the block.
    fn answer(step: &Step, found: &mut Found<'_>, output: &mut [f64]) {
        output.fill(0.0);
        let mut left = marks::first(output.len());
        let every = marks::words(&left);
        let words = narrow(found, &mut left, every, &step.always);
        for (value, when) in &step.answers {
            let mut now = left;
            if narrow(found, &mut now, words, when) != 0 {
                marks::write(&now, *value, output);
                left = from_fn(|word| left[word] & !now[word]);
            }
        }
    }

    /// Leaves those bars, which are in these words, where a condition holds; gives the words in which there are any.
    fn narrow(found: &mut Found<'_>, left: &mut Block, words: Words, logic: &Logic) -> Words {
        if words == 0 {
            return 0;
        }
        match logic {
            Logic::All(leaves, others) => {
                // Loops and not folds, which are compiled apart from the level.
                let mut words = words;
                for leaves in leaves.chunks(LEAVES) {
                    words = found.narrow(left, words, leaves);
                }
                for condition in others {
                    words = narrow(found, left, words, condition);
                }
                words
            }
            Logic::Any(conditions) => {
                let mut any = Block::default();
                for condition in conditions {
                    let mut one = *left;
                    if narrow(found, &mut one, words, condition) != 0 {
                        any = from_fn(|word| any[word] | one[word]);
                    }
                }
                *left = any;
                marks::words(left)
            }
            Logic::Not(condition) => {
                let mut one = *left;
                if narrow(found, &mut one, words, condition) == 0 {
                    return words;
                }
                *left = from_fn(|word| left[word] & !one[word]);
                marks::words(left)
            }
        }
    }
}

impl Found<'_> {
    /// As `narrow`, where all these tests tell so.
    #[inline(always)]
    fn narrow(&mut self, left: &mut Block, words: Words, leaves: &[Leaf]) -> Words {
        if words == 0 {
            return 0;
        }
        for leaf in leaves {
            // A reach is a word ahead of the block, and what was some bars before is in that word or the one before.
            let needed = if leaf.ago == 0 { words << 1 } else { words << 1 | words };
            let mut missing = needed & !self.known[leaf.test];
            if missing != 0 {
                // Who needs several will soon be followed by who needs the others, and to begin costs as much as a word.
                if missing.count_ones() > FEW {
                    missing = EVERY & !self.known[leaf.test];
                }
                self.watch.run(leaf.test, missing, &mut self.tests[leaf.test]);
                self.known[leaf.test] |= missing;
            }
        }
        marks::narrow(left, leaves, &self.tests)
    }
}

impl Measure {
    /// The measure of each bar.
    fn of(self, [open, high, low, close]: [&[f64]; 4], output: &mut [f64]) {
        match self {
            Self::Open => output.copy_from_slice(open),
            Self::High => output.copy_from_slice(high),
            Self::Low => output.copy_from_slice(low),
            Self::Close => output.copy_from_slice(close),
            Self::Top => each(&|[o, c]| larger(o, c), [open, close], output),
            Self::Bottom => each(&|[o, c]| smaller(o, c), [open, close], output),
            Self::Body => each(&|[o, c]: [f64; 2]| (c - o).abs(), [open, close], output),
            Self::Range => each(&|[h, l]| h - l, [high, low], output),
            Self::UpperShadow => each(&|[h, o, c]| h - larger(o, c), [high, open, close], output),
            Self::LowerShadow => each(&|[l, o, c]| smaller(o, c) - l, [low, open, close], output),
            Self::Shadows => {
                let shadows = |[o, h, l, c]: [f64; 4]| (h - larger(o, c)) + (smaller(o, c) - l);
                each(&shadows, [open, high, low, close], output);
            }
        }
    }
}
