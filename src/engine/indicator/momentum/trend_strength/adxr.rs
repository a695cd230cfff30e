//! Average Directional Movement Index Rating.

use crate::indicator::builders::adx;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Average, Lag};

/// Average Directional Movement Index Rating.
pub(in crate::indicator) static ADXR: Indicator = Indicator {
    name: "adxr",
    title: "Average Directional Movement Index Rating",
    summary: "The average of the current and an earlier average directional index.",
    formula: "(adx + adx[period - 1]) / 2",
    source: "TA-Lib 0.8.3 ADXR",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, _] = args.inputs();
        let period = args.integer("period");
        let now = adx(graph, [high, low], period);
        let before = graph.add(Lag { bars: period - 1 }, &[now]);
        vec![graph.add(Average { inputs: 2 }, &[now, before])]
    },
};
