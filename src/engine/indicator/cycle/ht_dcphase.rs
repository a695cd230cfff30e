//! Dominant Cycle Phase.

use crate::indicator::builders::{PHASE_FIRST, PHASE_SHOWN, Rotation, phase};
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::WarmUp;

/// Dominant Cycle Phase.
pub(in crate::indicator) static HT_DCPHASE: Indicator = Indicator {
    name: "ht_dcphase",
    title: "Dominant Cycle Phase",
    summary: "The phase of the dominant cycle, in degrees from -45 to 315.",
    formula: "atan(sum of smooth * sin / sum of smooth * cos) over the last cycle, in degrees, + 90 + 360 / period, + 180 where the second sum is below 0, - 360 above 315",
    source: "TA-Lib 0.8.3 HT_DCPHASE",
    group: Group::Cycle,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();

        let rotation = Rotation::of(graph, x, PHASE_FIRST);
        let phase = phase(graph, rotation);
        vec![graph.add(WarmUp { bars: PHASE_SHOWN - PHASE_FIRST }, &[phase])]
    },
};
