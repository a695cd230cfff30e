//! Kase DevStop.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{LinearCombination, Max, MeanAndStandardDeviation, Min};

/// Kase DevStop.
pub(in crate::indicator) static DEVSTOP: Indicator = Indicator {
    name: "devstop",
    title: "Kase DevStop",
    summary: "Stops a mean two-bar range, and a multiple of its standard deviation, from the extremes.",
    formula: "r = max(high, 2) - min(low, 2); d = sma(r, period) + multiplier * stddev(r, period); long = max(high - d, period); short = min(low + d, period)",
    source: "Cynthia Kase, Trading with the Odds, 1996; jesse devstop, whose multiplier is 0 by default",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 20, 2, "the number of bars of the mean, the deviation and the extremes"),
        Param::real(
            "multiplier",
            1.0,
            0.0,
            3e37,
            "the number of standard deviations above the mean range: Kase uses 0, 1, 2.2 and 3.6",
        ),
    ],
    outputs: &[
        Output { name: "long", help: "the stop below prices" },
        Output { name: "short", help: "the stop above prices" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let window = args.integer("period");
        let highest = graph.add(Max { window: 2 }, &[high]);
        let lowest = graph.add(Min { window: 2 }, &[low]);
        let range = graph.minus([highest, lowest]);
        let pair: [Port; 2] = graph.add_all(MeanAndStandardDeviation { window, ddof: 0 }, &[range]);
        let distance = graph.add(LinearCombination { first: 1.0, second: args.real("multiplier") }, &pair);
        let (below, above) = (graph.minus([high, distance]), graph.plus([low, distance]));
        vec![graph.add(Max { window }, &[below]), graph.add(Min { window }, &[above])]
    },
};
