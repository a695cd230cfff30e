//! Range.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Max, Min};

/// Range.
pub(in crate::indicator) static RANGE: Indicator = Indicator {
    name: "range",
    title: "Range",
    summary: "The difference between the maximum and the minimum of the window.",
    formula: "max(x, period) - min(x, period)",
    source: "Pine Script ta.range",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let extremes = [graph.add(Max { window }, &[x]), graph.add(Min { window }, &[x])];
        vec![graph.minus(extremes)]
    },
};
