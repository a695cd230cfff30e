//! Patterns of a few candlesticks: conditions on measures of bars, evaluated for 64 bars at once.
//!
//! A [`Pattern`] says in data what must be true and what the answer is then. A plan runs all its patterns as one
//! kernel: each measure, mean and comparison is computed once, whichever patterns ask for it, and only in blocks where
//! an answer still depends on it. Comparisons become bits, 64 bars in a word, and a pattern is a few ANDs of those.
//!
//! A bar without one of its four prices has no value; a pattern has none as long as its lookback reaches such a bar, or
//! the time before the first. That rule covers every bar and mean the pattern looks at, so nothing else needs a NaN.

mod condition;
mod marks;
mod program;
mod watch;

use std::any::Any;
use std::sync::Arc;

pub use condition::{Condition, Measure, Quantity, Term};

use self::program::Program;
use self::watch::Watch;
use super::{Kernel, State};

/// What a pattern answers: 0 unless `always` is true, and then the first of the answers whose condition is.
///
/// Inputs are open, high, low and close.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// The bars without a value; no condition reads further back.
    pub lookback: usize,
    /// What every answer but 0 needs.
    pub always: Condition,
    /// The answers.
    pub answers: Vec<(f64, Condition)>,
}

/// Several patterns, one output each.
#[derive(Debug)]
struct Patterns(Vec<Pattern>);

impl Kernel for Pattern {
    fn lookback(&self) -> usize {
        self.lookback
    }

    fn start(&self) -> Box<dyn State> {
        Patterns(vec![self.clone()]).start()
    }

    fn fuse(&self, others: &[&dyn Kernel]) -> Option<Arc<dyn Kernel>> {
        let others = others.iter().map(|&other| (other as &dyn Any).downcast_ref::<Self>());
        let all: Option<Vec<_>> = std::iter::once(Some(self)).chain(others).map(|one| one.cloned()).collect();
        Some(Arc::new(Patterns(all?)))
    }
}

impl Kernel for Patterns {
    fn outputs(&self) -> usize {
        self.0.len()
    }

    fn lookback(&self) -> usize {
        self.0.iter().map(|pattern| pattern.lookback).max().unwrap_or(0)
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Watch::new(Program::new(&self.0)))
    }
}
