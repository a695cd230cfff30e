//! Ultimate Smoother.

use crate::indicator::builders::ultimate_smooth;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Ultimate Smoother.
pub(in crate::indicator) static ULTIMATE_SMOOTHER: Indicator = Indicator {
    name: "ultimate_smoother",
    title: "Ultimate Smoother",
    summary: "A low-pass filter without lag in its pass band: the input minus its high-pass filter.",
    formula: "y = (1 - g) x + (2 g - c) x[1] - (g + d) x[2] + c y[1] + d y[2]; a = exp(-1.414 pi / period); c = 2 a cos(1.414 pi / period); d = -a^2; g = (1 + c - d) / 4; the input before the first bar is taken as its first value",
    source: "John Ehlers, The Ultimate Smoother, Stocks & Commodities, April 2024",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the cutoff period: cycles shorter than this many bars are removed")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![ultimate_smooth(graph, x, args.integer("period") as f64)]
    },
};
