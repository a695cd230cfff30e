//! Variable Length Moving Average.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Fields, MeanAndStandardDeviation, Sequential, parameters, sequential};

/// Variable Length Moving Average.
pub(in crate::indicator) static VLMA: Indicator = Indicator {
    name: "vlma",
    title: "Variable Length Moving Average",
    summary: "An exponential average whose period grows while the value is near its mean and shrinks while it is far from it.",
    formula: "m = sma(x, max); s = stddev(x, max); n = n[1] + 1 where |x - m| <= 0.25 s, n[1] - 1 where |x - m| > 1.75 s, else n[1]; n between min and max, initially max; y = y[1] + 2 / (n + 1) * (x - y[1]), from the first x with a mean on",
    source: "George Arrington, Building a Variable-Length Moving Average, Stocks & Commodities, June 1991",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("min", 5, 1, "the shortest period, in bars"),
        Param::bars("max", 50, 2, "the longest period, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (min, max) = (args.integer("min"), args.integer("max"));
        let pair: [Port; 2] = graph.add_all(MeanAndStandardDeviation { window: max, ddof: 0 }, &[x]);
        vec![graph.add(VariableLengthAverage { min: min.min(max), max }, &[x, pair[0], pair[1]])]
    },
};

/// The average of the first input, by its mean and its standard deviation.
#[derive(Debug, Clone)]
struct VariableLengthAverage {
    min: usize,
    max: usize,
}

parameters!(VariableLengthAverage { min, max });

#[derive(Clone)]
struct VariableLengthAverageState {
    min: f64,
    max: f64,
    period: f64,
    average: Option<f64>,
}

impl Sequential<3, 1> for VariableLengthAverageState {
    #[inline(always)]
    fn step(&mut self, [x, mean, deviation]: [f64; 3]) -> [f64; 1] {
        let off = (x - mean).abs();
        let near = if off <= 0.25 * deviation { 1.0 } else { 0.0 };
        let far = if off > 1.75 * deviation { 1.0 } else { 0.0 };
        self.period = (self.period + near - far).clamp(self.min, self.max);
        let average = self.average.map_or(x, |average| average + 2.0 / (self.period + 1.0) * (x - average));
        self.average = Some(average);
        [average]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.period, &mut self.average]);
    }
}

sequential!(VariableLengthAverage: 3 => 1, |_| 0, |kernel| VariableLengthAverageState {
    min: kernel.min as f64,
    max: kernel.max as f64,
    period: kernel.max as f64,
    average: None,
});
