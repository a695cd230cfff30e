//! Hurst Exponent.

use crate::indicator::builders::{Function, Transform, log_returns};
use crate::indicator::{Graph, Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::cost::per_bar;
use crate::kernel::{ByWindow, LinearCombination, StandardDeviation, WindowFunction, parameters, rolling};

/// Hurst Exponent.
pub(in crate::indicator) static HURST: Indicator = Indicator {
    name: "hurst",
    title: "Hurst Exponent",
    summary: "The Hurst exponent: above 0.5 for persistent returns, below for mean-reverting ones. With method=rs the cost per bar grows with the period.",
    formula: "the least-squares slope of ln(y) against ln(m); method=rs: m = period, period / 2, period / 4 ... 8 log returns, rounded down, y the mean rescaled range R / S over the blocks of m returns, counted from the latest, R being the range of the cumulative deviations from the mean and S their standard deviation before summing; method=lag: m = 1 to 20 bars, y the standard deviation of ln(x / x[m]); NaN where the input is constant",
    source: "rs: Mandelbrot and Wallis 1969, after Hurst 1951; lag: the structure function of order 2, Mandelbrot and Van Ness 1968",
    group: Group::Statistic,
    revision: 1,
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

#[derive(Clone)]
struct Parts {
    /// How long they are, and how much the logarithm of their mean weighs.
    sizes: Vec<(usize, f64)>,
}

/// The rescaled range R / S of a block; NaN where it is constant.
fn rescaled(part: &[f64]) -> Option<f64> {
    let bars = part.len() as f64;
    // Relative to one of the values, to avoid cancellation far from zero.
    let mean = part[0] + part.iter().map(|value| value - part[0]).sum::<f64>() / bars;
    let (mut sum, mut low, mut high, mut squares) = (0.0, 0.0_f64, 0.0_f64, 0.0);
    for value in part {
        let difference = value - mean;
        sum += difference;
        squares += difference * difference;
        low = low.min(sum);
        high = high.max(sum);
    }
    (squares > 0.0).then(|| (high - low) / (squares / bars).sqrt())
}

impl WindowFunction for Parts {
    fn value(&self, window: &[f64]) -> f64 {
        let log = |size: usize| {
            let (sum, count) = window
                .rchunks_exact(size)
                .filter_map(rescaled)
                .fold((0.0, 0.0), |(sum, count), range| (sum + range, count + 1.0));
            libm::log(sum / count)
        };
        self.sizes.iter().map(|&(size, weight)| weight * log(size)).sum()
    }
}

rolling!(RescaledRange => 1 @ |kernel| per_bar(kernel.window, 2.8 * (kernel.window as f64 / 4.0).log2()), |kernel| {
    let sizes: Vec<usize> =
        std::iter::successors(Some(kernel.window), |size| Some(size / 2)).take_while(|size| *size >= 8).collect();
    let weights = slope_weights(&sizes);
    Box::new(ByWindow::new(Parts { sizes: sizes.into_iter().zip(weights).collect() }, kernel.window))
});
