//! Phasor Components.

use crate::indicator::builders::Rotation;
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::WarmUp;

/// Phasor Components.
pub(in crate::indicator) static HT_PHASOR: Indicator = Indicator {
    name: "ht_phasor",
    title: "Phasor Components",
    summary: "The in-phase and quadrature components of the dominant cycle.",
    formula: "by the Hilbert transform of the smoothed price: the in-phase component is the detrended price three bars earlier, the quadrature its transform",
    source: "TA-Lib 0.8.3 HT_PHASOR",
    group: Group::Cycle,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: &[
        Output { name: "inphase", help: "the in-phase component" },
        Output { name: "quadrature", help: "the quadrature component" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();

        let rotation = Rotation::of(graph, x, 12);
        [rotation.in_phase, rotation.quadrature].map(|part| graph.add(WarmUp { bars: 20 }, &[part])).into()
    },
};
