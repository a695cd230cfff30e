//! Pain Ratio.

use crate::indicator::builders::{ANNUALIZATION, drawdown_percent, returns, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Affine;

/// Pain Ratio.
pub(in crate::indicator) static PAIN_RATIO: Indicator = Indicator {
    name: "pain_ratio",
    title: "Pain Ratio",
    summary: "The annualised mean excess return divided by the mean drawdown.",
    formula: "100 * (annualization * mean of the last `period` returns - risk_free) / pain_index(x, period); NaN where that is 0",
    source: "Becker, Zephyr Associates, 2006",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 252, 1, "the number of returns in the window"),
        Param::real("risk_free", 0.0, -1.0, 1000.0, "the annual risk-free return, as a fraction"),
        ANNUALIZATION,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, annualization) = (args.integer("period"), args.real("annualization"));
        let returns = returns(graph, x);
        let mean = sma(graph, returns, window);
        let excess = graph.add(Affine { scale: annualization, offset: -args.real("risk_free") }, &[mean]);
        let below = drawdown_percent(graph, x, window);
        let pain = sma(graph, below, window);
        vec![graph.percent([excess, pain], 100.0, f64::NAN)]
    },
};
