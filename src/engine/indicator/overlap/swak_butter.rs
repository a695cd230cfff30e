//! Butterworth Filter.

use crate::indicator::builders::{Pole, previous_or_self};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::Average;

/// Butterworth Filter.
pub(in crate::indicator) static SWAK_BUTTER: Indicator = Indicator {
    name: "swak_butter",
    title: "Butterworth Filter",
    summary: "A two-pole Butterworth low-pass filter, with a zero at the two-bar cycle.",
    formula: "Ehlers 2006: as swak_gauss, of (x + 2 x[1] + x[2]) / 4; the input before the first bar is taken as its first value",
    source: "TA-Lib 0.8.3 SWAK_BUTTER",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 20, min: 2, max: 10000 },
        help: "the cutoff period: cycles shorter than this many bars are removed",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");

        let smooth = (0..2).fold(x, |x, _| {
            let before = previous_or_self(graph, x);
            graph.add(Average { inputs: 2 }, &[x, before])
        });
        vec![Pole::of(period).twice(graph, smooth)]
    },
};
