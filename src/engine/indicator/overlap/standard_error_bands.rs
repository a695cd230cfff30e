//! Standard Error Bands.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, regression_line, sma};
use crate::indicator::{Group, Indicator, Input, Param};
use crate::kernel::RegressionResidual;

/// Standard Error Bands.
pub(in crate::indicator) static STANDARD_ERROR_BANDS: Indicator = Indicator {
    name: "standard_error_bands",
    title: "Standard Error Bands",
    summary: "The linear regression line with bands a multiple of its standard error around it, all smoothed.",
    formula: "middle = sma(linearreg(x, period), smooth); upper and lower = middle +- multiplier * sma(linreg_stderr(x, period), smooth)",
    source: "Jon Andersen, Standard Error Bands, Stocks & Commodities, September 1996",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 21, 3, "the number of bars of the regression"),
        Param::real("multiplier", 2.0, 0.0, 3e37, "the band multiplier, in standard errors"),
        Param::bars("smooth", 3, 1, "the period of the averages, in bars"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, smooth) = (args.integer("period"), args.integer("smooth"));
        let line = regression_line(graph, x, window, 0.0);
        let error = graph.add(RegressionResidual { window, ddof: 2 }, &[x]);
        let pair = [line, error].map(|x| sma(graph, x, smooth));
        channel_bands(graph, pair, args.real("multiplier"))
    },
};
