//! Williams Variable Accumulation/Distribution.

use crate::indicator::builders::body_flow;
use crate::indicator::{Group, Indicator, Input, Output};

/// Williams Variable Accumulation/Distribution.
pub(in crate::indicator) static WVAD: Indicator = Indicator {
    name: "wvad",
    title: "Williams Variable Accumulation/Distribution",
    summary: "The volume times the body as a fraction of the bar range.",
    formula: "(close - open) / (high - low) * volume, or 0 where the bar range is 0",
    source: "Pine Script ta.wvad",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| vec![body_flow(graph, args.inputs())],
};
