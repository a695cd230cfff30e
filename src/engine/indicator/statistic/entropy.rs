//! Shannon Entropy.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{BLOCK, Fields, History, Kernel, Max, Min, State, leveled, parameters};

/// Shannon Entropy.
pub(in crate::indicator) static ENTROPY: Indicator = Indicator {
    name: "entropy",
    title: "Shannon Entropy",
    summary: "The Shannon entropy of the window's histogram.",
    formula: "-sum of p * log2(p) over `bins` equal-width bins of the range from the lowest to the highest of the values in the window, p being the fraction of the values in a bin; 0 where the range is 0; unit=share: divided by log2(bins)",
    source: "Shannon, A Mathematical Theory of Communication, 1948; histogram as in numpy.histogram",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 30, min: 2, max: 10000 },
            help: "the number of bars in the window",
        },
        Param { name: "bins", kind: Kind::Integer { default: 10, min: 2, max: BINS_MAX }, help: "the number of bins" },
        Param::choice("unit", &["bits", "share"], "the unit: bits, or the fraction of the maximum entropy"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let bins = args.integer("bins");
        let bits = graph.add(Entropy { window: args.integer("period"), bins }, &[x]);
        let most = libm::log2(bins as f64);
        vec![graph.scaled(bits, if args.choice("unit") == "share" { 1.0 / most } else { 1.0 })]
    },
};

const BINS_MAX: usize = 256;

/// The entropy of a histogram of the newest `window` values, in bits.
#[derive(Debug, Clone)]
struct Entropy {
    window: usize,
    bins: usize,
}

parameters!(Entropy { window, bins });

impl Kernel for Entropy {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        // The counts are kept while the range stays, and taken anew where it changes.
        70.0 + 0.3 * self.bins as f64 + 2.5 * (self.window as f64).sqrt()
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let term = |count: usize| {
            let share = count as f64 / self.window as f64;
            if count == 0 { 0.0 } else { -share * libm::log2(share) }
        };
        let window = self.window;
        Box::new(EntropyState {
            histogram: Histogram { range: None, bins: self.bins, counts: [0; BINS_MAX] },
            terms: (0..=window).map(term).collect(),
            history: History::new(window),
            extremes: [Min { window }.start(), Max { window }.start()],
        })
    }
}

/// The counts of the values of a window in bins of equal width; whole numbers, so that values can enter and leave.
#[derive(Clone)]
struct Histogram {
    /// The lowest and the highest value of the window, if the counts are those of the bar before.
    range: Option<[f64; 2]>,
    bins: usize,
    counts: [u32; BINS_MAX],
}

/// The index of a bin, from 0 on: the whole part of a number, without a conversion, which few instruction sets have for many.
#[inline(always)]
fn whole(bin: f64) -> usize {
    /// A sum with this number, 2^52, has the whole part in its low bits.
    const ALIGNED: f64 = 4_503_599_627_370_496.0;
    let bin = if bin > 0.0 { bin.floor() } else { 0.0 };
    ((bin + ALIGNED).to_bits() & 0xffff) as usize
}

impl Histogram {
    /// The bin of a value; the highest value belongs to the highest bin.
    #[inline(always)]
    fn bin(&self, [low, high]: [f64; 2], value: f64) -> usize {
        whole((value - low) / (high - low) * self.bins as f64).min(self.bins - 1)
    }

    /// Counts the values of the next window of this range; `values` are those of the window, preceded by the one that leaves it.
    fn slide(&mut self, values: &[f64], range: [f64; 2]) {
        let (leaving, window) = (values[0], &values[1..]);
        if self.range == Some(range) {
            let (from, to) = (self.bin(range, leaving), self.bin(range, window[window.len() - 1]));
            // A restored state may disagree with itself; it counts wrong then, and does not panic.
            self.counts[from] = self.counts[from].saturating_sub(1);
            self.counts[to] += 1;
            return;
        }
        self.range = Some(range);
        self.counts[..self.bins].fill(0);
        count(self, window, range);
    }
}

/// The number of values whose bins are found at once.
const TILE: usize = 64;

leveled! {
    /// Adds the values to the counts.
    fn count(histogram: &mut Histogram, values: &[f64], range: [f64; 2]) {
        for values in values.chunks(TILE) {
            let mut bins = [0; TILE];
            for (bin, value) in bins.iter_mut().zip(values) {
                *bin = histogram.bin(range, *value);
            }
            for bin in &bins[..values.len()] {
                histogram.counts[*bin] += 1;
            }
        }
    }

    /// The sum of the terms of the counts, in four parts.
    fn entropy(counts: &[u32; BINS_MAX], bins: usize, terms: &[f64]) -> f64 {
        let mut sums = [0.0; 4];
        let last = terms.len() - 1;
        // Empty bins beyond the last add nothing.
        for counts in counts[..bins.next_multiple_of(4)].as_chunks::<4>().0 {
            for l in 0..4 {
                sums[l] += terms[(counts[l] as usize).min(last)];
            }
        }
        (sums[0] + sums[2]) + (sums[1] + sums[3])
    }
}

#[derive(Clone)]
struct EntropyState {
    histogram: Histogram,
    /// The entropy terms by count, from 0 up.
    terms: Vec<f64>,
    /// The values of the window before the block.
    history: History,
    /// The lowest and the highest value of the window.
    extremes: [Box<dyn State>; 2],
}

impl State for EntropyState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let (len, window) = (inputs[0].len(), self.terms.len() - 1);
        let mut ranges = [[0.0; BLOCK]; 2];
        for (extreme, values) in self.extremes.iter_mut().zip(&mut ranges) {
            extreme.feed(&inputs[..1], &mut [&mut values[..len]]);
        }
        self.history.block_mut(len).copy_from_slice(inputs[0]);
        let values = self.history.with_history(window, 0);
        for (at, (values, output)) in values.windows(window + 1).zip(outputs[0].iter_mut()).enumerate() {
            let range = ranges.map(|extremes| extremes[at]);
            if range[0] < range[1] {
                self.histogram.slide(values, range);
                *output = entropy(&self.histogram.counts, self.histogram.bins, &self.terms);
            } else {
                // NaN in the window, or no range.
                self.histogram.range = None;
                *output = if range[0].is_nan() { f64::NAN } else { 0.0 };
            }
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        // The counts follow from the values.
        self.histogram.range = None;
        fields.visit(&mut [&mut self.history, &mut self.extremes]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
