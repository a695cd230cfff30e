//! Volume Ratio.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Ratio;

/// Volume Ratio.
pub(in crate::indicator) static VOLUME_RATIO: Indicator = Indicator {
    name: "volume_ratio",
    title: "Volume Ratio",
    summary: "The volume as a multiple of its moving average.",
    formula: "x / sma(x, period), or 1 where the total volume of the window is 0",
    source: "pandas: volume / volume.rolling(20).mean()",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::VOLUME],
    params: &[Param::period(20)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let usual = sma(graph, x, args.integer("period"));
        vec![graph.add(Ratio { flat: 1.0 }, &[x, usual])]
    },
};
