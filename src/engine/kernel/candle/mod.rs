//! Candlestick patterns: conditions on measures of bars, evaluated for 64 bars at once.
//!
//! A [`Pattern`] describes its conditions and answers as data. A plan runs all its patterns as one kernel: each measure, mean, comparison and conjunction is computed once (common subexpression elimination).
//! Comparisons become bitmaps, 64 bars in a word, and a pattern is a few ANDs of those, as in bitmap indexes of
//! databases. The obvious version, one function with branches per pattern and bar as in TA-Lib, mispredicts on every
//! rare pattern and computes the same shadows sixty times.
//!
//! A bar without one of its four prices has no value, nor has a bar whose lookback reaches such a bar or the start of the
//! series. That covers every bar and mean the pattern reads, so nothing else needs to propagate NaN.

mod column;
mod condition;
mod marks;
mod program;
#[cfg(test)]
mod tests;
mod watch;

use std::any::Any;
use std::sync::Arc;

pub use condition::{Condition, Measure, Pattern, Quantity, Term};

use self::program::Program;
use self::watch::PatternsState;
use super::{Kernel, Parameters, State};

/// Several patterns, one output each.
#[derive(Debug)]
struct Patterns {
    patterns: Vec<Pattern>,
    lookback: usize,
    program: Arc<Program>,
}

// The program is a function of the patterns.
impl Parameters for Patterns {
    fn write(&self, words: &mut Vec<u64>) {
        self.patterns.write(words);
    }
}

impl Kernel for Pattern {
    fn lookback(&self) -> usize {
        self.lookback
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn block(&self) -> usize {
        usize::MAX
    }

    fn fuse(&self, others: &[&dyn Kernel], _lookbacks: &[usize]) -> Option<Arc<dyn Kernel>> {
        let others = others.iter().map(|&other| (other as &dyn Any).downcast_ref::<Self>());
        let all: Option<Vec<&Self>> = std::iter::once(Some(self)).chain(others).collect();
        Some(Arc::new(Patterns::new(&all?)))
    }

    fn start(&self) -> Box<dyn State> {
        Patterns::new(&[self]).start()
    }
}

impl Patterns {
    fn new(patterns: &[&Pattern]) -> Self {
        let lookback = patterns.iter().map(|pattern| pattern.lookback).max().unwrap_or(0);
        let program = Arc::new(Program::new(patterns));
        Self { patterns: patterns.iter().map(|&pattern| pattern.clone()).collect(), lookback, program }
    }
}

impl Kernel for Patterns {
    fn outputs(&self) -> usize {
        self.program.steps.len()
    }

    fn lookback(&self) -> usize {
        self.lookback
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn block(&self) -> usize {
        usize::MAX
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(PatternsState::new(&self.program))
    }
}
