//! Maximum Drawdown.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::MaxDrawdown;

/// Maximum Drawdown.
pub(in crate::indicator) static MAX_DRAWDOWN: Indicator = Indicator {
    name: "max_drawdown",
    title: "Maximum Drawdown",
    summary: "The largest peak-to-trough decline within the window, as a fraction of the peak: 0 or negative.",
    formula: "min over i <= j of (x[j] - x[i]) / x[i], i being the earlier bar; defined for values above 0",
    source: "Magdon-Ismail and Atiya 2004",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 252, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(MaxDrawdown { window: args.integer("period") }, &[x])]
    },
};
