//! Profit Maximizer.

use crate::indicator::builders::{EMA_FIRST, Smoothing, TrailingStop, atr};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Average;

/// Profit Maximizer.
pub(in crate::indicator) static PMAX: Indicator = Indicator {
    name: "pmax",
    title: "Profit Maximizer",
    summary: "A moving average of the median price, and a stop that trails it by a multiple of the average true range.",
    formula: "ma = ma((high + low) / 2, period); d = multiplier * atr(atr); long = ma - d, not below long[1] while ma > long[1]; short = ma + d, not above short[1] while ma < short[1]; the side changes where ma crosses long[1] or short[1], initially long; line = long or short",
    source: "KivancOzbilgic on TradingView, Profit Maximizer; pandas-ta-classic pmax",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 10, 1, "the period of the average, in bars"),
        Param::bars("atr", 10, 1, "the period of the average true range, in bars"),
        Param::real("multiplier", 3.0, 0.0, 3e37, "the distance of the stop from the average, in average true ranges"),
        Param::choice("ma", EMA_FIRST, "the type of moving average"),
    ],
    outputs: &[
        Output { name: "ma", help: "the average" },
        Output { name: "line", help: "the trailing stop" },
        Output { name: "direction", help: "1 while the stop is below the average, -1 while it is above" },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let middle = graph.add(Average { inputs: 2 }, &bars[..2]);
        let average = Smoothing { kind: args.choice("ma"), period: args.integer("period") }.of(graph, middle);
        let range = atr(graph, bars, args.integer("atr"));
        let distance = graph.scaled(range, args.real("multiplier"));
        let [line, direction] = graph.add_all(TrailingStop, &[average, distance]);
        vec![average, line, direction]
    },
};
