//! Two-Pole High-Pass Filter.

use crate::indicator::builders::Pole;
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};

/// Two-Pole High-Pass Filter.
pub(in crate::indicator) static SWAK_2PHP: Indicator = Indicator {
    name: "swak_2php",
    title: "Two-Pole High-Pass Filter",
    summary: "A two-pole high-pass filter: the cycle components shorter than the cutoff period, around 0.",
    formula: "Ehlers 2006: y = 2 (1 - a) y[1] - (1 - a)^2 y[2] + (1 - a / 2)^2 (x - 2 x[1] + x[2]); a as in swak_gauss; the input before the first bar is taken as its first value",
    source: "TA-Lib 0.8.3 SWAK_2PHP",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 20, min: 2, max: 10000 },
        help: "the cutoff period: cycles longer than this many bars are removed",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");

        let pole = Pole::of(period);
        let once = pole.detrended(graph, x);
        vec![pole.detrended(graph, once)]
    },
};
