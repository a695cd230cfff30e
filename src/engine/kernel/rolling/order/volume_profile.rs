//! Volume profile: a histogram of volume by price over a window, its point of control and its value area (Steidlmayer).
//!
//! The bin edges follow the range of the window: while it stays, a bar leaves the histogram and another enters; where it
//! changes, the histogram is built anew, O(w + bins). Weights are whole numbers of a unit, so that both give the same bins,
//! the value depends on the window alone. The unit is a power of two, less than 2^-46 of the largest weight in the window.
//! A bar's part of a bin is rounded to units, so bins within as many units as there are bars count as equal: thirds of one
//! bar and quarters of another may sum to the same.

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{BLOCK, Fields, Kernel, Max, Min, State, parameters};

/// The profile of the newest `window` bars of high, low and weight: their range is divided into bins of equal width, and
/// the weight of each bar is distributed evenly over the bins it touches. Outputs: the centre of the heaviest bin (point
/// of control; ties go to the lowest), and the upper and the lower end of the value area, which grows by the heavier
/// neighbour (ties go to the upper) until it contains the share. NaN if the total weight is 0.
#[derive(Debug, Clone)]
pub struct VolumeProfile {
    /// The number of bars.
    pub window: usize,
    /// The number of bins.
    pub bins: usize,
    /// The fraction of the weight in the value area, up to 1.
    pub share: f64,
}

parameters!(VolumeProfile { window, bins, share });

impl Kernel for VolumeProfile {
    fn outputs(&self) -> usize {
        3
    }

    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        200.0 + 1.5 * self.bins as f64 + 3.0 * (self.window as f64).sqrt()
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let window = self.window;
        Box::new(VolumeProfileState {
            window,
            share: self.share,
            histories: std::array::from_fn(|_| History::new(window)),
            extremes: [Min { window }.start(), Max { window }.start(), Max { window }.start()],
            histogram: Histogram::new(self.bins, window),
        })
    }
}

#[derive(Clone)]
struct VolumeProfileState {
    window: usize,
    share: f64,
    /// High, low and weight of the window before the block.
    histories: [History; 3],
    /// The lowest low, the highest high and the largest weight of the window.
    extremes: [Box<dyn State>; 3],
    histogram: Histogram,
}

/// The bins of a window, and the unit of its weights.
#[derive(Clone, Copy, PartialEq)]
struct Grid {
    low: f64,
    width: f64,
    bins: usize,
    units_per_weight: f64,
}

/// A bar in a grid: its first and its last bin, and its weight in each of them.
struct Spread {
    first: usize,
    last: usize,
    units: i64,
}

impl Grid {
    /// The grid of a window of this range and largest weight; `None` if a value is missing or infinite, or all weights are 0.
    #[inline(always)]
    fn new([low, high, heaviest]: [f64; 3], bins: usize) -> Option<Self> {
        /// Units are 2^-48 to 2^-47 of the largest weight: 2^14 bars do not overflow.
        const PRECISION: u64 = 47;
        const BIAS: u64 = 1023;
        if !(heaviest > 0.0 && heaviest < f64::INFINITY) {
            return None;
        }
        let exponent = heaviest.to_bits() >> 52;
        let scale = (2 * BIAS + PRECISION).saturating_sub(exponent).min(2 * BIAS);
        let units_per_weight = f64::from_bits(scale.max(1) << 52);
        Some(Self { low, width: (high - low) / bins as f64, bins, units_per_weight })
    }

    #[inline(always)]
    fn bin(&self, price: f64) -> usize {
        /// A sum with this number, 2^52, has the whole part in its low bits.
        const ALIGNED: f64 = 4_503_599_627_370_496.0;
        // A constant window has bins of width 0; all its weight is in the first.
        let bin = (price - self.low) / self.width;
        let last = self.bins as f64 - 1.0;
        let bin = if bin > 0.0 { bin } else { 0.0 };
        let bin = if bin < last { bin.floor() } else { last };
        ((bin + ALIGNED).to_bits() & 0xffff) as usize
    }

