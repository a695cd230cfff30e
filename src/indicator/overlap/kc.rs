//! Keltner Channels.

use crate::indicator::overlap::{ema_after, rma_after};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Average, Blend, TrueRange};

/// Keltner Channels.
pub(in crate::indicator) static KC: Indicator = Indicator {
    name: "kc",
    title: "Keltner Channels",
    summary: "An average of the typical price, and bands some average true ranges above and below it.",
    formula: "middle = ema((high + low + close) / 3, period); upper and lower = middle +- nbdev * atr(atr); both begun so that their first values are at the same bar",
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
        let bars: [Port; 3] = args.inputs();
        let (period, smooth) = (args.integer("period"), args.integer("atr"));
        // The first true range is that of the second bar.
        let longest = period.max(smooth + 1);
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let average = ema_after(graph, typical, period, longest - period);
        let range = graph.add(TrueRange { first: false }, &bars);
        let range = rma_after(graph, range, smooth, longest - (smooth + 1));
        let mut band = |second: f64| graph.add(Blend { first: 1.0, second }, &[average, range]);
        let (upper, lower) = (band(args.real("nbdev")), band(-args.real("nbdev")));
        vec![upper, average, lower]
    },
};
