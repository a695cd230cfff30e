//! Relative Momentum Index.

use crate::indicator::builders::rma_of_changes;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, Hold, NegativePart, PositivePart, RatioToSum};

/// Relative Momentum Index.
pub(in crate::indicator) static RMI: Indicator = Indicator {
    name: "rmi",
    title: "Relative Momentum Index",
    summary: "The relative strength index of changes over several bars, from 0 to 100.",
    formula: "100 * gain / (gain + loss), or 50 where both are 0; gain = rma(max(x - x[momentum], 0), period); loss = rma(max(x[momentum] - x, 0), period)",
    source: "Roger Altman, Relative Momentum Index, Stocks & Commodities, February 1993",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the period of the moving averages, in bars"),
        Param::bars("momentum", 5, 1, "the lag of the changes, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let change = graph.add(Change { bars: args.integer("momentum") }, &[x]);
        let (up, down) = (graph.add(PositivePart, &[change]), graph.add(NegativePart, &[change]));
        let pair = [up, down].map(|part| rma_of_changes(graph, part, period));
        let ratio = graph.add(RatioToSum { scale: 100.0, flat: 50.0 }, &pair);
        vec![if period == 1 { ratio } else { graph.add(Hold { drifts: false, after: 0 }, &[ratio, up, down]) }]
    },
};
