//! Chande Momentum Oscillator, Plain.

use crate::indicator::momentum::moves;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Sum;

/// Chande Momentum Oscillator, Plain.
pub(in crate::indicator) static CMOU: Indicator = Indicator {
    name: "cmou",
    title: "Chande Momentum Oscillator, Plain",
    summary: "The movement up less that down, in percent of both, as Chande has it.",
    formula: "100 * (up - down) / (up + down), and 0 where both are 0; sums of the changes over the window",
    source: "TA-Lib 0.8.3 CMOU",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of changes of the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let share = net_share(graph, x, args.integer("period"));
        vec![graph.scaled(share, 100.0)]
    },
};

/// The movement of `x` up less that down as a share of both, over so many changes.
pub(in crate::indicator) fn net_share(graph: &mut Graph, x: Port, window: usize) -> Port {
    let [up, down] = moves(graph, x).map(|part| graph.add(Sum { window }, &[part]));
    let (net, both) = (graph.minus([up, down]), graph.plus([up, down]));
    graph.ratio([net, both], 0.0)
}
