//! Hurst Exponent.

use crate::indicator::builders::{Function, Transform, ln, log_returns};
use crate::indicator::{Graph, Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::cost::per_bar;
use crate::kernel::simd::tile::{array, lanes};
use crate::kernel::{
    BLOCK, Field, Fields, GapMask, History, Kernel, LinearCombination, StandardDeviation, State, canonicalize_in_place,
    leveled, parameters,
};

/// Hurst Exponent.
pub(in crate::indicator) static HURST: Indicator = Indicator {
    name: "hurst",
    title: "Hurst Exponent",
    summary: "The Hurst exponent: above 0.5 for persistent returns, below for mean-reverting ones.",
    formula: "the least-squares slope of ln(y) against ln(m); method=rs: m = period, period / 2, period / 4 ... 8 log returns, rounded down, y the mean rescaled range R / S over the blocks of m returns, counted from the latest, R being the range of the cumulative deviations from the mean and S their standard deviation before summing; method=lag: m = 1 to 20 bars, y the standard deviation of ln(x / x[m]); NaN where the input is constant",
    source: "rs: Mandelbrot and Wallis 1969, after Hurst 1951; lag: the structure function of order 2, Mandelbrot and Van Ness 1968",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 128, min: 32, max: 10000 },
            help: "the number of returns in the window",
        },
        Param::choice("method", &["rs", "lag"], "rescaled range analysis, or the scaling of lagged log returns"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        match args.choice("method") {
            "lag" => vec![by_lags(graph, x, window)],
            _ => {
                let returns = log_returns(graph, x, 1);
                vec![graph.add(RescaledRange { window }, &[returns])]
            }
        }
    },
};

/// The weights that make a slope against the logarithms of `sizes` of the values that go with them.
fn slope_weights(sizes: &[usize]) -> Vec<f64> {
    let logs: Vec<f64> = sizes.iter().map(|size| libm::log(*size as f64)).collect();
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    let squares: f64 = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
    logs.iter().map(|log| (log - mean) / squares).collect()
}

fn by_lags(graph: &mut Graph, x: Port, window: usize) -> Port {
    let lags: Vec<usize> = (1..=20).collect();
    let mut slope = None;
    for (&lag, weight) in lags.iter().zip(slope_weights(&lags)) {
        let moved = log_returns(graph, x, lag);
        let deviation = graph.add(StandardDeviation { window: window + 1 - lag, ddof: 0 }, &[moved]);
        let log = graph.add(Transform { function: Function::Ln }, &[deviation]);
        slope = Some(match slope {
            None => graph.scaled(log, weight),
            Some(sum) => graph.add(LinearCombination { first: 1.0, second: weight }, &[sum, log]),
        });
    }
    slope.expect("there are lags")
}

/// The slope of rescaled ranges of parts of the newest `window` values.
#[derive(Debug, Clone)]
struct RescaledRange {
    window: usize,
}

parameters!(RescaledRange { window });

impl Kernel for RescaledRange {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        let sizes = (self.window as f64 / 4.0).log2().floor();
        3.0 * sizes + per_bar(self.window, 0.6)
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let window = self.window;
        let sizes: Vec<usize> =
            std::iter::successors(Some(window), |size| Some(size / 2)).take_while(|size| *size >= 8).collect();
        let weights = slope_weights(&sizes);
        let parts = sizes.into_iter().zip(weights).map(|(size, weight)| Part {
            size,
            count: window / size,
            weight,
            ranges: History::new((window / size - 1) * size),
        });
        Box::new(RescaledRangeState {
            parts: parts.collect(),
            values: History::new(window - 1),
            gaps: GapMask::new(window),
        })
    }
}

/// The blocks of one size: each is rescaled once, at its last bar, and counts for every window that it ends a part of.
#[derive(Clone)]
struct Part {
    size: usize,
    /// The number of blocks in the window.
    count: usize,
    /// The weight of the logarithm of the mean.
    weight: f64,
    /// The rescaled ranges of the blocks that end at each bar; NaN where a block is constant.
    ranges: History,
}

