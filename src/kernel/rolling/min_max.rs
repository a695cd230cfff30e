//! The largest and smallest value of a window, how long ago they were, and the largest fall.

use super::fold::aggregate::{Fold, Piece};
use super::fold::window::{Windows, windowed};
use crate::kernel::{Kernel, State};

/// The smallest of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Min {
    /// The number of bars.
    pub window: usize,
}

/// The largest of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Max {
    /// The number of bars.
    pub window: usize,
}

/// The number of bars since the largest of the newest `window` values, the newest of equals.
#[derive(Debug, Clone)]
pub struct BarsSinceMax {
    /// The number of bars.
    pub window: usize,
}

/// The number of bars since the smallest of the newest `window` values, the newest of equals.
#[derive(Debug, Clone)]
pub struct BarsSinceMin {
    /// The number of bars.
    pub window: usize,
}

/// The largest fall from a value to one after it among the newest `window` values, as a fraction of the first: 0 where
/// none is below one before it, negative else. Values are above zero.
#[derive(Debug, Clone)]
pub struct MaxDrawdown {
    /// The number of bars.
    pub window: usize,
}

/// A value and how many bars ago it was, counted from the newest of the piece.
type Aged = Piece<1, 2>;

#[inline(always)]
fn aged(newer: &Aged, older: &Aged, take_older: bool) -> [f64; 2] {
    let age = if take_older { older.fold[1] + newer.bars } else { newer.fold[1] };
    [if take_older { older.fold[0] } else { newer.fold[0] }, age]
}

impl Fold<1, 1, 1> for Min {
    const OVERLAPS: bool = true;
    const BLIND: bool = true;

    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 1] {
        bar
    }

    #[inline(always)]
    fn join(newer: Piece<1, 1>, older: Piece<1, 1>) -> [f64; 1] {
        [if newer.fold[0] < older.fold[0] { newer.fold[0] } else { older.fold[0] }]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<1, 1>) -> [f64; 1] {
        window.fold
    }
}

impl Fold<1, 1, 1> for Max {
    const OVERLAPS: bool = true;
    const BLIND: bool = true;

    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 1] {
        bar
    }

    #[inline(always)]
    fn join(newer: Piece<1, 1>, older: Piece<1, 1>) -> [f64; 1] {
        [if newer.fold[0] > older.fold[0] { newer.fold[0] } else { older.fold[0] }]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<1, 1>) -> [f64; 1] {
        window.fold
    }
}

impl Fold<1, 2, 1> for BarsSinceMax {
    const OVERLAPS: bool = true;
    const BLIND: bool = true;

    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 2] {
        [bar[0], 0.0]
    }

    #[inline(always)]
    fn join(newer: Aged, older: Aged) -> [f64; 2] {
        aged(&newer, &older, older.fold[0] > newer.fold[0])
    }

    #[inline(always)]
    fn finish(&self, window: Aged) -> [f64; 1] {
        [window.fold[1]]
    }
}

impl Fold<1, 2, 1> for BarsSinceMin {
    const OVERLAPS: bool = true;
    const BLIND: bool = true;

    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 2] {
        [bar[0], 0.0]
    }

    #[inline(always)]
    fn join(newer: Aged, older: Aged) -> [f64; 2] {
        aged(&newer, &older, older.fold[0] < newer.fold[0])
    }

    #[inline(always)]
    fn finish(&self, window: Aged) -> [f64; 1] {
        [window.fold[1]]
    }
}

// The largest and the smallest value, and the largest fall.
impl Fold<1, 3, 1> for MaxDrawdown {
    const BLIND: bool = true;

    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 3] {
        [bar[0], bar[0], 0.0]
    }

    #[inline(always)]
    fn join(newer: Piece<1, 3>, older: Piece<1, 3>) -> [f64; 3] {
        let [high, low, fall] = newer.fold;
        let [high_before, low_before, fall_before] = older.fold;
        let between = (low - high_before) / high_before;
        let fall = if fall < fall_before { fall } else { fall_before };
        [
            if high > high_before { high } else { high_before },
            if low < low_before { low } else { low_before },
            if between < fall { between } else { fall },
        ]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<1, 3>) -> [f64; 1] {
        [window.fold[2]]
    }
}

windowed!(Min: 1, Max: 1, BarsSinceMax: 1, BarsSinceMin: 1, MaxDrawdown: 1);
