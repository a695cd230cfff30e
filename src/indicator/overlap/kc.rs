//! Keltner Channels.

use crate::indicator::overlap::ema;
use crate::indicator::volatility::atr;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, Average};

/// Keltner Channels.
pub(in crate::indicator) static KC: Indicator = Indicator {
    name: "kc",
    title: "Keltner Channels",
    summary: "An average of the typical price, and bands some average true ranges above and below it.",
    formula: "middle = ema((high + low + close) / 3, period); upper and lower = middle +- nbdev * atr(atr)",
    source: "TA-Lib 0.8.3 KC",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the number of bars of the average"),
        Param::bars("atr", 10, 1, "the number of bars of the average true range"),
        Param::real("nbdev", 2.0, -3e37, 3e37, "the average true ranges from the middle to the bands"),
    ],
    outputs: &[
        Output { name: "upper", help: "the upper band" },
        Output { name: "middle", help: "the average" },
        Output { name: "lower", help: "the lower band" },
    ],
    build: |graph, args| {
        let bars = args.inputs();
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let average = ema(graph, typical, args.integer("period"));
        let range = atr(graph, bars, args.integer("atr"));
        let distance = graph.scaled(range, args.real("nbdev"));
        let (upper, lower) = (graph.plus([average, distance]), graph.minus([average, distance]));
        vec![upper, graph.add(Aligned, &[average, distance]), lower]
    },
};
