//! Elder Thermometer.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Absolute, Aligned, Arithmetic, Binary, Change, NegativePart, PositivePart};

/// Elder Thermometer.
pub(in crate::indicator) static THERMO: Indicator = Indicator {
    name: "thermo",
    title: "Elder Thermometer",
    summary: "How far the bar reaches beyond the bar before it, and the average of that.",
    formula: "method=reach: value = max(high - high[1], low[1] - low, 0); method=absolute: value = max(|high - high[1]|, |low - low[1]|); average = ema(value, period)",
    source: "reach: Alexander Elder, Come Into My Trading Room, 2002 (Market Thermometer); absolute: pandas-ta thermo, with 20 bars",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 22, 1, "the period of the average, in bars"),
        Param::choice(
            "method",
            &["reach", "absolute"],
            "whether inside bars count as 0 (reach) or by the moves of their extremes (absolute)",
        ),
    ],
    outputs: &[
        Output { name: "value", help: "the reach beyond the previous bar" },
        Output { name: "average", help: "its exponential average" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let [rise, fall] = [high, low].map(|x| graph.add(Change { bars: 1 }, &[x]));
        let parts = match args.choice("method") {
            "absolute" => [graph.add(Absolute, &[rise]), graph.add(Absolute, &[fall])],
            _ => [graph.add(PositivePart, &[rise]), graph.add(NegativePart, &[fall])],
        };
        let value = graph.add(Arithmetic { op: Binary::Max }, &parts);
        let average = ema(graph, value, args.integer("period"));
        vec![graph.add(Aligned, &[value, average]), average]
    },
};
