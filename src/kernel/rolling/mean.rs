//! Sums and means over windows.

use super::fold::aggregate::{Fold, Piece, zero_at};
use super::fold::window::{Windows, windowed};
use crate::kernel::{Kernel, State};

/// The sum of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Sum {
    /// The number of bars.
    pub window: usize,
}

/// The mean of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Mean {
    /// The number of bars.
    pub window: usize,
}

/// The newest value minus the mean of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Centered {
    /// The number of bars.
    pub window: usize,
}

impl Fold<1, 1, 1> for Sum {
    const PLAIN: bool = true;

    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 1] {
        bar
    }

    #[inline(always)]
    fn join(newer: Piece<1, 1>, older: Piece<1, 1>) -> [f64; 1] {
        [newer.fold[0] + older.fold[0]]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<1, 1>) -> [f64; 1] {
        window.fold
    }
}

impl Fold<1, 1, 1> for Mean {
    const PLAIN: bool = true;

    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 1] {
        bar
    }

    #[inline(always)]
    fn join(newer: Piece<1, 1>, older: Piece<1, 1>) -> [f64; 1] {
        Sum::join(newer, older)
    }

    #[inline(always)]
    fn finish(&self, window: Piece<1, 1>) -> [f64; 1] {
        [window.fold[0] / window.bars]
    }
}

// The sum of the differences from the newest bar: the mean itself would be rounded to what is far from zero.
impl Fold<1, 1, 1> for Centered {
    #[inline(always)]
    fn single(bar: [f64; 1]) -> [f64; 1] {
        [zero_at(bar)]
    }

    #[inline(always)]
    fn join(newer: Piece<1, 1>, older: Piece<1, 1>) -> [f64; 1] {
        [newer.fold[0] + (older.fold[0] + older.bars * (older.newest[0] - newer.newest[0]))]
    }

    #[inline(always)]
    fn four(bars: [[f64; 1]; 4]) -> [f64; 1] {
        let [newest] = bars[0];
        [(bars[1][0] - newest) + (bars[2][0] - newest) + (bars[3][0] - newest)]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<1, 1>) -> [f64; 1] {
        [0.0 - window.fold[0] / window.bars]
    }
}

windowed!(Sum: 1, Mean: 1, Centered: 1);
