//! Volume Rate of Change.

use crate::indicator::builders::roc;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Volume Rate of Change.
pub(in crate::indicator) static VROC: Indicator = Indicator {
    name: "vroc",
    title: "Volume Rate of Change",
    summary: "The change of volume over a number of bars, in percent.",
    formula: "100 * (volume - volume[period]) / volume[period], or 0 where the denominator is 0",
    source: "Achelis, Technical Analysis from A to Z, 1995",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::VOLUME],
    params: &[Param::bars("period", 14, 1, "the number of bars of the change")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [volume] = args.inputs();
        vec![roc(graph, volume, args.integer("period"))]
    },
};
