//! Sine Wave.

use crate::indicator::builders::{PHASE_FIRST, PHASE_SHOWN, Rotation, phase, sines};
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::WarmUp;

/// Sine Wave.
pub(in crate::indicator) static HT_SINE: Indicator = Indicator {
    name: "ht_sine",
    title: "Sine Wave",
    summary: "The sine of the dominant cycle phase, and the same advanced by an eighth of a cycle.",
    formula: "sine = sin(ht_dcphase); lead = sin(ht_dcphase + 45)",
    source: "TA-Lib 0.8.3 HT_SINE",
    group: Group::Cycle,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: &[
        Output { name: "sine", help: "the sine of the phase" },
        Output { name: "lead", help: "the sine of the phase advanced by 45 degrees" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();

        let rotation = Rotation::of(graph, x, PHASE_FIRST);
        let phase = phase(graph, rotation);
        let phase = graph.add(WarmUp { bars: PHASE_SHOWN - PHASE_FIRST }, &[phase]);
        sines(graph, phase).into()
    },
};
