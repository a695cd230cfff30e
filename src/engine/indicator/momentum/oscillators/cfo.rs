//! Chande Forecast Oscillator.

use crate::indicator::builders::regression_line;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Chande Forecast Oscillator.
pub(in crate::indicator) static CFO: Indicator = Indicator {
    name: "cfo",
    title: "Chande Forecast Oscillator",
    summary: "The deviation of the value from the end of its linear regression line, in percent.",
    formula: "100 * (x - linearreg(x, period)) / x, or 0 where x is 0; fosc compares with the forecast of the previous bar instead",
    source: "Tushar Chande and Stanley Kroll, The New Technical Trader, 1994; pandas-ta cfo",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 9, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let line = regression_line(graph, x, args.integer("period"), 0.0);
        let off = graph.minus([x, line]);
        vec![graph.percent([off, x], 100.0, 0.0)]
    },
};
