//! Noise Elimination Technology.

use crate::indicator::builders::gain_loss;
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{BarIndex, KendallTau, NormalizedDifference, Sum};

/// Noise Elimination Technology.
pub(in crate::indicator) static NET: Indicator = Indicator {
    name: "net",
    title: "Noise Elimination Technology",
    summary: "The rank correlation of a relative strength with time: its trend, without its noise.",
    formula: "r = (up - down) / (up + down), sums of the rises and of the falls over `period` bars, or 0 where the denominator is 0; kendall(r, bar, period)",
    source: "John Ehlers, Noise Elimination Technology, Stocks & Commodities, December 2020",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 14, min: 2, max: 10000 },
        help: "the number of bars of the sums and of the correlation",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let sums = gain_loss(graph, x).map(|part| graph.add(Sum { window }, &[part]));
        let strength = graph.add(NormalizedDifference { scale: 1.0 }, &sums);
        let bar = graph.add(BarIndex, &[strength]);
        vec![graph.add(KendallTau { window }, &[strength, bar])]
    },
};
