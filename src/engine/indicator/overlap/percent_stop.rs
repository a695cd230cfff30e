//! Percent Trailing Stop.

use crate::indicator::overlap::ratchet::{OUTPUTS, Ratchet};
use crate::indicator::{Group, Indicator, Input, Param};

/// Percent Trailing Stop.
pub(in crate::indicator) static PERCENT_STOP: Indicator = Indicator {
    name: "percent_stop",
    title: "Percent Trailing Stop",
    summary: "A trailing stop a percentage from the value; it flips sides when the value crosses it.",
    formula: "as atr_trailing_stop, with d = percent / 100 * x",
    source: "the percentage trailing stop order of brokers, two-sided as in UT Bot Alerts (TradingView)",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::real("percent", 5.0, 0.0, 100.0, "the distance of the stop, in percent of the value")],
    outputs: OUTPUTS,
    build: |graph, args| {
        let [x] = args.inputs();
        let distance = graph.scaled(x, args.real("percent") / 100.0);
        graph.add_all::<_, 2>(Ratchet, &[x, distance]).into()
    },
};
