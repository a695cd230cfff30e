//! Gaussian Filter.

use crate::indicator::builders::Pole;
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};

/// Gaussian Filter.
pub(in crate::indicator) static SWAK_GAUSS: Indicator = Indicator {
    name: "swak_gauss",
    title: "Gaussian Filter",
    summary: "A two-pole Gaussian low-pass filter.",
    formula: "Ehlers 2006: y = 2 (1 - a) y[1] - (1 - a)^2 y[2] + a^2 x; b = 2.415 * (1 - cos(2 pi / period)); a = sqrt(b^2 + 2 b) - b; the input before the first bar is taken as its first value",
    source: "TA-Lib 0.8.3 SWAK_GAUSS",
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

        let pole = Pole::of(period);
        vec![pole.twice(graph, x)]
    },
};
