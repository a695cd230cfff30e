//! Arms Index (TRIN).

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Sum;

/// Arms Index (TRIN).
pub(in crate::indicator) static TRIN: Indicator = Indicator {
    name: "trin",
    title: "Arms Index (TRIN)",
    summary: "The ratio of advances to declines, divided by the ratio of their volumes: above 1, volume goes into declines.",
    formula: "inputs: advances, declines, up volume, down volume; sum(advances, period) * sum(down volume, period) / (sum(declines, period) * sum(up volume, period)), or 1 where the denominator is 0; period=10 is the open TRIN",
    source: "Richard Arms, The Arms Index, 1989",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::OPEN, Input::CLOSE],
    params: &[Param::period(1)],
    outputs: Output::ONE,
    build: |graph, args| {
        let inputs: [Port; 4] = args.inputs();
        let window = args.integer("period");
        let [advances, declines, up, down] = inputs.map(|x| graph.add(Sum { window }, &[x]));
        let parts = [[advances, down], [declines, up]].map(|pair| graph.times(pair));
        vec![graph.ratio(parts, 1.0)]
    },
};
