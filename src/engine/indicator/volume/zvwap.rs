//! Z-Score of the Distance from VWAP.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{SquareRoot, WeightedMoments};

/// Z-Score of the Distance from VWAP.
pub(in crate::indicator) static ZVWAP: Indicator = Indicator {
    name: "zvwap",
    title: "Z-Score of the Distance from VWAP",
    summary: "The distance of the close from the rolling volume-weighted average price, in units of its root mean square.",
    formula: "d / sqrt(sma(d^2, period)), or 0 where the denominator is 0; d = close - sum of close * volume / sum of volume over the last `period` bars",
    source: "LazyBear on TradingView, ZScore of VWAP Distance",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::period(20)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let window = args.integer("period");
        let [distance, _] = graph.add_all(WeightedMoments { window }, &[close, volume]);
        let square = graph.times([distance, distance]);
        let mean = sma(graph, square, window);
        let usual = graph.add(SquareRoot, &[mean]);
        vec![graph.ratio([distance, usual], 0.0)]
    },
};
