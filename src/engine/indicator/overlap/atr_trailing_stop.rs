//! ATR Trailing Stop.

use crate::indicator::builders::atr;
use crate::indicator::overlap::ratchet::{OUTPUTS, Ratchet};
use crate::indicator::{Group, Indicator, Input, Param, Port};

/// ATR Trailing Stop.
pub(in crate::indicator) static ATR_TRAILING_STOP: Indicator = Indicator {
    name: "atr_trailing_stop",
    title: "ATR Trailing Stop",
    summary: "A trailing stop a multiple of the average true range from the close; it flips sides when the close crosses it.",
    formula: "d = multiplier * atr(period); while close and close[1] are above stop[1]: max(stop[1], close - d); while both are below: min(stop[1], close + d); else close - d above stop[1], close + d below; initially below the close",
    source: "UT Bot Alerts (TradingView)",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 10, 1, "the period of the average true range, in bars"),
        Param::real("multiplier", 1.0, 0.0, 3e37, "the stop multiplier, in average true ranges"),
    ],
    outputs: OUTPUTS,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let range = atr(graph, bars, args.integer("period"));
        let distance = graph.scaled(range, args.real("multiplier"));
        graph.add_all::<_, 2>(Ratchet, &[bars[2], distance]).into()
    },
};
