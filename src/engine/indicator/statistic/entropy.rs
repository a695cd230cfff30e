//! Shannon Entropy.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::cost::per_bar;
use crate::kernel::{ByWindow, WindowFunction, parameters, rolling};

/// Shannon Entropy.
pub(in crate::indicator) static ENTROPY: Indicator = Indicator {
    name: "entropy",
    title: "Shannon Entropy",
    summary: "The Shannon entropy of the window's histogram. The cost per bar grows with the period.",
    formula: "-sum of p * log2(p) over `bins` equal-width bins of the range from the lowest to the highest of the values in the window, p being the fraction of the values in a bin; 0 where the range is 0; unit=share: divided by log2(bins)",
    source: "Shannon, A Mathematical Theory of Communication, 1948; histogram as in numpy.histogram",
    group: Group::Statistic,
    revision: 1,
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

#[derive(Clone)]
struct Histogram {
    bins: usize,
    /// The entropy terms by count, from 0 up.
    terms: Vec<f64>,
}

impl WindowFunction for Histogram {
    fn value(&self, window: &[f64]) -> f64 {
        let least = |low: f64, value: &f64| if *value < low { *value } else { low };
        let most = |high: f64, value: &f64| if *value > high { *value } else { high };
        let (low, high) = (window.iter().fold(window[0], least), window.iter().fold(window[0], most));
        if low == high {
            return 0.0;
        }
        let mut counts = [0_usize; BINS_MAX];
        for value in window {
            // The highest value belongs to the highest bin.
            let bin = (value - low) / (high - low) * self.bins as f64;
            counts[(bin as usize).min(self.bins - 1)] += 1;
        }
        counts[..self.bins].iter().map(|count| self.terms[*count]).sum()
    }
}

rolling!(Entropy => 1 @ |kernel| per_bar(kernel.window, 4.4), |kernel| {
    let term = |count: usize| {
        let share = count as f64 / kernel.window as f64;
        if count == 0 { 0.0 } else { -share * libm::log2(share) }
    };
    let histogram = Histogram { bins: kernel.bins, terms: (0..=kernel.window).map(term).collect() };
    Box::new(ByWindow::new(histogram, kernel.window))
});
