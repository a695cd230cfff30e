//! Accumulation/Distribution.

use crate::indicator::builders::ad;
use crate::indicator::{Group, Indicator, Input, Output};

/// Accumulation/Distribution.
pub(in crate::indicator) static AD: Indicator = Indicator {
    name: "ad",
    title: "Accumulation/Distribution",
    summary: "The cumulative sum of volume weighted by the close location value.",
    formula: "y = y[1] + ((close - low) - (high - close)) / (high - low) * volume, with 0 added where the bar range is 0",
    source: "TA-Lib 0.8.3 AD",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| vec![ad(graph, args.inputs())],
};
