//! Instantaneous Trendline.

use crate::indicator::builders::{Pole, previous_or_self};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::LinearCombination;

/// Instantaneous Trendline.
pub(in crate::indicator) static ITREND: Indicator = Indicator {
    name: "itrend",
    title: "Instantaneous Trendline",
    summary: "The trend component without cycles, and a trigger line that leads it.",
    formula: "trend = (a - a^2 / 4) x + a^2 / 2 x[1] - (a - 3 a^2 / 4) x[2] + 2 (1 - a) trend[1] - (1 - a)^2 trend[2]; trigger = 2 trend - trend[2]; the input before the first bar is taken as its first value",
    source: "John Ehlers, Cybernetic Analysis for Stocks and Futures, 2004",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::real("alpha", 0.07, 0.01, 1.0, "the smoothing constant")],
    outputs: &[
        Output { name: "trend", help: "the trendline" },
        Output { name: "trigger", help: "the trigger line: the trendline extrapolated two bars" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let pole = Pole { share: args.real("alpha") };
        let once = pole.detrended(graph, x);
        let cycles = pole.detrended(graph, once);
        let trend = graph.minus([x, cycles]);
        let last = previous_or_self(graph, trend);
        let earlier = previous_or_self(graph, last);
        vec![trend, graph.add(LinearCombination { first: 2.0, second: -1.0 }, &[trend, earlier])]
    },
};
