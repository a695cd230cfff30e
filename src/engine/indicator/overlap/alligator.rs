//! Williams Alligator.

use crate::indicator::builders::alligator;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Williams Alligator.
pub(in crate::indicator) static ALLIGATOR: Indicator = Indicator {
    name: "alligator",
    title: "Williams Alligator",
    summary: "Three Wilder averages of the median price, slow, medium and fast, which diverge in a trend; the outputs are not shifted.",
    formula: "jaw, teeth and lips = rma((high + low) / 2) with their periods; on charts they are plotted 8, 5 and 3 bars ahead",
    source: "Bill Williams, Trading Chaos, 1995",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("jaw", 13, 1, "the period of the slow moving average, in bars"),
        Param::bars("teeth", 8, 1, "the period of the medium moving average, in bars"),
        Param::bars("lips", 5, 1, "the period of the fast moving average, in bars"),
    ],
    outputs: &[
        Output { name: "jaw", help: "the slow moving average" },
        Output { name: "teeth", help: "the medium moving average" },
        Output { name: "lips", help: "the fast moving average" },
    ],
    build: |graph, args| {
        let periods = ["jaw", "teeth", "lips"].map(|name| args.integer(name));
        let lines = alligator(graph, args.inputs(), periods);
        lines.into_iter().zip([8, 5, 3]).map(|(line, shift)| graph.displayed(line, shift)).collect()
    },
};
