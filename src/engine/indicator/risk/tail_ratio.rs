//! Tail Ratio.

use crate::indicator::builders::{CONFIDENCE, returns};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::{Absolute, Quantiles};

/// Tail Ratio.
pub(in crate::indicator) static TAIL_RATIO: Indicator = Indicator {
    name: "tail_ratio",
    title: "Tail Ratio",
    summary: "The ratio of the upper to the lower tail percentile of returns.",
    formula: "|percentile_linear(r, period, confidence)| / |percentile_linear(r, period, 100 - confidence)| of the last `period` returns r; NaN where the second is 0",
    source: "tail_ratio of the Python package empyrical",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 250, min: 2, max: 10000 },
            help: "the number of returns in the window",
        },
        CONFIDENCE,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let upper = args.real("confidence") / 100.0;
        let positions = [upper, 1.0 - upper].map(|share| share * (window - 1) as f64);
        let returns = returns(graph, x);
        let tails: [Port; 2] = graph.add_all(Quantiles { window, positions }, &[returns]);
        let sizes = tails.map(|tail| graph.add(Absolute, &[tail]));
        vec![graph.ratio(sizes, f64::NAN)]
    },
};
