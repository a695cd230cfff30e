//! Downside Capture Ratio.

use crate::indicator::builders::capture;
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};

/// Downside Capture Ratio.
pub(in crate::indicator) static DOWNSIDE_CAPTURE: Indicator = Indicator {
    name: "downside_capture",
    title: "Downside Capture Ratio",
    summary: "The returns of a series at bars where the market falls, in percent of those of the market.",
    formula: "100 * sum of ra / sum of rb over those of the last `period` bars with rb < 0; NaN where there is none; ra and rb are the one-bar returns of the series and of the market",
    source: "Morningstar, Upside and Downside Capture Ratios, with sums of returns",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 252, min: 1, max: 10000 },
        help: "the number of returns in the window",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        vec![capture(graph, pair, args.integer("period"), -1.0)]
    },
};