    fn edge(&self, bin: usize) -> f64 {
        self.low + self.width * bin as f64
    }

    /// Distributes the weight of a bar evenly over the bins it touches.
    #[inline(always)]
    fn spread(&self, [high, low, weight]: [f64; 3]) -> Spread {
        let (one, two) = (self.bin(low), self.bin(high));
        let (first, last) = (one.min(two), one.max(two));
        let units = weight * self.units_per_weight / (last + 1 - first) as f64;
        Spread { first, last, units: units.round_ties_even() as i64 }
    }
}

/// The weights of the bins.
#[derive(Clone)]
struct Histogram {
    /// The grid of the weights, if they are those of the bar before.
    grid: Option<Grid>,
    weights: Vec<i64>,
    /// The sum of the weights.
    total: i64,
    /// The largest difference of two weights that are equal but for roundings: a unit for each bar.
    rounding: i64,
}

impl Histogram {
    fn new(bins: usize, window: usize) -> Self {
        Self { grid: None, weights: vec![0; bins], total: 0, rounding: window as i64 }
    }

    /// The weights of the next window; `columns` are high, low and weight of the window, preceded by those that leave it.
    fn slide(&mut self, grid: Grid, columns: [&[f64]; 3]) {
        if self.grid == Some(grid) {
            let newest = columns[0].len() - 1;
            self.add(&grid.spread(columns.map(|column| column[0])), -1);
            return self.add(&grid.spread(columns.map(|column| column[newest])), 1);
        }
        self.grid = Some(grid);
        self.weights.fill(0);
        self.total = build(&grid, columns.map(|column| &column[1..]), &mut self.weights);
        // Steps to weights.
        let mut weight = 0;
        for step in &mut self.weights {
            weight = step.wrapping_add(weight);
            *step = weight;
        }
    }

    fn add(&mut self, bar: &Spread, sign: i64) {
        let touched = &mut self.weights[bar.first..=bar.last];
        // Wrapping, here and below: a restored state may disagree with itself, and must not panic.
        let units = bar.units.wrapping_mul(sign);
        self.total = self.total.wrapping_add(units.wrapping_mul(touched.len() as i64));
        touched.iter_mut().for_each(|weight| *weight = weight.wrapping_add(units));
    }

    /// The values of the window.
    fn values(&self, grid: &Grid, share: f64) -> [f64; 3] {
        let heaviest = heaviest(&self.weights, self.rounding);
        if self.weights[heaviest] <= 0 {
            return [f64::NAN; 3];
        }
        let [first, last] = self.value_area(heaviest, share);
        [grid.low + grid.width * (heaviest as f64 + 0.5), grid.edge(last + 1), grid.edge(first)]
    }

    /// The value area: the first and the last bin.
    fn value_area(&self, heaviest: usize, share: f64) -> [usize; 2] {
        let bins = &self.weights;
        let enough = share * self.total as f64;
        let (mut first, mut last, mut weight) = (heaviest, heaviest, bins[heaviest]);
        while (weight.saturating_add(self.rounding) as f64) < enough && (first > 0 || last + 1 < bins.len()) {
            let above = bins.get(last + 1).copied().unwrap_or(i64::MIN);
            let below = if first > 0 { bins[first - 1] } else { i64::MIN };
            if above.saturating_add(self.rounding) >= below {
                last += 1;
            } else {
                first -= 1;
            }
            weight = weight.wrapping_add(above.max(below));
        }
        [first, last]
    }
}

/// The number of bars that are distributed at once.
const TILE: usize = 64;

