//! Jarque-Bera Statistic.

use crate::indicator::builders::returns;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ElementwiseMap, Kurtosis, Skewness, elementwise_map, parameters};

/// Jarque-Bera Statistic.
pub(in crate::indicator) static JARQUE_BERA: Indicator = Indicator {
    name: "jarque_bera",
    title: "Jarque-Bera Statistic",
    summary: "How far skewness and kurtosis of returns are from those of a normal distribution: 0 if not at all, above 6 with less than 5 % probability.",
    formula: "period / 6 * (s^2 + k^2 / 4); s = population skewness, k = population excess kurtosis of the last `period` returns; NaN where they do not vary",
    source: "Carlos Jarque and Anil Bera, Economics Letters, 1980",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 100, 4, "the number of returns in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let x = returns(graph, x);
        let window = args.integer("period");
        let inputs = [graph.add(Skewness { window }, &[x]), graph.add(Kurtosis { window }, &[x])];
        vec![graph.add(Normality { bars: window as f64 }, &inputs)]
    },
};

/// The statistic from the bias-corrected sample skewness and excess kurtosis.
#[derive(Debug, Clone)]
struct Normality {
    bars: f64,
}

parameters!(Normality { bars });

impl ElementwiseMap<2, 1> for Normality {
    #[inline(always)]
    fn values(&self, [skewness, kurtosis]: [f64; 2]) -> [f64; 1] {
        let n = self.bars;
        let square = skewness * skewness * ((n - 2.0) * (n - 2.0) / (n * (n - 1.0)));
        let excess = (kurtosis * ((n - 2.0) * (n - 3.0) / (n - 1.0)) - 6.0) / (n + 1.0);
        [n / 6.0 * (square + 0.25 * excess * excess)]
    }
}

elementwise_map!(Normality: 2 => 1);
