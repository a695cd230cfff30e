//! Supertrend.

use crate::indicator::builders::atr;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Supertrend;

/// Supertrend.
pub(in crate::indicator) static SUPERTREND: Indicator = Indicator {
    name: "supertrend",
    title: "Supertrend",
    summary: "A band that trails prices on one side until the close breaks through it.",
    formula: "bands = (high + low) / 2 -+ multiplier * atr(period); each band moves only towards prices until a close beyond it releases it; the trend reverses when the close breaks the band it follows",
    source: "TA-Lib 0.8.3 SUPERTREND",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 10, 2, "the period of the average true range, in bars"),
        Param::real("multiplier", 3.0, 0.0, 3e37, "the band multiplier, in average true ranges"),
    ],
    outputs: &[
        Output { name: "line", help: "the price of the band" },
        Output { name: "direction", help: "1 while the band is below prices, -1 while it is above" },
    ],
    build: |graph, args| {
        let bars = args.inputs();
        let range = atr(graph, bars, args.integer("period"));
        let [high, low, close] = bars;
        let [line, direction] =
            graph.add_all(Supertrend { multiplier: args.real("multiplier") }, &[high, low, close, range]);
        vec![line, direction]
    },
};
