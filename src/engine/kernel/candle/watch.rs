//! The state of patterns: the newest values of every quantity, and the bitmap of every comparison.
//!
//! A single pattern has a gate, a comparison that all its answers need: tiles in which no bit of it is set are skipped.

use std::array::from_fn;
use std::ops::Range;
use std::sync::Arc;

use super::column::{Column, each};
use super::marks::{self, Marks, TILE, Tile, Trail, mark, store};
use super::program::{Fact, Operand, PRICES, Program, Test, Value};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::{Field, Fields, Kernel, Mean, State};

/// The state of several patterns.
#[derive(Clone)]
pub(super) struct PatternsState {
    program: Arc<Program>,
    quantities: Vec<Column>,
    /// The state of each long mean.
    means: Vec<LongMean>,
    /// The results of each test.
    tests: Vec<Trail>,
    /// Scratch for the facts of a block.
    facts: Vec<Marks>,
    /// The number of consecutive bars before the block that have all their prices.
    complete: usize,
}

/// The state of a long mean.
#[derive(Clone)]
struct LongMean {
    state: Box<dyn State>,
    /// Its value before the tile.
    before: f64,
}

impl PatternsState {
    pub(super) fn new(program: &Arc<Program>) -> Self {
        let long = |value: &Value| match *value {
            Value::LongMean(_, window) => Some(LongMean { state: Mean { window }.start(), before: f64::NAN }),
            _ => None,
        };
        Self {
            quantities: vec![Column::new(); program.quantities.len()],
            means: program.quantities.iter().filter_map(long).collect(),
            tests: vec![Trail::default(); program.tests.len()],
            facts: vec![Marks::default(); program.facts.len()],
            complete: 0,
            program: Arc::clone(program),
        }
    }

