//! Ease of Movement.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Average, Change};

/// Ease of Movement.
pub(in crate::indicator) static EMV: Indicator = Indicator {
    name: "emv",
    title: "Ease of Movement",
    summary: "The averaged move of the bar's midpoint per unit of volume.",
    formula: "sma(m, period); m = (middle - middle[1]) * (high - low) / (volume / divisor), or 0 where the volume is 0; middle = (high + low) / 2",
    source: "TA-Lib 0.8.3 EMV",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::VOLUME],
    params: &[
        Param::bars("period", 14, 1, "the period of the moving average, in bars"),
        Param::real("divisor", 10000.0, 1.0, 3e37, "the divisor of the volume"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, volume] = args.inputs();
        let middle = graph.add(Average { inputs: 2 }, &[high, low]);
        let change = graph.add(Change { bars: 1 }, &[middle]);
        let range = graph.minus([high, low]);
        let scaled = graph.times([change, range]);
        let ease = graph.percent([scaled, volume], args.real("divisor"), 0.0);
        vec![sma(graph, ease, args.integer("period"))]
    },
};
