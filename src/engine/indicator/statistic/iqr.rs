//! Quantile Range.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::InterquantileRange;

/// Quantile Range.
pub(in crate::indicator) static IQR: Indicator = Indicator {
    name: "iqr",
    title: "Interquartile Range",
    summary: "The difference between two percentiles of the window; by default the interquartile range.",
    formula: "percentile_linear(x, period, upper) - percentile_linear(x, period, lower)",
    source: "Galton 1882; as in scipy.stats.iqr",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 100, min: 2, max: 10000 },
            help: "the number of bars in the window",
        },
        Param::real("lower", 25.0, 0.0, 50.0, "the percentile subtracted"),
        Param::real("upper", 75.0, 50.0, 100.0, "the percentile subtracted from"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let positions = [args.real("upper"), args.real("lower")].map(|percent| percent / 100.0 * (window - 1) as f64);
        vec![graph.add(InterquantileRange { window, positions }, &[x])]
    },
};
