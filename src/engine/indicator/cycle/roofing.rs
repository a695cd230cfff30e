//! Roofing Filter.

use crate::indicator::builders::{Pole, super_smooth};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Roofing Filter.
pub(in crate::indicator) static ROOFING: Indicator = Indicator {
    name: "roofing",
    title: "Roofing Filter",
    summary: "A band-pass filter: a high-pass filter followed by the super smoother, oscillating around 0.",
    formula: "super_smoother(hp, low); hp = 2 (1 - a) hp[1] - (1 - a)^2 hp[2] + (1 - a / 2)^2 (x - 2 x[1] + x[2]); a = (cos w + sin w - 1) / cos w; w = 0.707 * 2 pi / high; the input before the first bar is taken as its first value",
    source: "John Ehlers, Cycle Analytics for Traders, 2013",
    group: Group::Cycle,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("high", 48, 5, "the cutoff period: cycles longer than this many bars are removed"),
        Param::bars("low", 10, 2, "the cutoff period: cycles shorter than this many bars are removed"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let pole = Pole::high_twice(args.integer("high"));
        let cycles = (0..2).fold(x, |x, _| pole.detrended(graph, x));
        vec![super_smooth(graph, cycles, args.integer("low") as f64, true)]
    },
};
