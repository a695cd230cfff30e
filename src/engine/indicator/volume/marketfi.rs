//! Market Facilitation Index.

use crate::indicator::{Group, Indicator, Input, Output};

/// Market Facilitation Index.
pub(in crate::indicator) static MARKETFI: Indicator = Indicator {
    name: "marketfi",
    title: "Market Facilitation Index",
    summary: "The bar range per unit of volume.",
    formula: "(high - low) / volume, or 0 where the volume is 0",
    source: "TA-Lib 0.8.3 MARKETFI",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, volume] = args.inputs();
        let range = graph.minus([high, low]);
        vec![graph.ratio([range, volume], 0.0)]
    },
};