    /// Masks the answers at bars whose lookback reaches a bar that lacks a price, or the start of the series.
    fn mask_missing(&self, bars: [&[f64]; 4], missing: bool, lookback: usize, output: &mut [f64]) {
        if !missing {
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

impl State for PatternsState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let bars: [&[f64]; 4] = from_fn(|column| inputs[column]);
        let len = bars[0].len();
        let idle = idle(self, bars);
        // Quantities and tests depend on fewer preceding bars than that.
        let from = idle.saturating_sub(TILE / 2);
        let missing = evaluate_tests(self, bars.map(|column| &column[from..]));
        evaluate_facts(&self.program.facts, &self.tests, &mut self.facts);
        for (step, output) in self.program.steps.iter().zip(outputs) {
            for (pair, &[(one, first), (two, second)]) in step.answers.iter().enumerate() {
                marks::write([one, two], [&self.facts[first], &self.facts[second]], pair == 0, &mut output[from..]);
            }
            output[..idle].fill(0.0);
            self.mask_missing(bars, missing, step.lookback, output);
        }
        self.tests.iter_mut().for_each(|results| marks::advance(results, len - from));
        let lacks = |bar: &usize| bars.iter().any(|column| column[*bar].is_nan());
        let newest = if missing { (0..len).rev().find(lacks) } else { None };
        self.complete = newest.map_or(self.complete + len, |bar| len - 1 - bar);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.quantities.as_mut_slice().visit(fields);
        self.means.iter_mut().for_each(|mean| fields.visit(&mut [&mut mean.state, &mut mean.before]));
        self.tests.iter_mut().for_each(|results| results[0].visit(fields));
        fields.visit(&mut [&mut self.complete]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl LongMean {
    /// The mean before each bar of a tile of `bars` bars.
    fn store(&mut self, values: &[f64; TILE], bars: usize, output: &mut [f64; TILE]) {
        let mut means = [0.0; 1 + TILE];
        means[0] = self.before;
        self.state.feed(&[&values[..bars]], &mut [&mut means[1..=bars]]);
        self.before = means[bars];
        output.copy_from_slice(&means[..TILE]);
    }
}

leveled! {
    /// The number of leading bars of a block that certainly answer 0: full tiles whose gate is closed.
    fn idle(watch: &mut PatternsState, bars: [&[f64]; 4]) -> usize {
        let PatternsState { program, quantities, means, tests, .. } = watch;
        let Some(gate) = &program.gate else { return 0 };
        let flip = |negated| if negated { u64::MAX } else { 0 };
        if gate.tests.iter().any(|&(test, negated)| marks::newest(tests[test][0] ^ flip(negated)) != 0) {
            return 0;
        }
        let columns = &mut quantities[..gate.quantities];
        let len = bars[0].len() / TILE * TILE;
        for from in (0..len).step_by(TILE) {
            let missing = load(columns, bars, from..from + TILE);
            measure(&program.quantities[..columns.len()], columns, means, TILE);
            let mut idle = !missing;
            for &(test, negated) in &gate.tests {
                idle &= program.tests[test].marks(columns).iter().all(|word| word ^ flip(negated) == 0);
            }
            if !idle {
                return from;
            }
            columns.iter_mut().for_each(|column| column.advance(TILE));
        }
        len
    }

    /// Evaluates every test at every bar of the block, tile by tile, so that the quantities stay in the first-level cache.
    /// Returns whether a price is missing.
    fn evaluate_tests(watch: &mut PatternsState, bars: [&[f64]; 4]) -> bool {
        let PatternsState { program, quantities, means, tests, .. } = watch;
        let len = bars[0].len();
        let mut missing = false;
        for (tile, from) in (0..len).step_by(TILE).enumerate() {
            let left = TILE.min(len - from);
            missing |= load(quantities, bars, from..from + left);
            measure(&program.quantities, quantities, means, left);
            for (test, marks) in program.tests.iter().zip(&mut *tests) {
                store(marks, tile, test.marks(quantities));
            }
            for column in &mut *quantities {
                column.advance(left);
            }
        }
        missing
    }

    /// Evaluates the facts from the tests.
    fn evaluate_facts(facts: &[Fact], tests: &[Trail], found: &mut [Marks]) {
        for (index, fact) in facts.iter().enumerate() {
            found[index] = match fact {
                Fact::Test { test, lag } => marks::earlier(&tests[*test], *lag),
                Fact::All(literals) => marks::all(&found[..index], literals),
            };
        }
    }
}

/// Loads the prices of some bars; returns whether one is missing.
#[inline(always)]
fn load(columns: &mut [Column], bars: [&[f64]; 4], rows: Range<usize>) -> bool {
    let mut missing = false;
    for (column, bars) in columns.iter_mut().zip(bars) {
        missing |= column.load(&bars[rows.clone()]);
    }
    missing
}

/// Computes all quantities except the prices for a tile of `bars` bars.
#[inline(always)]
fn measure(values: &[Value], columns: &mut [Column], means: &mut [LongMean], bars: usize) {
    let mut means = means.iter_mut();
    for (index, &value) in values.iter().enumerate().skip(PRICES.len()) {
        let (known, rest) = columns.split_at_mut(index);
        let to = rest[0].tile_mut();
        match value {
            Value::Measure(measure) => measure.of(array(known[0].tile(), |price| known[price].tile()), to),
            Value::Times(of, factor) => each(|[x]| factor * x, [known[of].tile()], to),
            Value::Pairs(of) => known[of].pairs(to),
            Value::Mean(of, pairs, window) => known[of].mean(&known[pairs], window, to),
            Value::LongMean(of, _) => {
                means.next().expect("every long mean has a state").store(known[of].tile(), bars, to);
            }
        }
    }
}

impl Test {
    /// The bars of the current tile at which it is true.
    #[inline(always)]
    fn marks(&self, quantities: &[Column]) -> Tile {
        let at = |operand: &Operand| quantities[operand.quantity as usize].lagged(operand.lag as usize);
        match self {
            Self::OneOverOne([a, x]) => mark(|[a, x]| a > x, [at(a), at(x)]),
            Self::OneOverTwo([a, x, y]) => mark(|[a, x, y]| a > x + y, [at(a), at(x), at(y)]),
            Self::OneOverThree([a, x, y, z]) => mark(|[a, x, y, z]| a > x + y + z, [at(a), at(x), at(y), at(z)]),
            Self::TwoOverOne([a, b, x]) => mark(|[a, b, x]| a + b > x, [at(a), at(b), at(x)]),
            Self::ThreeOverOne([a, b, c, x]) => mark(|[a, b, c, x]| a + b + c > x, [at(a), at(b), at(c), at(x)]),
        }
    }
}
