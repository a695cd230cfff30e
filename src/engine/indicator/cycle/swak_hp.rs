//! High-Pass Filter.

use crate::indicator::builders::Pole;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// High-Pass Filter.
pub(in crate::indicator) static SWAK_HP: Indicator = Indicator {
    name: "swak_hp",
    title: "High-Pass Filter",
    summary: "A one-pole high-pass filter: the cycle components shorter than the cutoff period, around 0.",
    formula: "Ehlers 2006: y = (1 - a) y[1] + (1 - a / 2) (x - x[1]); a = (cos w + sin w - 1) / cos w; w = 2 pi / period; the input before the first bar is taken as its first value",
    source: "TA-Lib 0.8.3 SWAK_HP",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 5, "the cutoff period: cycles longer than this many bars are removed")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");

        vec![Pole::high(std::f64::consts::PI / period as f64).detrended(graph, x)]
    },
};
