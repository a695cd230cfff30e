//! Rolling sums and means: pairwise summation of doubling windows, so the error grows with log2 of the window, not with
//! the series.

use super::fold::aggregate::{Aggregate, Partial, zero_at};
use super::fold::window::SlidingWindow;
use super::rolling;
use crate::kernel::parameters;

/// The sum of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Sum {
    /// The number of bars.
    pub window: usize,
}

parameters!(Sum { window });

/// The mean of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Mean {
    /// The number of bars.
    pub window: usize,
}

parameters!(Mean { window });

/// The newest value minus the mean of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Centered {
    /// The number of bars.
    pub window: usize,
}

parameters!(Centered { window });

impl Aggregate<1, 1, 1> for Sum {
    const LIFT_IS_IDENTITY: bool = true;

    #[inline(always)]
    fn lift(bar: [f64; 1]) -> [f64; 1] {
        bar
    }

    #[inline(always)]
    fn combine(newer: Partial<1, 1>, older: Partial<1, 1>) -> [f64; 1] {
        [newer.agg[0] + older.agg[0]]
    }

    #[inline(always)]
    fn lower(&self, window: Partial<1, 1>) -> [f64; 1] {
        window.agg
    }
}

impl Aggregate<1, 1, 1> for Mean {
    const LIFT_IS_IDENTITY: bool = true;

    #[inline(always)]
    fn lift(bar: [f64; 1]) -> [f64; 1] {
        bar
    }

    #[inline(always)]
    fn combine(newer: Partial<1, 1>, older: Partial<1, 1>) -> [f64; 1] {
        Sum::combine(newer, older)
    }

    #[inline(always)]
    fn lower(&self, window: Partial<1, 1>) -> [f64; 1] {
        [window.agg[0] / window.bars]
    }
}

// The sum of the differences from the newest bar: the mean itself would round at the offset of the series.
impl Aggregate<1, 1, 1> for Centered {
    #[inline(always)]
    fn lift(bar: [f64; 1]) -> [f64; 1] {
        [zero_at(bar)]
    }

    #[inline(always)]
    fn combine(newer: Partial<1, 1>, older: Partial<1, 1>) -> [f64; 1] {
        [newer.agg[0] + (older.agg[0] + older.bars * (older.newest[0] - newer.newest[0]))]
    }

    #[inline(always)]
    fn lift4(bars: [[f64; 1]; 4]) -> [f64; 1] {
        let [newest] = bars[0];
        [(bars[1][0] - newest) + (bars[2][0] - newest) + (bars[3][0] - newest)]
    }

    #[inline(always)]
    fn lower(&self, window: Partial<1, 1>) -> [f64; 1] {
        [0.0 - window.agg[0] / window.bars]
    }
}

rolling!(SlidingWindow: Sum => 1, Mean => 1, Centered => 1);
