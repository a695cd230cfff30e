//! The state of patterns: the newest values of every quantity.

use std::array::from_fn;
use std::sync::Arc;

use super::condition::{Measure, Quantity};
use super::marks::{self, Block, Reach, WORD, column as each, mark, narrow};
use super::program::{Logic, Place, Program, Step, Test};
use crate::kernel::element::{larger, smaller};
use crate::kernel::history::History;
use crate::kernel::{Field, Fields, Kernel, Mean, State};

/// Patterns under way.
#[derive(Clone)]
pub(super) struct Watch {
    program: Arc<Program>,
    /// The state of each mean.
    means: Vec<Box<dyn State>>,
    quantities: Vec<History>,
    /// How many bars before the block had all their prices, one after the other.
    complete: usize,
}

impl Watch {
    pub(super) fn new(program: Program) -> Self {
        let keep = WORD + program.ago_max;
        Self {
            means: program.means.iter().map(|&(_, window)| Mean { window }.start()).collect(),
            quantities: program.quantities.iter().map(|_| History::new(keep)).collect(),
            complete: 0,
            program: Arc::new(program),
        }
    }

    /// Takes a block of bars into every quantity.
    fn take(&mut self, bars: [&[f64]; 4]) {
        let Self { program, means, quantities, .. } = self;
        let mut measured = vec![0.0; bars[0].len()];
        let mut mean = |(&(measure, _), state): (&(Measure, usize), &mut Box<dyn State>)| {
            let mut mean = vec![0.0; measured.len()];
            measure.of(bars, &mut measured);
            state.feed(&[&measured], &mut [&mut mean]);
            mean
        };
        let means: Vec<Vec<f64>> = program.means.iter().zip(means).map(&mut mean).collect();
        for (&quantity, history) in program.quantities.iter().zip(quantities) {
            let block = history.block_mut(bars[0].len());
            match quantity {
                Quantity::Of(measure) => measure.of(bars, block),
                Quantity::Times(measure, factor) => {
                    measure.of(bars, &mut measured);
                    each(&move |[x]| factor * x, [&measured], block);
                }
                Quantity::Mean(measure, window, factor) => {
                    let mean = &means[program.mean(measure, window)];
                    each(&move |[x]| factor * x, [mean], block);
                }
            }
        }
    }

    /// The answers of one pattern to the block.
    fn answer(&self, step: &Step, found: &mut Found<'_>, output: &mut [f64]) {
        output.fill(0.0);
        let mut left = marks::first(output.len());
        found.narrow(&mut left, &step.always);
        for (value, when) in &step.answers {
            if marks::none(&left) {
                return;
            }
            let mut now = left;
            found.narrow(&mut now, when);
            marks::write(&now, *value, output);
            left = from_fn(|word| left[word] & !now[word]);
        }
    }

    /// Takes back the answers at bars whose lookback reaches a bar that lacks a price.
    fn blank(&self, bars: [&[f64]; 4], step: &Step, output: &mut [f64]) {
        let mut complete = self.complete;
        for (bar, value) in output.iter_mut().enumerate() {
            complete = if bars.iter().any(|column| column[bar].is_nan()) { 0 } else { complete + 1 };
            *value = if complete > step.lookback { *value } else { f64::NAN };
        }
    }
}

impl State for Watch {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let bars: [&[f64]; 4] = from_fn(|column| inputs[column]);
        self.take(bars);
        let finite = bars.iter().all(|column| marks::finite(column));
        let mut found = Found { watch: self, tests: vec![None; self.program.tests.len()] };
        for (step, output) in self.program.steps.iter().zip(outputs) {
            self.answer(step, &mut found, output);
            if !finite || self.complete < step.lookback {
                self.blank(bars, step, output);
            }
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

/// What the tests told of a block so far: they run when something first depends on them.
struct Found<'a> {
    watch: &'a Watch,
    tests: Vec<Option<Reach>>,
}

impl Found<'_> {
    /// Leaves those bars where a condition holds.
    fn narrow(&mut self, marks: &mut Block, logic: &Logic) {
        match logic {
            Logic::Test { index, ago, contrary } => {
                let watch = self.watch;
                let reach = self.tests[*index].get_or_insert_with(|| watch.program.tests[*index].run(watch));
                narrow(marks, reach, *ago, *contrary);
            }
            Logic::All(conditions) => {
                for condition in conditions.iter() {
                    if marks::none(marks) {
                        return;
                    }
                    self.narrow(marks, condition);
                }
            }
            Logic::Any(conditions) => {
                let mut any = Block::default();
                for condition in conditions {
                    let mut one = *marks;
                    self.narrow(&mut one, condition);
                    any = from_fn(|word| any[word] | one[word]);
                }
                *marks = any;
            }
        }
    }
}

impl Test {
    /// Compares at the bars of the block and those of a word before it.
    fn run(&self, watch: &Watch) -> Reach {
        let column = |place: &Place| watch.quantities[place.quantity].reaching(WORD, place.ago);
        let mut reach = Reach::default();
        let reached = &mut reach;
        match (&self.more[..], &self.less[..]) {
            ([a], [x]) => mark(&|[a, x]| a > x, [a, x].map(column), reached),
            ([a], [x, y]) => mark(&|[a, x, y]| a > x + y, [a, x, y].map(column), reached),
            ([a, b], [x]) => mark(&|[a, b, x]| a + b > x, [a, b, x].map(column), reached),
            ([a], [x, y, z]) => mark(&|[a, x, y, z]| a > x + y + z, [a, x, y, z].map(column), reached),
            ([a, b, c], [x]) => mark(&|[a, b, c, x]| a + b + c > x, [a, b, c, x].map(column), reached),
            _ => unreachable!("sums of one to three terms are compared, one side being a single term"),
        }
        reach
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
