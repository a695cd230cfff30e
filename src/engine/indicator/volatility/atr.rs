//! Average True Range.

use crate::indicator::overlap::rma;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::TrueRange;

/// Average True Range.
pub(in crate::indicator) static ATR: Indicator = Indicator {
    name: "atr",
    title: "Average True Range",
    summary: "Wilder's moving average of the true range.",
    formula: "rma(trange, period), the first bar not counted",
    source: "TA-Lib 0.8.3 ATR",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| vec![atr(graph, args.inputs(), args.integer("period"))],
};

/// The average true range of high, low and close.
pub(in crate::indicator) fn atr(graph: &mut Graph, bars: [Port; 3], period: usize) -> Port {
    let range = graph.add(TrueRange { first: false }, &bars);
    rma(graph, range, period)
}
