//! Parabolic SAR, Extended.

use crate::indicator::overlap::parabolic::{Pace, Parabolic};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};

/// Parabolic SAR, Extended.
pub(in crate::indicator) static SAREXT: Indicator = Indicator {
    name: "sarext",
    title: "Parabolic SAR, Extended",
    summary: "Parabolic SAR with a selectable start and separate factors for each side; negative during a falling trend.",
    formula: "as sar; start = 0: the first trend is that of the second bar; start > 0: a rising trend with the stop at start; start < 0: a falling one with the stop at |start|; offset: after a reversal the stop is moved away by this fraction of it",
    source: "TA-Lib 0.8.3 SAREXT",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::real(
            "start",
            0.0,
            -3e37,
            3e37,
            "the initial stop, negative for a falling trend; 0 derives it from the second bar",
        ),
        Param::real("offset", 0.0, 0.0, 3e37, "the fraction by which the stop is moved away on a reversal"),
        Param::real("init_long", 0.02, 0.0, 3e37, "the initial acceleration factor of a rising trend"),
        Param::real("step_long", 0.02, 0.0, 3e37, "the increment of the acceleration factor in a rising trend"),
        Param::real("max_long", 0.2, 0.0, 3e37, "the largest acceleration factor of a rising trend"),
        Param::real("init_short", 0.02, 0.0, 3e37, "the initial acceleration factor of a falling trend"),
        Param::real("step_short", 0.02, 0.0, 3e37, "the increment of the acceleration factor in a falling trend"),
        Param::real("max_short", 0.2, 0.0, 3e37, "the largest acceleration factor of a falling trend"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let pace = |[first, step, max]: [&str; 3]| Pace {
            first: args.real(first),
            step: args.real(step),
            max: args.real(max),
        };
        let rising = pace(["init_long", "step_long", "max_long"]);
        let falling = pace(["init_short", "step_short", "max_short"]);
        let (start, offset) = (args.real("start"), args.real("offset"));
        vec![graph.add(Parabolic { start, offset, rising, falling }, &bars)]
    },
};
