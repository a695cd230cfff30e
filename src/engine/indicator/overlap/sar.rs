//! Parabolic SAR.

use crate::indicator::overlap::parabolic::{Pace, Parabolic};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Absolute;

/// Parabolic SAR.
pub(in crate::indicator) static SAR: Indicator = Indicator {
    name: "sar",
    title: "Parabolic SAR",
    summary: "A trailing stop that accelerates as the trend makes new extremes and reverses when it is hit.",
    formula: "Wilder 1978: the stop moves by the acceleration factor times its distance to the extreme price of the trend; the factor starts at acceleration and grows by it with each new extreme, up to maximum; the stop never enters the range of the last two bars; a bar that reaches it reverses the trend, and the new stop starts at that extreme; the first trend is down where the low fell at the second bar by more than the high rose",
    source: "TA-Lib 0.8.3 SAR",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::real("acceleration", 0.02, 0.0, 3e37, "the initial acceleration factor, and its increment"),
        Param::real("maximum", 0.2, 0.0, 3e37, "the largest acceleration factor"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let (step, max) = (args.real("acceleration"), args.real("maximum"));
        let pace = Pace { first: step, step, max };
        let sar = graph.add(Parabolic { start: 0.0, offset: 0.0, rising: pace, falling: pace }, &bars);
        vec![graph.add(Absolute, &[sar])]
    },
};
