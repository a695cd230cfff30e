//! STIX.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{FirstOrder, RatioToSum, Seed};

/// STIX.
pub(in crate::indicator) static STIX: Indicator = Indicator {
    name: "stix",
    title: "STIX",
    summary: "The exponential average of advances in percent of advances and declines, with the smoothing constant 0.09.",
    formula: "inputs: advances, declines; y = y[1] + share * (100 * advances / (advances + declines) - y[1]), from the first bar on, with 50 where both are 0",
    source: "The Polymetric Report; Achelis, Technical Analysis from A to Z, 1995",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::real("share", 0.09, 0.0001, 1.0, "the smoothing constant")],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let percent = graph.add(RatioToSum { scale: 100.0, flat: 50.0 }, &pair);
        let share = args.real("share");
        vec![graph.add(
            FirstOrder { beta: 1.0 - share, gain: share, seed: Seed::First, warm_up: 0, around_zero: false },
            &[percent],
        )]
    },
};
