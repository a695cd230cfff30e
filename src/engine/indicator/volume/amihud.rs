//! Amihud Illiquidity.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Absolute, RateOfChange};

/// Amihud Illiquidity.
pub(in crate::indicator) static AMIHUD: Indicator = Indicator {
    name: "amihud",
    title: "Amihud Illiquidity",
    summary: "The mean absolute return per unit of traded value (illiquidity).",
    formula: "sma(abs(close / close[1] - 1) / (close * volume), period), with 0 for a bar without volume",
    source: "Y. Amihud, Illiquidity and stock returns, Journal of Financial Markets 5 (2002)",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::period(20)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let growth = graph.add(RateOfChange { bars: 1, scale: 1.0 }, &[close]);
        let moved = graph.add(Absolute, &[growth]);
        let money = graph.times([close, volume]);
        let ratio = graph.ratio([moved, money], 0.0);
        vec![sma(graph, ratio, args.integer("period"))]
    },
};
