//! The state of patterns: the newest values of every quantity, and the bitmap of every comparison for the newest bars.
//!
//! A single pattern has a gate, a comparison that all its answers need: tiles in which no bit of it is set are skipped.

use std::array::from_fn;
use std::ops::Range;
use std::sync::Arc;

use super::column::{Column, each};
use super::marks::{self, Marks, TILE, Tile, Trail, mark, put};
use super::program::{Fact, PRICES, Place, Program, Test, Value};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::{Field, Fields, Kernel, Mean, State};

/// Patterns under way.
#[derive(Clone)]
pub(super) struct Watch {
    program: Arc<Program>,
    quantities: Vec<Column>,
    /// The state of each long mean.
    means: Vec<LongMean>,
    /// The results of each test.
    tests: Vec<Trail>,
    /// Room for the facts of a block.
    facts: Vec<Marks>,
    /// How many bars before the block had all their prices, one after the other.
    complete: usize,
}

/// A mean of many bars under way.
#[derive(Clone)]
struct LongMean {
    state: Box<dyn State>,
    /// Its value before the tile.
    before: f64,
}

impl Watch {
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

    /// Takes back the answers at bars whose lookback reaches a bar that lacks a price, or the time before the first.
    fn blank(&self, bars: [&[f64]; 4], missing: bool, lookback: usize, output: &mut [f64]) {
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

impl State for Watch {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let bars: [&[f64]; 4] = from_fn(|column| inputs[column]);
        let len = bars[0].len();
        let idle = idle(self, bars);
        // A quantity and the tests of it depend on fewer bars before than that.
        let from = idle.saturating_sub(TILE / 2);
        let missing = compare(self, bars.map(|column| &column[from..]));
        conclude(&self.program.facts, &self.tests, &mut self.facts);
        for (step, output) in self.program.steps.iter().zip(outputs) {
            for (pair, &[(one, first), (two, second)]) in step.answers.iter().enumerate() {
                marks::write([one, two], [&self.facts[first], &self.facts[second]], pair == 0, &mut output[from..]);
            }
            output[..idle].fill(0.0);
            self.blank(bars, missing, step.lookback, output);
        }
        self.tests.iter_mut().for_each(|told| marks::go_on(told, len - from));
        let lacks = |bar: &usize| bars.iter().any(|column| column[*bar].is_nan());
        let newest = if missing { (0..len).rev().find(lacks) } else { None };
        self.complete = newest.map_or(self.complete + len, |bar| len - 1 - bar);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.quantities.as_mut_slice().visit(fields);
        self.means.iter_mut().for_each(|mean| fields.visit(&mut [&mut mean.state, &mut mean.before]));
        self.tests.iter_mut().for_each(|told| told[0].visit(fields));
        fields.visit(&mut [&mut self.complete]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl LongMean {
    /// The mean before each bar of a tile of `bars` bars.
    fn put(&mut self, values: &[f64; TILE], bars: usize, output: &mut [f64; TILE]) {
        let mut means = [0.0; 1 + TILE];
        means[0] = self.before;
        self.state.feed(&[&values[..bars]], &mut [&mut means[1..=bars]]);
        self.before = means[bars];
        output.copy_from_slice(&means[..TILE]);
    }
}

leveled! {
    /// The bars at the start of a block that answer 0 for sure: whole tiles without what the gate asks for.
    fn idle(watch: &mut Watch, bars: [&[f64]; 4]) -> usize {
        let Watch { program, quantities, means, tests, .. } = watch;
        let Some(gate) = &program.gate else { return 0 };
        let flip = |contrary| if contrary { u64::MAX } else { 0 };
        if gate.tests.iter().any(|&(test, contrary)| marks::newest(tests[test][0] ^ flip(contrary)) != 0) {
            return 0;
        }
        let columns = &mut quantities[..gate.quantities];
        let len = bars[0].len() / TILE * TILE;
        for from in (0..len).step_by(TILE) {
            let missing = take(columns, bars, from..from + TILE);
            measure(&program.quantities[..columns.len()], columns, means, TILE);
            let mut idle = !missing;
            for &(test, contrary) in &gate.tests {
                idle &= program.tests[test].marks(columns).iter().all(|word| word ^ flip(contrary) == 0);
            }
            if !idle {
                return from;
            }
            columns.iter_mut().for_each(|column| column.go_on(TILE));
        }
        len
    }

    /// Makes every test at every bar of the block, tile by tile, so that the quantities stay in the first-level cache.
    /// Gives whether a price is missing.
    fn compare(watch: &mut Watch, bars: [&[f64]; 4]) -> bool {
        let Watch { program, quantities, means, tests, .. } = watch;
        let len = bars[0].len();
        let mut missing = false;
        for (tile, from) in (0..len).step_by(TILE).enumerate() {
            let left = TILE.min(len - from);
            missing |= take(quantities, bars, from..from + left);
            measure(&program.quantities, quantities, means, left);
            for (test, marks) in program.tests.iter().zip(&mut *tests) {
                put(marks, tile, test.marks(quantities));
            }
            for column in &mut *quantities {
                column.go_on(left);
            }
        }
        missing
    }

    /// What follows from the tests.
    fn conclude(facts: &[Fact], tests: &[Trail], found: &mut [Marks]) {
        for (index, fact) in facts.iter().enumerate() {
            found[index] = match fact {
                Fact::Told { test, ago } => marks::earlier(&tests[*test], *ago),
                Fact::All(literals) => marks::all(&found[..index], literals),
            };
        }
    }
}

/// Takes the prices of some bars; gives whether one is missing.
#[inline(always)]
fn take(columns: &mut [Column], bars: [&[f64]; 4], rows: Range<usize>) -> bool {
    let mut missing = false;
    for (column, bars) in columns.iter_mut().zip(bars) {
        missing |= column.take(&bars[rows.clone()]);
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
                means.next().expect("every long mean has a state").put(known[of].tile(), bars, to);
            }
        }
    }
}

impl Test {
    /// The bars of the tile at hand at which it is true.
    #[inline(always)]
    fn marks(&self, quantities: &[Column]) -> Tile {
        let at = |place: &Place| quantities[place.quantity as usize].lagged(place.ago as usize);
        match self {
            Self::OneOverOne([a, x]) => mark(|[a, x]| a > x, [at(a), at(x)]),
            Self::OneOverTwo([a, x, y]) => mark(|[a, x, y]| a > x + y, [at(a), at(x), at(y)]),
            Self::OneOverThree([a, x, y, z]) => mark(|[a, x, y, z]| a > x + y + z, [at(a), at(x), at(y), at(z)]),
            Self::TwoOverOne([a, b, x]) => mark(|[a, b, x]| a + b > x, [at(a), at(b), at(x)]),
            Self::ThreeOverOne([a, b, c, x]) => mark(|[a, b, c, x]| a + b + c > x, [at(a), at(b), at(c), at(x)]),
        }
    }
}
