//! Quantiles, median absolute deviation, lower-tail mean and mode of rolling windows.

use super::sorted_window::{Sorted, SortedFunction};
use crate::kernel::cost::sorted;
use crate::kernel::parameters;
use crate::kernel::rolling::rolling;
use crate::kernel::simd::tile::array;

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
    fn values(&mut self, sorted: &[f64]) -> [f64; 2] {
        self.positions.map(|position| {
            let [from, rest] = at(sorted, position);
            from + rest
        })
    }
}

impl SortedFunction<1> for InterquantileRange {
    fn values(&mut self, sorted: &[f64]) -> [f64; 1] {
        let [[to, rest], [from, rest_from]] = self.positions.map(|position| at(sorted, position));
        [(to - from) + (rest - rest_from)]
    }
}

impl SortedFunction<1> for MedianAbsoluteDeviation {
    fn values(&mut self, sorted: &[f64]) -> [f64; 1] {
        let center = at(sorted, (self.window - 1) as f64 / 2.0);
        [middle(|rank| distance(sorted, center, rank), sorted.len())]
    }
}

impl SortedFunction<1> for LowerTailMean {
    fn values(&mut self, sorted: &[f64]) -> [f64; 1] {
        let integral = self.count as usize;
        let sum = tail(&sorted[..integral]);
        let fraction = self.count - integral as f64;
        [(if fraction == 0.0 { sum } else { sum + fraction * sorted[integral] }) / self.count]
    }
}

/// The sum of values, in eight parts.
#[inline(always)]
fn tail(values: &[f64]) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        sums = array(0.0, |l| sums[l] + eight[l]);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter().fold(((a + e) + (c + g)) + ((b + f) + (d + h)), |sum, value| sum + value)
}

/// The mode, searched for from the length of the last one.
#[derive(Clone)]
struct LongestRun {
    /// A guess at the number of equal values, 1 or more; any gives the same mode.
    values: usize,
}

impl LongestRun {
    /// The start of the first run of at least `values` equal values.
    #[inline(always)]
    fn first(sorted: &[f64], values: usize) -> Option<usize> {
        const TILE: usize = 32;
        let (starts, ends) = (&sorted[..(sorted.len() + 1).saturating_sub(values)], sorted.get(values - 1..)?);
        let mut tiles = starts.chunks(TILE).zip(ends.chunks(TILE));
        let tile = tiles
            .position(|(starts, ends)| starts.iter().zip(ends).fold(false, |any, (start, end)| any | (start == end)))?;
        let from = tile * TILE;
        let run = starts[from..].iter().zip(&ends[from..]).position(|(start, end)| start == end)?;
        Some(from + run)
    }
}

impl SortedFunction<1> for LongestRun {
    #[inline(always)]
    fn values(&mut self, sorted: &[f64]) -> [f64; 1] {
        let mut start = Self::first(sorted, self.values + 1);
        while start.is_some() {
            self.values += 1;
            start = Self::first(sorted, self.values + 1);
        }
        let mut start = Self::first(sorted, self.values);
        while start.is_none() {
            self.values -= 1;
            start = Self::first(sorted, self.values);
        }
        [sorted[start.unwrap_or(0)]]
    }
}

rolling!(Sorted: Quantiles => 2 @ |kernel| sorted(kernel.window), InterquantileRange => 1 @ |kernel| sorted(kernel.window), MedianAbsoluteDeviation => 1 @ |kernel| sorted(kernel.window) + 40.0, LowerTailMean => 1 @ |kernel| sorted(kernel.window) + 0.2 * kernel.count);
rolling!(Mode => 1 @ |kernel| 8.0 + sorted(kernel.window) + 0.15 * kernel.window as f64, |kernel| {
    Box::new(Sorted::new(LongestRun { values: 1 }, kernel.window))
});
