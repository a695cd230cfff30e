//! The state of patterns: the newest values of every quantity, and what every test told of the newest bars.

use std::array::from_fn;
use std::sync::Arc;

use super::column::{Column, each};
use super::condition::Measure;
use super::marks::{self, Marks, TILE, Tile, Trail, mark, put};
use super::program::{Fact, Place, Program, Test, Value};
use crate::kernel::lanes::array;
use crate::kernel::level::leveled;
use crate::kernel::{BLOCK, Field, Fields, Kernel, Mean, State};

/// Patterns under way.
#[derive(Clone)]
pub(super) struct Watch {
    program: Arc<Program>,
    /// The state of each mean.
    means: Vec<Box<dyn State>>,
    quantities: Vec<Column>,
    /// What each test told.
    tests: Vec<Trail>,
    /// Room for the facts of a block.
    facts: Vec<Marks>,
    /// Room for a block of a measure.
    measured: Vec<f64>,
    /// Room for a block of each mean, after its value before the block.
    averaged: Vec<Vec<f64>>,
    /// How many bars before the block had all their prices, one after the other.
    complete: usize,
}

impl Watch {
    pub(super) fn new(program: &Arc<Program>) -> Self {
        Self {
            means: program.means.iter().map(|&(_, window)| Mean { window }.start()).collect(),
            quantities: vec![Column::new(); program.quantities.len()],
            tests: vec![Trail::default(); program.tests.len()],
            facts: vec![Marks::default(); program.facts.len()],
            measured: vec![0.0; BLOCK],
            averaged: vec![vec![f64::NAN; 1 + BLOCK]; program.means.len()],
            complete: 0,
            program: Arc::clone(program),
        }
    }

    /// Takes a block of bars into every mean.
    fn average(&mut self, bars: [&[f64]; 4]) {
        let measured = &mut self.measured[..bars[0].len()];
        let means = self.means.iter_mut().zip(&mut self.averaged);
        for (&(measure, _), (state, average)) in self.program.means.iter().zip(means) {
            measured_at(measure, bars, measured);
            state.feed(&[measured], &mut [&mut average[1..=bars[0].len()]]);
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
        let missing = marks::any_missing(bars);
        self.average(bars);
        compare(self, bars);
        conclude(&self.program.facts, &self.tests, &mut self.facts);
        for (step, output) in self.program.steps.iter().zip(outputs) {
            for (pair, &[(one, first), (two, second)]) in step.answers.iter().enumerate() {
                marks::write([one, two], [&self.facts[first], &self.facts[second]], pair == 0, output);
            }
            self.blank(bars, missing, step.lookback, output);
        }
        let len = bars[0].len();
        self.tests.iter_mut().for_each(|told| marks::go_on(told, len));
        self.averaged.iter_mut().for_each(|average| average[0] = average[len]);
        let lacks = |bar: &usize| bars.iter().any(|column| column[*bar].is_nan());
        let newest = if missing { (0..len).rev().find(lacks) } else { None };
        self.complete = newest.map_or(self.complete + len, |bar| len - 1 - bar);
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        self.means.as_mut_slice().pass(fields);
        self.quantities.as_mut_slice().pass(fields);
        self.averaged.iter_mut().for_each(|average| average[0].pass(fields));
        self.tests.iter_mut().for_each(|told| told[0].pass(fields));
        fields.pass(&mut [&mut self.complete]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

leveled! {
    fn measured_at(measure: Measure, bars: [&[f64]; 4], output: &mut [f64]) {
        measure.of(bars, 1.0, output);
    }

    /// Makes every test at every bar of the block, tile by tile, so that the quantities stay in the first-level cache.
    fn compare(watch: &mut Watch, bars: [&[f64]; 4]) {
        let Watch { program, quantities, averaged, tests, .. } = watch;
        let len = bars[0].len();
        for tile in 0..BLOCK / TILE {
            let from = tile * TILE;
            if from >= len {
                break;
            }
            let left = TILE.min(len - from);
            let bars = array(&[][..], |i| &bars[i][from..from + left]);
            let room;
            let bars = if left == TILE {
                bars
            } else {
                room = padded(bars);
                array(&[][..], |i| &room[i][..])
            };
            for (&(value, factor), column) in program.quantities.iter().zip(&mut *quantities) {
                let to = column.tile_mut();
                match value {
                    Value::Measure(measure) => measure.of(bars, factor, to),
                    Value::Mean(mean) => each(|[x]| factor * x, [&averaged[mean][from..from + TILE]], to),
                }
            }
            for (test, marks) in program.tests.iter().zip(&mut *tests) {
                put(marks, tile, test.marks(quantities));
            }
            for column in &mut *quantities {
                column.go_on(left);
            }
        }
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

/// A tile of bars of which the last are not known.
#[inline(always)]
fn padded(bars: [&[f64]; 4]) -> [[f64; TILE]; 4] {
    let mut room = [[0.0; TILE]; 4];
    for (room, column) in room.iter_mut().zip(bars) {
        room[..column.len()].copy_from_slice(column);
    }
    room
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
