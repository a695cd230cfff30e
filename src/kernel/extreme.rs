//! The largest and smallest value of a window, and how long ago they were.

use super::window::{Fold, Piece, Windows, windowed};
use super::{Kernel, State};

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
pub struct SinceMax {
    /// The number of bars.
    pub window: usize,
}

/// The number of bars since the smallest of the newest `window` values, the newest of equals.
#[derive(Debug, Clone)]
pub struct SinceMin {
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

impl Fold<1, 2, 1> for SinceMax {
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

impl Fold<1, 2, 1> for SinceMin {
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

windowed!(Min: 1, Max: 1, SinceMax: 1, SinceMin: 1);
