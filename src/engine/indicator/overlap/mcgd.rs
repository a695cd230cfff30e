//! McGinley Dynamic.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, NeumaierSum, Sequential, parameters, sequential};

/// McGinley Dynamic.
pub(in crate::indicator) static MCGD: Indicator = Indicator {
    name: "mcgd",
    title: "McGinley Dynamic",
    summary: "A moving average that follows falling values faster than rising ones.",
    formula: "y = y[1] + (x - y[1]) / (factor * period * (x / y[1]) ^ 4), or y[1] where that is not finite; seed=first: the first y is the first value; seed=sma: it is the mean of the first `period` values",
    source: "TA-Lib 0.8.3 MCGD",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 2, "the period of the moving average, in bars"),
        Param::real(
            "factor",
            1.0,
            0.1,
            10.0,
            "the factor of the period: 1 (TA-Lib, TradingView, pandas-ta) or 0.6 (Stock Indicators for .NET)",
        ),
        Param::choice(
            "seed",
            &["first", "sma"],
            "the first value: that of the input (first: TA-Lib) or the mean of `period` inputs (sma: TradingView)",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (period, factor) = (args.integer("period"), args.real("factor"));
        vec![graph.add(Dynamic { period, factor, from_mean: args.choice("seed") == "sma" }, &[x])]
    },
};

/// The McGinley Dynamic, with output after one period of warm-up.
#[derive(Debug, Clone)]
struct Dynamic {
    period: usize,
    factor: f64,
    /// Whether it begins with the mean of the warm-up.
    from_mean: bool,
}

parameters!(Dynamic { period, factor, from_mean });

#[derive(Clone)]
struct DynamicState {
    /// The factor times the period.
    period: f64,
    /// The number of bars of the mean it begins with, if it does, and their sum.
    seed: Option<f64>,
    sum: NeumaierSum,
    /// The remaining warm-up, in bars.
    unseen: usize,
    average: Option<f64>,
}

impl Sequential<1, 1> for DynamicState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        if let (Some(bars), true) = (self.seed, self.average.is_none()) {
            return [self.begin(x, bars)];
        }
        let next = self.average.map_or(x, |average| {
            let square = x * x;
            // No division lies on the dependency chain from one average to the next.
            let pull = 1.0 / (self.period * (square * square));
            let power = average * average;
            let next = average + (x - average) * (power * power) * pull;
            if next.is_finite() { next } else { self.careful(x, average) }
        });
        self.average = Some(next);
        let hidden = self.unseen > 0;
        self.unseen -= usize::from(hidden);
        [if hidden { f64::NAN } else { next }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.unseen, &mut self.average, &mut self.sum]);
    }
}

impl DynamicState {
    /// A bar of the mean it begins with: its value at the last of them.
    #[cold]
    fn begin(&mut self, x: f64, bars: f64) -> f64 {
        self.sum.add(x);
        if self.unseen > 0 {
            self.unseen -= 1;
            return f64::NAN;
        }
        self.average = Some(self.sum.value() / bars);
        self.sum.value() / bars
    }

    /// The next average where powers of the values overflow or underflow.
    #[cold]
    fn careful(&self, x: f64, average: f64) -> f64 {
        let ratio = x / average;
        let next = average + (x - average) / (self.period * (ratio * ratio * (ratio * ratio)));
        if next.is_finite() { next } else { average }
    }
}

sequential!(Dynamic: 1 => 1, |kernel| kernel.period - 1, |kernel| DynamicState {
    period: kernel.period as f64 * kernel.factor,
    seed: kernel.from_mean.then_some(kernel.period as f64),
    sum: NeumaierSum::default(),
    unseen: kernel.period - 1,
    average: None,
});
