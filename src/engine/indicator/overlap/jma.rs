//! Jurik Moving Average.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{FirstOrder, LinearCombination, Seed};

/// Jurik Moving Average.
pub(in crate::indicator) static JMA: Indicator = Indicator {
    name: "jma",
    title: "Jurik Moving Average",
    summary: "A smooth moving average with little lag, after Mark Jurik's unpublished one.",
    formula: "y = s(s(e0 + ratio * e1)); e0 = s(x); e1 = (1 - beta) (x - e0) + beta e1[1]; s(v) = (1 - a) v + a s[1], seeded with the first value; a = beta^power; beta = 0.45 (period - 1) / (0.45 (period - 1) + 2); ratio = 1.5 + phase / 100",
    source: "Everget, Jurik Moving Average, TradingView 2018, with its recurrence for y solved for y",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 7, 1, "the period of the moving average, in bars"),
        Param::real("phase", 50.0, -100.0, 100.0, "the overshoot, from none (-100) to large (100)"),
        Param::real("power", 2.0, 0.5, 10.0, "the exponent of the smoothing: larger follows faster"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let length = 0.45 * (args.integer("period") as f64 - 1.0);
        let beta = length / (length + 2.0);
        let smooth = smoothing(libm::pow(beta, args.real("power")));
        let level = graph.add(smooth.clone(), &[x]);
        let off = graph.minus([x, level]);
        let lag = graph.add(smoothing(beta), &[off]);
        let ahead =
            graph.add(LinearCombination { first: 1.0, second: 1.5 + args.real("phase") / 100.0 }, &[level, lag]);
        vec![(0..2).fold(ahead, |x, _| graph.add(smooth.clone(), &[x]))]
    },
};

fn smoothing(beta: f64) -> FirstOrder {
    FirstOrder { beta, gain: 1.0 - beta, seed: Seed::First, warm_up: 0, around_zero: false }
}
