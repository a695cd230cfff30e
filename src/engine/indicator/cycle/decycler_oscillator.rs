//! Decycler Oscillator.

use crate::indicator::builders::Pole;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Decycler Oscillator.
pub(in crate::indicator) static DECYCLER_OSCILLATOR: Indicator = Indicator {
    name: "decycler_oscillator",
    title: "Decycler Oscillator",
    summary: "The difference of two high-pass filters: a band-pass around 0 between two cutoff periods.",
    formula: "hp(x, slow) - hp(x, fast); hp = 2 (1 - a) hp[1] - (1 - a)^2 hp[2] + (1 - a / 2)^2 (x - 2 x[1] + x[2]); a = (cos w + sin w - 1) / cos w; w = 0.707 * 2 pi / n; the input before the first bar is taken as its first value",
    source: "John Ehlers, Decyclers, Stocks & Commodities, September 2015",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 30, 5, "the cutoff period of the fast high-pass filter, in bars"),
        Param::bars("slow", 60, 5, "the cutoff period of the slow high-pass filter, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let [slow, fast] = ["slow", "fast"].map(|name| {
            let pole = Pole::high_twice(args.integer(name));
            (0..2).fold(x, |x, _| pole.detrended(graph, x))
        });
        vec![graph.minus([slow, fast])]
    },
};