/// The rescaled range R / S of the blocks of `size` values that end at `L` neighbouring bars; NaN where one is constant.
/// `column` begins with the first block.
#[inline(always)]
fn rescale_at<const L: usize>(size: usize, column: &[f64], ranges: &mut [f64], at: usize) {
    let bars = size as f64;
    let [oldest]: [[f64; L]; 1] = lanes(&[column], at);
    let mut sums = [0.0; L];
    for at in at..at + size {
        let [value]: [[f64; L]; 1] = lanes(&[column], at);
        sums = array(0.0, |l| sums[l] + (value[l] - oldest[l]));
    }
    // Relative to one of the values, to avoid cancellation far from zero.
    let mean: [f64; L] = array(0.0, |l| oldest[l] + sums[l] / bars);
    let [mut sums, mut squares, mut low, mut high] = [[0.0; L]; 4];
    for at in at..at + size {
        let [value]: [[f64; L]; 1] = lanes(&[column], at);
        for l in 0..L {
            let difference = value[l] - mean[l];
            sums[l] += difference;
            squares[l] += difference * difference;
            low[l] = if sums[l] < low[l] { sums[l] } else { low[l] };
            high[l] = if sums[l] > high[l] { sums[l] } else { high[l] };
        }
    }
    let rescaled: [f64; L] = array(0.0, |l| {
        let range = (high[l] - low[l]) / (squares[l] / bars).sqrt();
        if squares[l] > 0.0 { range } else { f64::NAN }
    });
    ranges[at..at + L].copy_from_slice(&rescaled);
}

leveled! {
    fn rescale(size: usize, column: &[f64], ranges: &mut [f64]) {
        let tiled = ranges.len() / 8 * 8;
        for at in (0..tiled).step_by(8) {
            rescale_at::<8>(size, column, ranges, at);
        }
        for at in tiled..ranges.len() {
            rescale_at::<1>(size, column, ranges, at);
        }
    }

    /// Adds the values that are there to the sums, and counts them.
    fn add_present(values: &[f64], sums: &mut [f64], counts: &mut [f64]) {
        for ((value, sum), count) in values.iter().zip(sums).zip(counts) {
            *sum += if value.is_nan() { 0.0 } else { *value };
            *count += if value.is_nan() { 0.0 } else { 1.0 };
        }
    }

    /// Adds the weighted logarithms of the means to the output.
    fn add_logarithms(weight: f64, sums: &[f64], counts: &[f64], output: &mut [f64]) {
        for ((output, sum), count) in output.iter_mut().zip(sums).zip(counts) {
            *output += weight * ln(sum / count);
        }
    }
}

impl Part {
    /// Adds the weighted logarithm of the mean over the blocks of each window.
    fn add_to(&mut self, values: &History, output: &mut [f64]) {
        let (mut sums, mut counts) = ([0.0; BLOCK], [0.0; BLOCK]);
        let (sums, counts) = (&mut sums[..output.len()], &mut counts[..output.len()]);
        rescale(self.size, values.with_history(self.size - 1, 0), self.ranges.block_mut(output.len()));
        for block in 0..self.count {
            add_present(self.ranges.lagged(block * self.size), sums, counts);
        }
        add_logarithms(self.weight, sums, counts, output);
    }
}

#[derive(Clone)]
struct RescaledRangeState {
    parts: Vec<Part>,
    values: History,
    gaps: GapMask,
}

impl State for RescaledRangeState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.values.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        outputs[0].fill(0.0);
        for part in &mut self.parts {
            part.add_to(&self.values, outputs[0]);
        }
        canonicalize_in_place(outputs[0]);
        self.gaps.mask(&inputs[..1], outputs);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.values, &mut self.gaps]);
        self.parts.iter_mut().for_each(|part| part.ranges.visit(fields));
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
