//! The state of patterns: the newest values of every quantity, and the bitmap of every comparison.
//!
//! A single pattern has a gate, a comparison that all its answers need: tiles in which no bit of it is set are skipped.

use std::array::from_fn;
use std::ops::Range;
use std::sync::Arc;

use super::column::{Column, each};
use super::marks::{self, Marks, TILE, Tile, Trail, mark, store};
use super::program::{Fact, Operand, PRICES, Program, Single, Test, Value};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::state::gap_mask::{is_signed, nan_sign};
use crate::kernel::{BLOCK, Field, Fields, Kernel, Mean, State};

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
        let (len, mut at) = (inputs[0].len(), 0);
        while at < len {
            let mut rest: Vec<&mut [f64]> = outputs.iter_mut().map(|output| &mut output[at..]).collect();
            at += self.next(from_fn(|column| &inputs[column][at..]), &mut rest);
        }
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

impl PatternsState {
    /// Writes the answers at the bars up to the first whose gate is open, and at a block from there. Returns their number.
    fn next(&mut self, bars: [&[f64]; 4], outputs: &mut [&mut [f64]]) -> usize {
        if let Some(single) = self.program.single {
            let len = bars[0].len().min(BLOCK);
            let (bars, output) = (bars.map(|column| &column[..len]), &mut outputs[0][..len]);
            let missing = answer(self, bars, single, output);
            self.mask_missing(bars, missing, self.program.steps[0].lookback, output);
            self.end_block(bars, missing);
            return len;
        }
        let idle = idle(self, bars);
        // Quantities and tests depend on fewer preceding bars than that.
        let from = idle.saturating_sub(TILE / 2);
        let len = bars[0].len().min(from + BLOCK);
        let bars = bars.map(|column| &column[..len]);
        let missing = evaluate_tests(self, bars.map(|column| &column[from..]));
        evaluate_facts(&self.program.facts, &self.tests, &mut self.facts);
        for (step, output) in self.program.steps.iter().zip(outputs) {
            let output = &mut output[..len];
            for (pair, &[(one, first), (two, second)]) in step.answers.iter().enumerate() {
                marks::write([one, two], [&self.facts[first], &self.facts[second]], pair == 0, &mut output[from..]);
            }
            output[..idle].fill(0.0);
            self.mask_missing(bars, missing, step.lookback, output);
        }
        self.tests.iter_mut().for_each(|results| marks::advance(results, len - from));
        self.end_block(bars, missing);
        len
    }

