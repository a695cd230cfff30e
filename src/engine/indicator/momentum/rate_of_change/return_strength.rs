//! Return Strength.

use crate::indicator::builders::rocp;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Affine, Mean, ScaledRatio};

/// Return Strength.
pub(in crate::indicator) static RETURN_STRENGTH: Indicator = Indicator {
    name: "return_strength",
    title: "Return Strength",
    summary: "The mean return of the window on a nonlinear scale; it stays near 0 and is not a relative strength index.",
    formula: "100 - 100 / (1 + m), computed as 100 * m / (1 + m), or 0 where m is -1; m = mean of the last `period` one-bar returns as fractions",
    source: "pandas: 100 - 100 / (1 + pct_change().rolling(14).mean())",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let returns = rocp(graph, x, 1);
        let mean = graph.add(Mean { window: args.integer("period") }, &[returns]);
        let growth = graph.add(Affine { scale: 1.0, offset: 1.0 }, &[mean]);
        vec![graph.add(ScaledRatio { scale: 100.0, flat: 0.0 }, &[mean, growth])]
    },
};
