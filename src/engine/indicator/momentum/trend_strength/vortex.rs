//! Vortex.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Vortex;

/// Vortex.
pub(in crate::indicator) static VORTEX: Indicator = Indicator {
    name: "vortex",
    title: "Vortex",
    summary: "The upward and downward vortex movement relative to the true range.",
    formula: "plus = sum of |high - low[1]| / sum of trange; minus = sum of |low - high[1]| / sum of trange; 0 where the denominator is 0",
    source: "TA-Lib 0.8.3 VORTEX",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the number of bars in the window")],
    outputs: &[
        Output { name: "plus", help: "the upward vortex movement" },
        Output { name: "minus", help: "the downward vortex movement" },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        graph.add_all::<_, 2>(Vortex { window: args.integer("period") }, &bars).into()
    },
};
