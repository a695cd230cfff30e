//! Calmar Ratio.

use crate::indicator::builders::{ANNUALIZATION, log_returns, returns};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ElementwiseMap, MaxDrawdown, Mean, elementwise_map, parameters};

/// Calmar Ratio.
pub(in crate::indicator) static CALMAR: Indicator = Indicator {
    name: "calmar",
    title: "Calmar Ratio",
    summary: "The annualised return over the window divided by its maximum drawdown.",
    formula: "growth / -max_drawdown(x, period + 1); method=compound: growth = (x / x[period])^(annualization / period) - 1; method=simple: growth = annualization * mean of the last `period` returns; NaN where there is no drawdown",
    source: "Young, Futures, October 1991",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 252, 1, "the number of returns in the window"),
        ANNUALIZATION,
        Param::choice("method", &["compound", "simple"], "the annualisation method"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, annualization) = (args.integer("period"), args.real("annualization"));
        let growth = match args.choice("method") {
            "simple" => {
                let returns = returns(graph, x);
                let mean = graph.add(Mean { window }, &[returns]);
                graph.scaled(mean, annualization)
            }
            _ => {
                let total = log_returns(graph, x, window);
                let of_year = graph.scaled(total, annualization / window as f64);
                graph.add(GrowthOf, &[of_year])
            }
        };
        let fall = graph.add(MaxDrawdown { window: window + 1 }, &[x]);
        vec![graph.percent([growth, fall], -1.0, f64::NAN)]
    },
};

/// The growth rate from its logarithm: exp(x) - 1.
#[derive(Debug, Clone)]
struct GrowthOf;

parameters!(GrowthOf);

impl ElementwiseMap<1, 1> for GrowthOf {
    #[inline(always)]
    fn values(&self, [logarithm]: [f64; 1]) -> [f64; 1] {
        [libm::expm1(logarithm)]
    }
}

elementwise_map!(GrowthOf: 1 => 1);
