//! Time Series Forecast.

use crate::indicator::builders::regression_line;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Time Series Forecast.
pub(in crate::indicator) static TSF: Indicator = Indicator {
    name: "tsf",
    title: "Time Series Forecast",
    summary: "The linear regression line over the window, extrapolated to the next bar.",
    formula: "intercept + slope * period",
    source: "TA-Lib 0.8.3 TSF",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![regression_line(graph, x, args.integer("period"), 1.0)]
    },
};
