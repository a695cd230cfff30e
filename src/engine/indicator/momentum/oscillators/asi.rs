//! Accumulative Swing Index.

use crate::indicator::builders::swing_index;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Affine, CumulativeSum, Previous};

/// Accumulative Swing Index.
pub(in crate::indicator) static ASI: Indicator = Indicator {
    name: "asi",
    title: "Accumulative Swing Index",
    summary: "The cumulative sum of the swing index.",
    formula: "y = y[1] + si(limit); the first y is 0",
    source: "TA-Lib 0.8.3 ASI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::real("limit", 3.0, 1e-8, 3e37, "the limit move of a bar, in price units")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let [open, _, _, close] = bars;
        let body = graph.minus([close, open]);
        let [close_before, body_before] = [close, body].map(|x| graph.add(Previous, &[x, x]));
        let swing = swing_index(graph, bars, [close_before, body_before], args.real("limit"));
        // The first bar has no previous bar.
        let zero = graph.scaled(close, 0.0);
        let one = graph.add(Affine { scale: 0.0, offset: 1.0 }, &[close]);
        let counts = graph.add(Previous, &[one, zero]);
        let counted = graph.times([swing, counts]);
        vec![graph.add(CumulativeSum, &[counted])]
    },
};
