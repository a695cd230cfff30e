//! Standard Error of Linear Regression.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::RegressionResidual;

/// Standard Error of Linear Regression.
pub(in crate::indicator) static LINREG_STDERR: Indicator = Indicator {
    name: "linreg_stderr",
    title: "Standard Error of Linear Regression",
    summary: "The standard error of the estimate: the residual standard deviation of the linear regression over the window.",
    formula: "sqrt(sum of (x[i] - line[i])^2 / (period - 2)), line = least-squares line over the window",
    source: "Excel STEYX; Draper and Smith, Applied Regression Analysis, 1966; not stderr of Tulip Indicators, which is stddev(x, period) / sqrt(period)",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 3, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(RegressionResidual { window: args.integer("period"), ddof: 2 }, &[x])]
    },
};
