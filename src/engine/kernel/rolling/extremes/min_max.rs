//! Rolling minimum and maximum, bars since them, and maximum drawdown.
//!
//! Minimum and maximum are idempotent, so two overlapping segments cover a window: a sparse table (Bender and
//! Farach-Colton 2000), branch-free and vectorised over bars. Rejected: the monotonic deque (Lemire 2006), O(1)
//! amortised but with unpredictable branches and a serial chain; van Herk (1992) and Gil-Werman (1993), three
//! comparisons per bar for any window, faster only for windows of about a hundred bars or more, and dependent on a block
//! grid; a heap, O(log w) with branches.

use crate::kernel::cost::per_level;
use crate::kernel::parameters;
use crate::kernel::rolling::fold::aggregate::{Aggregate, Partial};
use crate::kernel::rolling::fold::doubling::{Doubled, doubled};
use crate::kernel::rolling::fold::window::SlidingWindow;
use crate::kernel::rolling::rolling;
use crate::kernel::simd::vector8::Vector8;

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

/// The smallest and the largest of the newest `window` values.
#[derive(Debug, Clone)]
pub struct MinAndMax {
    /// The number of bars.
    pub window: usize,
}

parameters!(MinAndMax { window });

/// The midpoint between the largest of the newest `window` values of the first input and the smallest of the second.
#[derive(Debug, Clone)]
pub struct Midrange {
    /// The number of bars.
    pub window: usize,
}

parameters!(Midrange { window });

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
type ValueAndAge<V> = Partial<V, 1, 2>;

impl Doubled<1, 1, 1, 1> for Min {
    const IDEMPOTENT: bool = true;
    const MASKED: usize = 1;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, now: [V; 1], _: [V; 1]) -> [V; 1] {
        now
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: [V; 1], older: [V; 1]) -> [V; 1] {
        [newer[0].smaller(older[0])]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 1], [window]: [[V; 1]; 1]) -> [V; 1] {
        window
    }
}

impl Doubled<1, 1, 1, 1> for Max {
    const IDEMPOTENT: bool = true;
    const MASKED: usize = 1;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, now: [V; 1], _: [V; 1]) -> [V; 1] {
        now
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: [V; 1], older: [V; 1]) -> [V; 1] {
        [newer[0].larger(older[0])]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 1], [window]: [[V; 1]; 1]) -> [V; 1] {
        window
    }
}

impl Doubled<1, 2, 1, 2> for MinAndMax {
    const IDEMPOTENT: bool = true;
    const MASKED: usize = 1;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, now: [V; 1], _: [V; 1]) -> [V; 2] {
        [now[0]; 2]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: [V; 2], older: [V; 2]) -> [V; 2] {
        extremes(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 1], [window]: [[V; 2]; 1]) -> [V; 2] {
        window
    }
}

impl Doubled<2, 2, 1, 1> for Midrange {
    const IDEMPOTENT: bool = true;
    const MASKED: usize = 2;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, now: [V; 2], _: [V; 2]) -> [V; 2] {
        [now[1], now[0]]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: [V; 2], older: [V; 2]) -> [V; 2] {
        extremes(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 2], [window]: [[V; 2]; 1]) -> [V; 1] {
        [(window[1] + window[0]) * 0.5]
    }
}

/// The smaller of the first, and the larger of the second.
#[inline(always)]
fn extremes<V: Vector8>(newer: [V; 2], older: [V; 2]) -> [V; 2] {
    [newer[0].smaller(older[0]), newer[1].larger(older[1])]
}

/// Implements the aggregate of an extreme and its age: that of the older segment where the comparison holds.
macro_rules! bars_since {
    ($($kernel:ty: |$newer:ident, $older:ident| $compare:ident($larger:ident, $smaller:ident)),+ $(,)?) => {$(
        impl Aggregate<1, 2, 1> for $kernel {
            const IDEMPOTENT: bool = true;
            const LOSES_NAN: bool = true;

            #[inline(always)]
            fn lift<V: Vector8>(bar: [V; 1]) -> [V; 2] {
                [bar[0], V::splat(0.0)]
            }

            #[inline(always)]
            fn combine<V: Vector8>(newer: ValueAndAge<V>, older: ValueAndAge<V>) -> [V; 2] {
                let ([$newer, age], [$older, older_age]) = (newer.agg, older.agg);
                let older_age = older_age + V::splat(newer.bars);
                [V::$compare($larger, $smaller, $older, $newer), V::$compare($larger, $smaller, older_age, age)]
            }

            #[inline(always)]
            fn lower<V: Vector8>(&self, window: ValueAndAge<V>) -> [V; 1] {
                [window.agg[1]]
            }
        }
    )+};
}

bars_since!(
    BarsSinceMax: |newer, older| if_greater(older, newer),
    BarsSinceMin: |newer, older| if_greater(newer, older),
    BarsSinceOldestMax: |newer, older| if_at_least(older, newer),
    BarsSinceOldestMin: |newer, older| if_at_least(newer, older),
);

// The largest and the smallest value, and the maximum drawdown.
impl Aggregate<1, 3, 1> for MaxDrawdown {
    const LOSES_NAN: bool = true;

    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 3] {
        [bar[0], bar[0], V::splat(0.0)]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Partial<V, 1, 3>, older: Partial<V, 1, 3>) -> [V; 3] {
        let [high, low, drawdown] = newer.agg;
        let [high_before, low_before, drawdown_before] = older.agg;
        let between = (low - high_before) / high_before;
        [high.larger(high_before), low.smaller(low_before), between.smaller(drawdown.smaller(drawdown_before))]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Partial<V, 1, 3>) -> [V; 1] {
        [window.agg[2]]
    }
}

rolling!(
    SlidingWindow:
    MaxDrawdown => 1 @ |kernel| per_level(kernel.window, 1.1),
    BarsSinceMax => 1, BarsSinceMin => 1, BarsSinceOldestMax => 1, BarsSinceOldestMin => 1
);

doubled!(
    Min => 1, |kernel| kernel.window - 1;
    Max => 1, |kernel| kernel.window - 1;
    MinAndMax => 2, |kernel| kernel.window - 1;
    Midrange => 1, |kernel| kernel.window - 1
);