leveled! {
    /// Distributes the weights of bars over bins, as steps from bin to bin, and returns their sum.
    fn build(grid: &Grid, columns: [&[f64]; 3], steps: &mut [i64]) -> i64 {
        let [high, low, weight] = columns;
        let mut total = 0;
        for start in (0..high.len()).step_by(TILE) {
            let bars = start..high.len().min(start + TILE);
            let mut bins = [[0; TILE]; 2];
            for (bins, prices) in bins.iter_mut().zip([low, high]) {
                for (bin, price) in bins.iter_mut().zip(&prices[bars.clone()]) {
                    *bin = grid.bin(*price);
                }
            }
            for (at, weight) in weight[bars].iter().enumerate() {
                let (first, last) = (bins[0][at].min(bins[1][at]), bins[0][at].max(bins[1][at]));
                let count = last + 1 - first;
                let units = (weight * grid.units_per_weight / count as f64).round_ties_even() as i64;
                steps[first] = steps[first].wrapping_add(units);
                if let Some(step) = steps.get_mut(last + 1) {
                    *step = step.wrapping_sub(units);
                }
                total = units.wrapping_mul(count as i64).wrapping_add(total);
            }
        }
        total
    }

    /// The index of the largest weight, the first of several but for roundings.
    fn heaviest(weights: &[i64], rounding: i64) -> usize {
        let most = weights.iter().fold(i64::MIN, |most, weight| if *weight > most { *weight } else { most });
        weights.iter().position(|weight| *weight >= most.saturating_sub(rounding)).unwrap_or(0)
    }

    /// The magnitudes of the weights; NaN where a value of the bar is not finite.
    fn magnitudes(columns: [&[f64]; 3], output: &mut [f64]) {
        let [high, low, weight] = columns;
        for (((output, high), low), weight) in output.iter_mut().zip(high).zip(low).zip(weight) {
            *output = weight.abs() + (0.0 * high + 0.0 * low + 0.0 * weight);
        }
    }
}

impl State for VolumeProfileState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let (len, window) = (inputs[0].len(), self.window);
        for (history, input) in self.histories.iter_mut().zip(inputs) {
            history.block_mut(len).copy_from_slice(input);
        }
        let [high, low, weight] = [inputs[0], inputs[1], inputs[2]];
        let mut magnitude = [0.0; BLOCK];
        magnitudes([high, low, weight], &mut magnitude[..len]);
        let mut ranges = [[0.0; BLOCK]; 3];
        let columns = [low, high, &magnitude[..len]];
        for ((extreme, column), values) in self.extremes.iter_mut().zip(columns).zip(&mut ranges) {
            extreme.feed(&[column], &mut [&mut values[..len]]);
        }
        let columns = self.histories.each_ref().map(|history| history.with_history(window, 0));
        for at in 0..len {
            let grid = Grid::new(ranges.map(|extremes| extremes[at]), self.histogram.weights.len());
            let values = match grid {
                Some(grid) => {
                    self.histogram.slide(grid, columns.map(|column| &column[at..=at + window]));
                    self.histogram.values(&grid, self.share)
                }
                None => [f64::NAN; 3],
            };
            self.histogram.grid = grid;
            outputs.iter_mut().zip(values).for_each(|(output, value)| output[at] = value);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        // The weights follow from the bars.
        self.histogram.grid = None;
        fields.visit(&mut [&mut self.histories, &mut self.extremes]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_histogram_follows_the_bars() {
        // Four bins of one: the first bar touches all, the second only the third, the last only the second.
        let (high, low, weight) = ([4.0, 2.75, 1.75], [0.0, 2.25, 1.25], [4.0, 5.0, 3.0]);
        let profile = |share: f64| {
            let mut found = [[0.0; 3]; 3];
            let [one, two, three] = &mut found;
            VolumeProfile { window: 3, bins: 4, share }.start().feed(&[&high, &low, &weight], &mut [one, two, three]);
            assert!(found.iter().all(|output| output[..2].iter().all(|value| value.is_nan())));
            found.map(|output| output[2])
        };
        assert_eq!(profile(0.5), [2.5, 3.0, 2.0]);
        assert_eq!(profile(0.7), [2.5, 3.0, 1.0]);
        assert_eq!(profile(0.9), [2.5, 4.0, 1.0]);
        assert_eq!(profile(1.0), [2.5, 4.0, 0.0]);
    }
}
