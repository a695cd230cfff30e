//! Rolling minimum and maximum, bars since them, and maximum drawdown.
//!
//! Minimum and maximum are idempotent, so two overlapping segments cover a window: a sparse table (Bender and
//! Farach-Colton 2000), branch-free and vectorised over bars. Rejected: the monotonic deque (Lemire 2006), O(1)
//! amortised but with unpredictable branches and a serial chain; van Herk (1992) and Gil-Werman (1993), three
//! comparisons per bar for any window, faster only for windows of about a hundred bars or more, and dependent on a block
//! grid; a heap, O(log w) with branches.

use super::fold::aggregate::{Aggregate, Partial};
use super::fold::window::SlidingWindow;
use super::rolling;
use crate::kernel::cost::per_level;
use crate::kernel::parameters;

/// The smallest of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Min {
    /// The number of bars.
    pub window: usize,
}

parameters!(Min { window });

/// The largest of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Max {
    /// The number of bars.
    pub window: usize,
}

parameters!(Max { window });

/// The number of bars since the largest of the newest `window` values; ties go to the newest.
#[derive(Debug, Clone)]
pub struct BarsSinceMax {
    /// The number of bars.
    pub window: usize,
}

parameters!(BarsSinceMax { window });

/// The number of bars since the smallest of the newest `window` values; ties go to the newest.
#[derive(Debug, Clone)]
pub struct BarsSinceMin {
    /// The number of bars.
    pub window: usize,
}

parameters!(BarsSinceMin { window });

/// As [`BarsSinceMax`]; ties go to the oldest.
#[derive(Debug, Clone)]
pub struct BarsSinceOldestMax {
    /// The number of bars.
    pub window: usize,
}

parameters!(BarsSinceOldestMax { window });

/// As [`BarsSinceMin`]; ties go to the oldest.
#[derive(Debug, Clone)]
pub struct BarsSinceOldestMin {
    /// The number of bars.
    pub window: usize,
}

parameters!(BarsSinceOldestMin { window });

/// The maximum drawdown within the newest `window` values, as a fraction of the peak: 0 or negative. Values are positive.
#[derive(Debug, Clone)]
pub struct MaxDrawdown {
    /// The number of bars.
    pub window: usize,
}

parameters!(MaxDrawdown { window });

/// A value and its age in bars, relative to the newest bar of the segment.
type ValueAndAge = Partial<1, 2>;

#[inline(always)]
fn newer_or_older(newer: &ValueAndAge, older: &ValueAndAge, take_older: bool) -> [f64; 2] {
    let age = if take_older { older.agg[1] + newer.bars } else { newer.agg[1] };
    [if take_older { older.agg[0] } else { newer.agg[0] }, age]
}

impl Aggregate<1, 1, 1> for Min {
    const IDEMPOTENT: bool = true;
    const LOSES_NAN: bool = true;

    #[inline(always)]
    fn lift(bar: [f64; 1]) -> [f64; 1] {
        bar
    }

    #[inline(always)]
    fn combine(newer: Partial<1, 1>, older: Partial<1, 1>) -> [f64; 1] {
        [if newer.agg[0] < older.agg[0] { newer.agg[0] } else { older.agg[0] }]
    }

    #[inline(always)]
    fn lower(&self, window: Partial<1, 1>) -> [f64; 1] {
        window.agg
    }
}

impl Aggregate<1, 1, 1> for Max {
    const IDEMPOTENT: bool = true;
    const LOSES_NAN: bool = true;

    #[inline(always)]
    fn lift(bar: [f64; 1]) -> [f64; 1] {
        bar
    }

    #[inline(always)]
    fn combine(newer: Partial<1, 1>, older: Partial<1, 1>) -> [f64; 1] {
        [if newer.agg[0] > older.agg[0] { newer.agg[0] } else { older.agg[0] }]
    }

    #[inline(always)]
    fn lower(&self, window: Partial<1, 1>) -> [f64; 1] {
        window.agg
    }
}

/// Implements the aggregate of a value and its age: the older of two segments has the extreme if its value compares so
/// with that of the newer.
macro_rules! bars_since {
    ($($kernel:ty: $older_wins:tt),+ $(,)?) => {$(
        impl Aggregate<1, 2, 1> for $kernel {
            const IDEMPOTENT: bool = true;
            const LOSES_NAN: bool = true;

            #[inline(always)]
            fn lift(bar: [f64; 1]) -> [f64; 2] {
                [bar[0], 0.0]
            }

            #[inline(always)]
            fn combine(newer: ValueAndAge, older: ValueAndAge) -> [f64; 2] {
                newer_or_older(&newer, &older, older.agg[0] $older_wins newer.agg[0])
            }

            #[inline(always)]
            fn lower(&self, window: ValueAndAge) -> [f64; 1] {
                [window.agg[1]]
            }
        }
    )+};
}

bars_since!(BarsSinceMax: >, BarsSinceMin: <, BarsSinceOldestMax: >=, BarsSinceOldestMin: <=);

// The largest and the smallest value, and the maximum drawdown.
impl Aggregate<1, 3, 1> for MaxDrawdown {
    const LOSES_NAN: bool = true;

    #[inline(always)]
    fn lift(bar: [f64; 1]) -> [f64; 3] {
        [bar[0], bar[0], 0.0]
    }

    #[inline(always)]
    fn combine(newer: Partial<1, 3>, older: Partial<1, 3>) -> [f64; 3] {
        let [high, low, drawdown] = newer.agg;
        let [high_before, low_before, drawdown_before] = older.agg;
        let between = (low - high_before) / high_before;
        let drawdown = if drawdown < drawdown_before { drawdown } else { drawdown_before };
        [
            if high > high_before { high } else { high_before },
            if low < low_before { low } else { low_before },
            if between < drawdown { between } else { drawdown },
        ]
    }

    #[inline(always)]
    fn lower(&self, window: Partial<1, 3>) -> [f64; 1] {
        [window.agg[2]]
    }
}

rolling!(
    SlidingWindow:
    Min => 1, Max => 1, MaxDrawdown => 1 @ |kernel| per_level(kernel.window, 1.1),
    BarsSinceMax => 1, BarsSinceMin => 1, BarsSinceOldestMax => 1, BarsSinceOldestMin => 1
);
