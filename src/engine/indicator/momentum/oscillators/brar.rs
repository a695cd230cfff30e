//! BRAR.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Lag, PositivePart, Sum};

/// BRAR.
pub(in crate::indicator) static BRAR: Indicator = Indicator {
    name: "brar",
    title: "BRAR",
    summary: "Two ratios of buying to selling pressure in percent: from the open (AR, popularity) and from the previous close (BR, willingness).",
    formula: "ar = 100 * sum(high - open, period) / sum(open - low, period); br = 100 * sum(max(high - close[1], 0), period) / sum(max(close[1] - low, 0), period); 100 where a denominator is 0",
    source: "Tongdaxin formula BRAR; pandas-ta brar",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::period(26)],
    outputs: &[
        Output { name: "ar", help: "the pressure relative to the open" },
        Output { name: "br", help: "the pressure relative to the previous close" },
    ],
    build: |graph, args| {
        let [open, high, low, close] = args.inputs();
        let window = args.integer("period");
        let before = graph.add(Lag { bars: 1 }, &[close]);
        let popularity = [graph.minus([high, open]), graph.minus([open, low])];
        let willingness = [[high, before], [before, low]].map(|pair| {
            let way = graph.minus(pair);
            graph.add(PositivePart, &[way])
        });
        let mut pressure = |parts: [Port; 2]| {
            let sums = parts.map(|part| graph.add(Sum { window }, &[part]));
            graph.percent(sums, 100.0, 100.0)
        };
        vec![pressure(popularity), pressure(willingness)]
    },
};
