//! Quantiles, median absolute deviation, lower-tail mean and mode of rolling windows.

use super::sorted_window::{Sorted, SortedFunction};
use crate::kernel::cost::sorted;
use crate::kernel::parameters;
use crate::kernel::rolling::rolling;

/// Two quantiles of the newest `window` values, given as positions in the sorted window from 0, with linear
/// interpolation between positions.
#[derive(Debug, Clone)]
pub struct Quantiles {
    /// The number of bars.
    pub window: usize,
    /// The positions, 0 to `window - 1`.
    pub positions: [f64; 2],
}

parameters!(Quantiles { window, positions });

/// The difference of two such quantiles, the first minus the second.
#[derive(Debug, Clone)]
pub struct InterquantileRange {
    /// The number of bars.
    pub window: usize,
    /// The positions, 0 to `window - 1`.
    pub positions: [f64; 2],
}

parameters!(InterquantileRange { window, positions });

/// The median absolute deviation of the newest `window` values from their median.
#[derive(Debug, Clone)]
pub struct MedianAbsoluteDeviation {
    /// The number of bars.
    pub window: usize,
}

parameters!(MedianAbsoluteDeviation { window });

/// The mean of the `count` smallest of the newest `window` values; the last one has a fractional weight if `count` is
/// not an integer.
#[derive(Debug, Clone)]
pub struct LowerTailMean {
    /// The number of bars.
    pub window: usize,
    /// The number of values, above 0 and at most `window`.
    pub count: f64,
}

parameters!(LowerTailMean { window, count });

/// The mode of the newest `window` values, the smallest if there are several.
#[derive(Debug, Clone)]
pub struct Mode {
    /// The number of bars.
    pub window: usize,
}

parameters!(Mode { window });

/// The interpolated value at a position, as the value below and the rest: their sum would lose digits that a difference
/// of two such values needs.
#[inline(always)]
fn at(sorted: &[f64], position: f64) -> [f64; 2] {
    let below = position as usize;
    let fraction = position - below as f64;
    [sorted[below], if fraction == 0.0 { 0.0 } else { fraction * (sorted[below + 1] - sorted[below]) }]
}

/// The median by rank: the mean of the two middle values, which coincide for an odd count.
fn middle(values: impl Fn(usize) -> f64, count: usize) -> f64 {
    (values((count - 1) / 2) + values(count / 2)) / 2.0
}

/// The distance from the sum of `center` to its neighbour of rank `rank`, the nearest being rank 0.
fn distance(sorted: &[f64], center: [f64; 2], rank: usize) -> f64 {
    // The nearest `rank + 1` values are contiguous in the sorted window: binary search for the first of them.
    let deviation = |at: usize| (sorted[at] - center[0]) - center[1];
    let distances = |first: usize| [-deviation(first), deviation(first + rank)];
    let (mut low, mut high) = (0, sorted.len() - 1 - rank);
    while low < high {
        let first = (low + high) / 2;
        let [below, above] = distances(first);
        if below > above { low = first + 1 } else { high = first }
    }
    let distance_from = |first: usize| distances(first)[0].max(distances(first)[1]);
    let distance_here = distance_from(low);
    if low == 0 { distance_here } else { distance_here.min(distance_from(low - 1)) }
}

impl SortedFunction<2> for Quantiles {
    fn values(&self, sorted: &[f64]) -> [f64; 2] {
        self.positions.map(|position| {
            let [from, rest] = at(sorted, position);
            from + rest
        })
    }
}

impl SortedFunction<1> for InterquantileRange {
    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let [[to, rest], [from, rest_from]] = self.positions.map(|position| at(sorted, position));
        [(to - from) + (rest - rest_from)]
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
        let integral = self.count as usize;
        let sum: f64 = sorted[..integral].iter().sum();
        let fraction = self.count - integral as f64;
        [(if fraction == 0.0 { sum } else { sum + fraction * sorted[integral] }) / self.count]
    }
}

impl SortedFunction<1> for Mode {
    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let runs = sorted.chunk_by(|one, two| one == two);
        let longest = runs.fold(&sorted[..0], |longest, run| if run.len() > longest.len() { run } else { longest });
        [longest[0]]
    }
}

rolling!(Sorted: Quantiles => 2 @ |kernel| sorted(kernel.window), InterquantileRange => 1 @ |kernel| sorted(kernel.window), MedianAbsoluteDeviation => 1 @ |kernel| sorted(kernel.window) + 40.0, LowerTailMean => 1 @ |kernel| sorted(kernel.window) + 0.2 * kernel.count, Mode => 1 @ |kernel| sorted(kernel.window) + 1.3 * kernel.window as f64);
