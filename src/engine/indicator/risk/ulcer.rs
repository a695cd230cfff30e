//! Ulcer Index.

use crate::indicator::builders::{drawdown_percent, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::SquareRoot;

/// Ulcer Index.
pub(in crate::indicator) static ULCER: Indicator = Indicator {
    name: "ulcer",
    title: "Ulcer Index",
    summary: "The root mean square drawdown from the rolling maximum, in percent.",
    formula: "sqrt(sma((100 * (x - highest) / highest)^2, period)), highest = max(x, period) at each bar",
    source: "Martin and McCann, The Investor's Guide to Fidelity Funds, 1989; with the maximum of a rolling window, as in StockCharts and the Python package ta",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let below = drawdown_percent(graph, x, window);
        let square = graph.times([below, below]);
        let mean = sma(graph, square, window);
        vec![graph.add(SquareRoot, &[mean])]
    },
};
