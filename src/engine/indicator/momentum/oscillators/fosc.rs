//! Forecast Oscillator.

use crate::indicator::builders::regression_line;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Lag;

/// Forecast Oscillator.
pub(in crate::indicator) static FOSC: Indicator = Indicator {
    name: "fosc",
    title: "Forecast Oscillator",
    summary: "The deviation of the value from the previous bar's linear regression forecast, in percent.",
    formula: "100 * (x - tsf(x, period)[1]) / x, or 0 where x is 0",
    source: "TA-Lib 0.8.3 FOSC",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 5, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let forecast = regression_line(graph, x, args.integer("period"), 1.0);
        let before = graph.add(Lag { bars: 1 }, &[forecast]);
        let off = graph.minus([x, before]);
        vec![graph.percent([off, x], 100.0, 0.0)]
    },
};
