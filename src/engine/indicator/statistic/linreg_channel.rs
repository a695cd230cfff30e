//! Linear Regression Channel.

use crate::indicator::builders::regression_line;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{LinearCombination, RegressionResidual, StandardDeviation};

/// Linear Regression Channel.
pub(in crate::indicator) static LINREG_CHANNEL: Indicator = Indicator {
    name: "linreg_channel",
    title: "Linear Regression Channel",
    summary: "The linear regression line at the latest bar, with bands above and below it.",
    formula: "middle = linearreg(x, period); upper and lower = middle +- nbdev * width; width=deviation: the root mean square residual; width=error: linreg_stderr(x, period); width=prices: stddev(x, period)",
    source: "deviation: the Linear Regression Channel of TradingView; error: the standard error channel; prices: the Standard Deviation Channel of thinkorswim",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 100, 3, "the number of bars in the window"),
        Param::real("nbdev", 2.0, -3e37, 3e37, "the band multiplier, in widths"),
        Param::choice("width", &["deviation", "error", "prices"], "the measure of the band width"),
    ],
    outputs: &[
        Output { name: "upper", help: "the upper band" },
        Output { name: "middle", help: "the regression line" },
        Output { name: "lower", help: "the lower band" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let middle = regression_line(graph, x, window, 0.0);
        let width = match args.choice("width") {
            "prices" => graph.add(StandardDeviation { window, ddof: 0 }, &[x]),
            "error" => graph.add(RegressionResidual { window, ddof: 2 }, &[x]),
            _ => graph.add(RegressionResidual { window, ddof: 0 }, &[x]),
        };
        let mut band = |second: f64| graph.add(LinearCombination { first: 1.0, second }, &[middle, width]);
        vec![band(args.real("nbdev")), middle, band(-args.real("nbdev"))]
    },
};
