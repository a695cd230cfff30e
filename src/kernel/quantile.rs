//! What windows in their order tell: quantiles, how far values are from the middle one, the tails, the commonest value.

use super::sorted::{Order, sorted};

/// The values at two places in the order of the newest `window` values, counted from the smallest, which has place 0;
/// between two whole places on the straight line between theirs.
#[derive(Debug, Clone)]
pub struct Quantiles {
    /// The number of bars.
    pub window: usize,
    /// The places, 0 to `window - 1`.
    pub places: [f64; 2],
}

/// The median distance of the newest `window` values from their median.
#[derive(Debug, Clone)]
pub struct MedianDistance {
    /// The number of bars.
    pub window: usize,
}

/// The mean of the `count` smallest of the newest `window` values; of the last one only a part counts where that is no
/// whole number.
#[derive(Debug, Clone)]
pub struct SmallestMean {
    /// The number of bars.
    pub window: usize,
    /// The number of values, above 0 and at most `window`.
    pub count: f64,
}

/// The commonest of the newest `window` values, the smallest of equally common ones.
#[derive(Debug, Clone)]
pub struct Commonest {
    /// The number of bars.
    pub window: usize,
}

#[inline(always)]
fn at(sorted: &[f64], place: f64) -> f64 {
    let below = place as usize;
    let (from, part) = (sorted[below], place - below as f64);
    if part == 0.0 { from } else { from + part * (sorted[below + 1] - from) }
}

/// The mean of the two in the middle; of an odd number the same twice.
fn middle(values: impl Fn(usize) -> f64, count: usize) -> f64 {
    let (low, high) = (values((count - 1) / 2), values(count / 2));
    if low == high { low } else { low + (high - low) / 2.0 }
}

/// The distance from `center` of the value that is `rank` values further from it than the nearest.
fn distance(sorted: &[f64], center: f64, rank: usize) -> f64 {
    // The nearest values are neighbours in the order. Further up, their first is nearer and their last is further.
    let reach = |first: usize| [center - sorted[first], sorted[first + rank] - center];
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

impl Order<2> for Quantiles {
    fn window(&self) -> usize {
        self.window
    }

    fn values(&self, sorted: &[f64]) -> [f64; 2] {
        self.places.map(|place| at(sorted, place))
    }
}

impl Order<1> for MedianDistance {
    fn window(&self) -> usize {
        self.window
    }

    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let center = middle(|rank| sorted[rank], sorted.len());
        [middle(|rank| distance(sorted, center, rank), sorted.len())]
    }
}

impl Order<1> for SmallestMean {
    fn window(&self) -> usize {
        self.window
    }

    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let whole = self.count as usize;
        let sum: f64 = sorted[..whole].iter().sum();
        let part = self.count - whole as f64;
        [(if part == 0.0 { sum } else { sum + part * sorted[whole] }) / self.count]
    }
}

impl Order<1> for Commonest {
    fn window(&self) -> usize {
        self.window
    }

    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let runs = sorted.chunk_by(|one, two| one == two);
        let longest = runs.fold(&sorted[..0], |longest, run| if run.len() > longest.len() { run } else { longest });
        [longest[0]]
    }
}

sorted!(Quantiles: 2, MedianDistance: 1, SmallestMean: 1, Commonest: 1);
