//! Instantaneous Trendline.

use crate::indicator::builders::{PHASE_FIRST, PHASE_SHOWN, Rotation, trendline};
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::WarmUp;

/// Instantaneous Trendline.
pub(in crate::indicator) static HT_TRENDLINE: Indicator = Indicator {
    name: "ht_trendline",
    title: "Instantaneous Trendline",
    summary: "The mean over the dominant cycle period, smoothed.",
    formula: "(4 m + 3 m[1] + 2 m[2] + m[3]) / 10; m is the mean over the last cycle",
    source: "TA-Lib 0.8.3 HT_TRENDLINE",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();

        let rotation = Rotation::of(graph, x, PHASE_FIRST);
        let line = trendline(graph, x, rotation);
        vec![graph.add(WarmUp { bars: PHASE_SHOWN - PHASE_FIRST }, &[line])]
    },
};
