//! Center of Gravity.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Affine, LinearWeightedMean, Mean};

/// Center of Gravity.
pub(in crate::indicator) static CG: Indicator = Indicator {
    name: "cg",
    title: "Center of Gravity",
    summary: "The centre of gravity of the window, in bars, as a negative number.",
    formula: "-sum of n * x[n - 1] / sum of x[n - 1], n = 1 to period; -(period + 1) / 2 where the denominator is 0",
    source: "TA-Lib 0.8.3 CG",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let pair = [graph.add(LinearWeightedMean { window }, &[x]), graph.add(Mean { window }, &[x])];
        // The weighted mean weights the newest value most, the centre of gravity weights it least.
        let ratio = graph.ratio(pair, 1.0);
        let half = (window as f64 + 1.0) / 2.0;
        vec![graph.add(Affine { scale: half, offset: -2.0 * half }, &[ratio])]
    },
};
