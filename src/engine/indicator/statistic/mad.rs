//! Median Absolute Deviation.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::MedianAbsoluteDeviation;

/// Median Absolute Deviation.
pub(in crate::indicator) static MAD: Indicator = Indicator {
    name: "mad",
    title: "Median Absolute Deviation",
    summary: "The median absolute deviation from the median, robust to outliers.",
    formula: "scale * median of |x[i] - median(x, period)|; compare avgdev, the mean absolute deviation from the mean",
    source: "Hampel 1974; as in scipy.stats.median_abs_deviation",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 30, min: 2, max: 10000 },
            help: "the number of bars in the window",
        },
        Param::real(
            "scale",
            1.0,
            0.0,
            1000.0,
            "the scale factor; 1.4826 estimates the standard deviation of a normal distribution",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let distance = graph.add(MedianAbsoluteDeviation { window: args.integer("period") }, &[x]);
        vec![graph.scaled(distance, args.real("scale"))]
    },
};
