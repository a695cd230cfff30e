//! Dominant Cycle Period.

use crate::indicator::builders::Rotation;
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::WarmUp;

/// Dominant Cycle Period.
pub(in crate::indicator) static HT_DCPERIOD: Indicator = Indicator {
    name: "ht_dcperiod",
    title: "Dominant Cycle Period",
    summary: "The dominant cycle period in bars, 6 to 50.",
    formula: "the dominant cycle period by the Hilbert transform, smoothed: y = 0.67 y[1] + 0.33 period",
    source: "TA-Lib 0.8.3 HT_DCPERIOD",
    group: Group::Cycle,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();

        let rotation = Rotation::of(graph, x, 12);
        vec![graph.add(WarmUp { bars: 20 }, &[rotation.period])]
    },
};
