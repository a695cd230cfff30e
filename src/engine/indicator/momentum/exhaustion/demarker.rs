//! DeMarker.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, NegativePart, PositivePart, RatioToSum};

/// DeMarker.
pub(in crate::indicator) static DEMARKER: Indicator = Indicator {
    name: "demarker",
    title: "DeMarker",
    summary: "The mean rise of the highs as a share of mean rises of highs and mean falls of lows, from 0 to 1.",
    formula: "up = max(high - high[1], 0); down = max(low[1] - low, 0); sma(up, period) / (sma(up, period) + sma(down, period)), or 0.5 where that is 0",
    source: "Tom DeMark, The New Science of Technical Analysis, 1994; MetaTrader DeM",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let window = args.integer("period");
        let [rise, fall] = [high, low].map(|x| graph.add(Change { bars: 1 }, &[x]));
        let parts = [graph.add(PositivePart, &[rise]), graph.add(NegativePart, &[fall])];
        let means = parts.map(|part| sma(graph, part, window));
        vec![graph.add(RatioToSum { scale: 1.0, flat: 0.5 }, &means)]
    },
};
