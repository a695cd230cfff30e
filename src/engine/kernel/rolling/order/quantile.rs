//! Quantiles, median absolute deviation, lower-tail mean and mode of rolling windows.

use super::sorted_window::{Sorted, SortedFunction};
use crate::kernel::parameters;
use crate::kernel::rolling::rolling;

/// The values at two places in the order of the newest `window` values, counted from the smallest, which has place 0;
/// between two whole places on the straight line between theirs.
#[derive(Debug, Clone)]
pub struct Quantiles {
    /// The number of bars.
    pub window: usize,
    /// The places, 0 to `window - 1`.
    pub places: [f64; 2],
}

parameters!(Quantiles { window, places });

/// How far the values at two such places are apart, the first minus the second.
#[derive(Debug, Clone)]
pub struct InterquantileRange {
    /// The number of bars.
    pub window: usize,
    /// The places, 0 to `window - 1`.
    pub places: [f64; 2],
}

parameters!(InterquantileRange { window, places });

/// The median distance of the newest `window` values from their median.
#[derive(Debug, Clone)]
pub struct MedianAbsoluteDeviation {
    /// The number of bars.
    pub window: usize,
}

parameters!(MedianAbsoluteDeviation { window });

/// The mean of the `count` smallest of the newest `window` values; of the last one only a part counts where that is no
/// whole number.
#[derive(Debug, Clone)]
pub struct LowerTailMean {
    /// The number of bars.
    pub window: usize,
    /// The number of values, above 0 and at most `window`.
    pub count: f64,
}

parameters!(LowerTailMean { window, count });

/// The commonest of the newest `window` values, the smallest of equally common ones.
#[derive(Debug, Clone)]
pub struct Mode {
    /// The number of bars.
    pub window: usize,
}

parameters!(Mode { window });

/// The value at a place, as that at the whole place below and what it is more than that: far from zero, their sum has
/// fewer digits than a difference of two such needs.
#[inline(always)]
fn at(sorted: &[f64], place: f64) -> [f64; 2] {
    let below = place as usize;
    let part = place - below as f64;
    [sorted[below], if part == 0.0 { 0.0 } else { part * (sorted[below + 1] - sorted[below]) }]
}

/// The mean of the two in the middle; of an odd number the same twice.
fn middle(values: impl Fn(usize) -> f64, count: usize) -> f64 {
    (values((count - 1) / 2) + values(count / 2)) / 2.0
}

/// The distance from the sum of `center` of the value that is `rank` values further from it than the nearest.
fn distance(sorted: &[f64], center: [f64; 2], rank: usize) -> f64 {
    // The nearest values are neighbours in the order. Further up, their first is nearer and their last is further.
    let off = |at: usize| (sorted[at] - center[0]) - center[1];
    let reach = |first: usize| [-off(first), off(first + rank)];
    let (mut low, mut high) = (0, sorted.len() - 1 - rank);
    while low < high {
        let first = (low + high) / 2;
        let [below, above] = reach(first);
        if below > above { low = first + 1 } else { high = first }
    }
    let furthest = |first: usize| reach(first)[0].max(reach(first)[1]);
    let here = furthest(low);
    if low == 0 { here } else { here.min(furthest(low - 1)) }
}

impl SortedFunction<2> for Quantiles {
    fn values(&self, sorted: &[f64]) -> [f64; 2] {
        self.places.map(|place| {
            let [from, more] = at(sorted, place);
            from + more
        })
    }
}

impl SortedFunction<1> for InterquantileRange {
    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let [[to, more], [from, less]] = self.places.map(|place| at(sorted, place));
        [(to - from) + (more - less)]
    }
}

impl SortedFunction<1> for MedianAbsoluteDeviation {
    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let center = at(sorted, (self.window - 1) as f64 / 2.0);
        [middle(|rank| distance(sorted, center, rank), sorted.len())]
    }
}

impl SortedFunction<1> for LowerTailMean {
    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let whole = self.count as usize;
        let sum: f64 = sorted[..whole].iter().sum();
        let part = self.count - whole as f64;
        [(if part == 0.0 { sum } else { sum + part * sorted[whole] }) / self.count]
    }
}

impl SortedFunction<1> for Mode {
    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let runs = sorted.chunk_by(|one, two| one == two);
        let longest = runs.fold(&sorted[..0], |longest, run| if run.len() > longest.len() { run } else { longest });
        [longest[0]]
    }
}

rolling!(Sorted: Quantiles => 2, InterquantileRange => 1, MedianAbsoluteDeviation => 1, LowerTailMean => 1, Mode => 1);
