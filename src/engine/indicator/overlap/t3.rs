//! T3.

use crate::indicator::builders::{NESTED_SEED, t3_seeded};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// T3.
pub(in crate::indicator) static T3: Indicator = Indicator {
    name: "t3",
    title: "T3",
    summary: "A generalised double exponential moving average applied three times, with little lag.",
    formula: "c1 e6 + c2 e5 + c3 e4 + c4 e3; en is ema(period) applied n times; v = vfactor; c1 = -v^3; c2 = 3 (v^2 + v^3); c3 = -6 v^2 - 3 (v + v^3); c4 = 1 + 3 v + 3 v^2 + v^3",
    source: "TA-Lib 0.8.3 T3",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 5, 1, "the period of the moving averages, in bars"),
        Param::real("vfactor", 0.7, 0.0, 1.0, "the volume factor: the amount of lag correction"),
        NESTED_SEED,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![t3_seeded(graph, x, args.integer("period"), args.real("vfactor"), args.choice("seed"))]
    },
};