    /// Counts the bars after the newest that lacks a price.
    fn end_block(&mut self, bars: [&[f64]; 4], missing: bool) {
        let len = bars[0].len();
        let lacks = |bar: &usize| bars.iter().any(|column| column[*bar].is_nan());
        let newest = if missing { (0..len).rev().find(lacks) } else { None };
        self.complete = newest.map_or(self.complete + len, |bar| len - 1 - bar);
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
            let (prices, missing) = load(columns, bars, from..from + TILE, program.reads);
            measure(&program.quantities[..columns.len()], columns, means, prices, TILE);
            let mut idle = !missing;
            for &(test, negated) in &gate.tests {
                idle &= program.tests[test].marks(columns).iter().all(|word| word ^ flip(negated) == 0);
            }
            if !idle {
                return from;
            }
            advance(columns, program.reads, TILE);
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
            let (prices, lacks) = load(quantities, bars, from..from + left, program.reads);
            missing |= lacks;
            measure(&program.quantities, quantities, means, prices, left);
            for (test, marks) in program.tests.iter().zip(&mut *tests) {
                store(marks, tile, test.marks(quantities));
            }
            advance(quantities, program.reads, left);
        }
        missing
    }

    /// Writes the answers of a pattern that is one comparison. Returns whether a price is missing.
    fn answer(watch: &mut PatternsState, bars: [&[f64]; 4], single: Single, output: &mut [f64]) -> bool {
        let PatternsState { program, quantities, means, .. } = watch;
        let mut missing = false;
        for (from, output) in (0..).step_by(TILE).zip(output.chunks_mut(TILE)) {
            let left = output.len();
            let (prices, lacks) = load(quantities, bars, from..from + left, program.reads);
            missing |= lacks;
            measure(&program.quantities, quantities, means, prices, left);
            let test = &program.tests[single.test];
            match output.try_into() {
                Ok(tile) => test.choose(quantities, single.answers, tile),
                Err(_) => {
                    let mut tile = [0.0; TILE];
                    test.choose(quantities, single.answers, &mut tile);
                    output.copy_from_slice(&tile[..left]);
                }
            }
            advance(quantities, program.reads, left);
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

/// The prices of a tile where they are; `None` if it is not full, then its prices are in their columns.
type Prices<'a> = Option<[&'a [f64; TILE]; 4]>;

/// Loads the prices of some bars, into their columns those that are read there; tells whether one may be missing.
#[inline(always)]
fn load<'a>(columns: &mut [Column], bars: [&'a [f64]; 4], rows: Range<usize>, reads: [bool; 4]) -> (Prices<'a>, bool) {
    if rows.len() < TILE {
        let mut missing = false;
        for (column, bars) in columns.iter_mut().zip(bars) {
            missing |= column.load(&bars[rows.clone()]);
        }
        return (None, missing);
    }
    let prices: [&[f64; TILE]; 4] =
        array(const { &[0.0; TILE] }, |price| bars[price][rows.clone()].try_into().expect("a full tile"));
    for (price, column) in columns.iter_mut().take(PRICES.len()).enumerate() {
        if reads[price] {
            *column.tile_mut() = *prices[price];
        }
    }
    // A sum is NaN if one of its terms is, or where infinities cancel out: whoever asks looks closer.
    let mut nan = 0;
    #[expect(clippy::needless_range_loop, reason = "four columns at once")]
    for bar in 0..TILE {
        nan |= nan_sign((prices[0][bar] + prices[1][bar]) + (prices[2][bar] + prices[3][bar]));
    }
    (Some(prices), is_signed(nan))
}

/// Advances all columns that are read beyond their tile.
#[inline(always)]
fn advance(columns: &mut [Column], reads: [bool; 4], bars: usize) {
    for (index, column) in columns.iter_mut().enumerate() {
        if *reads.get(index).unwrap_or(&true) {
            column.advance(bars);
        }
    }
}

/// Computes all quantities except the prices for a tile of `bars` bars.
#[inline(always)]
fn measure(values: &[Value], columns: &mut [Column], means: &mut [LongMean], prices: Prices<'_>, bars: usize) {
    let mut means = means.iter_mut();
    for (index, &value) in values.iter().enumerate().skip(PRICES.len()) {
        let (known, rest) = columns.split_at_mut(index);
        let to = rest[0].tile_mut();
        match value {
            Value::Measure(measure) => {
                let prices = prices.unwrap_or_else(|| array(known[0].tile(), |price| known[price].tile()));
                measure.of(prices, to);
            }
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

    /// One of two answers at each bar of the current tile: where it is false, and where it is true.
    #[inline(always)]
    fn choose(&self, quantities: &[Column], [no, yes]: [f64; 2], to: &mut [f64; TILE]) {
        let at = |operand: &Operand| quantities[operand.quantity as usize].lagged(operand.lag as usize);
        let of = |is_true: bool| if is_true { yes } else { no };
        match self {
            Self::OneOverOne([a, x]) => each(|[a, x]| of(a > x), [at(a), at(x)], to),
            Self::OneOverTwo([a, x, y]) => each(|[a, x, y]| of(a > x + y), [at(a), at(x), at(y)], to),
            Self::OneOverThree([a, x, y, z]) => {
                each(|[a, x, y, z]| of(a > x + y + z), [at(a), at(x), at(y), at(z)], to);
            }
            Self::TwoOverOne([a, b, x]) => each(|[a, b, x]| of(a + b > x), [at(a), at(b), at(x)], to),
            Self::ThreeOverOne([a, b, c, x]) => {
                each(|[a, b, c, x]| of(a + b + c > x), [at(a), at(b), at(c), at(x)], to);
            }
        }
    }
}
