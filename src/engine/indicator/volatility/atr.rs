//! Average True Range.

use crate::indicator::builders::atr;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Average True Range.
pub(in crate::indicator) static ATR: Indicator = Indicator {
    name: "atr",
    title: "Average True Range",
    summary: "Wilder's moving average of the true range.",
    formula: "rma(trange, period), the first bar not counted",
    source: "TA-Lib 0.8.3 ATR",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| vec![atr(graph, args.inputs(), args.integer("period"))],
};
