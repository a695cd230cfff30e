//! Normalized Average True Range.

use crate::indicator::builders::atr;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::ScaledRatio;

/// Normalized Average True Range.
pub(in crate::indicator) static NATR: Indicator = Indicator {
    name: "natr",
    title: "Normalized Average True Range",
    summary: "The average true range in percent of the close.",
    formula: "atr / close * 100, or 0 where the close is 0; with period 1, the true range itself",
    source: "TA-Lib 0.8.3 NATR",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let period = args.integer("period");
        let range = atr(graph, bars, period);
        if period == 1 {
            return vec![range];
        }
        vec![graph.add(ScaledRatio { scale: 100.0, flat: 0.0 }, &[range, bars[2]])]
    },
};
