//! Volume profile: a histogram of volume by price over a window, its point of control and its value area (Steidlmayer).
//!
//! Rebuilt at every bar, O(w + bins): the bin edges follow the range of the window, so a histogram cannot be updated.

use crate::kernel::cost::per_bar;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Fields, Kernel, State, parameters};

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
        per_bar(self.window, 14.0) + 3.0 * self.bins as f64
    }

    fn start(&self) -> Box<dyn State> {
        let histories = std::array::from_fn(|_| History::new(self.window - 1));
        Box::new(VolumeProfileState { profile: self.clone(), histories, bins: vec![0.0; self.bins] })
    }
}

#[derive(Clone)]
struct VolumeProfileState {
    profile: VolumeProfile,
    /// High, low and weight.
    histories: [History; 3],
    /// Scratch for the weights of the bins.
    bins: Vec<f64>,
}

/// The bins of a window.
#[derive(Clone, Copy)]
struct Grid {
    low: f64,
    width: f64,
    bins: usize,
}

impl Grid {
    fn bin(self, price: f64) -> usize {
        // A constant window has bins of width 0; all its weight is in the first.
        (((price - self.low) / self.width) as usize).min(self.bins - 1)
    }

    fn edge(self, bin: usize) -> f64 {
        self.low + self.width * bin as f64
    }
}

/// Distributes the weights of bars over the bins.
fn fill_histogram([high, low, weight]: [&[f64]; 3], grid: Grid, bins: &mut [f64]) {
    bins.fill(0.0);
    for at in 0..high.len() {
        let (one, two) = (grid.bin(low[at]), grid.bin(high[at]));
        let touched = &mut bins[one.min(two)..=one.max(two)];
        let weight_per_bin = weight[at] / touched.len() as f64;
        touched.iter_mut().for_each(|bin| *bin += weight_per_bin);
    }
}

/// The value area: the first and the last bin.
fn value_area(bins: &[f64], heaviest: usize, share: f64) -> [usize; 2] {
    let enough = share * bins.iter().sum::<f64>();
    let (mut first, mut last, mut weight) = (heaviest, heaviest, bins[heaviest]);
    while weight < enough && (first > 0 || last + 1 < bins.len()) {
        let above = bins.get(last + 1).copied().unwrap_or(f64::NEG_INFINITY);
        let below = if first > 0 { bins[first - 1] } else { f64::NEG_INFINITY };
        if above >= below {
            last += 1;
        } else {
            first -= 1;
        }
        weight += above.max(below);
    }
    [first, last]
}

/// The values of one window; `bins` is scratch for the weights.
fn values(share: f64, window: [&[f64]; 3], bins: &mut [f64]) -> [f64; 3] {
    let [high, low, _] = window;
    if window.iter().any(|column| column.iter().any(|value| !value.is_finite())) {
        return [f64::NAN; 3];
    }
    let lowest = low.iter().fold(f64::INFINITY, |a, &b| a.min(b));
    let highest = high.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let grid = Grid { low: lowest, width: (highest - lowest) / bins.len() as f64, bins: bins.len() };
    fill_histogram(window, grid, bins);
    let heaviest = (1..bins.len()).fold(0, |best, bin| if bins[bin] > bins[best] { bin } else { best });
    if bins[heaviest] <= 0.0 {
        return [f64::NAN; 3];
    }
    let [first, last] = value_area(bins, heaviest, share);
    [grid.low + grid.width * (heaviest as f64 + 0.5), grid.edge(last + 1), grid.edge(first)]
}

impl State for VolumeProfileState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let len = inputs[0].len();
        for (history, input) in self.histories.iter_mut().zip(inputs) {
            history.block_mut(len).copy_from_slice(input);
        }
        let before = self.profile.window - 1;
        let columns = self.histories.each_ref().map(|history| history.with_history(before, 0));
        for at in 0..len {
            let window = columns.map(|column| &column[at..=at + before]);
            let values = values(self.profile.share, window, &mut self.bins);
            outputs.iter_mut().zip(values).for_each(|(output, value)| output[at] = value);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.histories]);
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
