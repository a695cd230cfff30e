//! Finite Volume Elements.

use crate::indicator::builders::ThresholdedVolume;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Aligned, Average, Change, Sum};

/// Finite Volume Elements.
pub(in crate::indicator) static FVE: Indicator = Indicator {
    name: "fve",
    title: "Finite Volume Elements",
    summary: "The net volume of bars with significant moves, in percent of total volume.",
    formula: "100 * sum of f / sum of volume over `period` bars, or 0 where the total volume is 0; f = volume where m > c, - volume where m < -c, else 0; m = close - (high + low) / 2 + t - t[1], t = (high + low + close) / 3, c = cutoff / 100 * close",
    source: "M. Katsanos, Stocks & Commodities, April 2003",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[
        Param::period(22),
        Param::real("cutoff", 0.3, 0.0, 3e37, "the cutoff: smaller moves, in percent of the price, are ignored"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close, volume] = args.inputs();
        let typical = graph.add(Average { inputs: 3 }, &[high, low, close]);
        let middle = graph.add(Average { inputs: 2 }, &[high, low]);
        let within = graph.minus([close, middle]);
        let between = graph.add(Change { bars: 1 }, &[typical]);
        let moved = graph.plus([within, between]);
        let cutoff = graph.scaled(close, args.real("cutoff") / 100.0);
        let flow = graph.add(ThresholdedVolume, &[moved, cutoff, volume]);
        let traded = graph.add(Aligned, &[volume, flow]);
        let window = args.integer("period");
        let sums: [Port; 2] = [flow, traded].map(|x| graph.add(Sum { window }, &[x]));
        vec![graph.percent(sums, 100.0, 0.0)]
    },
};
