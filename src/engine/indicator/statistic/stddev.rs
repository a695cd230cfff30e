//! Standard Deviation.

use crate::indicator::builders::DDOF;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Affine, StandardDeviation};

/// Standard Deviation.
pub(in crate::indicator) static STDDEV: Indicator = Indicator {
    name: "stddev",
    title: "Standard Deviation",
    summary: "The standard deviation of the window.",
    formula: "nbdev * sqrt(var(x, period, ddof))",
    source: "TA-Lib 0.8.3 STDDEV; ddof as in pandas and NumPy",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 5, 2, "the number of bars in the window"),
        Param::real("nbdev", 1.0, -3e37, 3e37, "the multiplier"),
        DDOF,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let deviation =
            graph.add(StandardDeviation { window: args.integer("period"), ddof: args.integer("ddof") }, &[x]);
        match args.real("nbdev") {
            1.0 => vec![deviation],
            scale => vec![graph.add(Affine { scale, offset: 0.0 }, &[deviation])],
        }
    },
};
