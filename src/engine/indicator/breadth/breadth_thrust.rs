//! Breadth Thrust.

use crate::indicator::builders::{EMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::RatioToSum;

/// Breadth Thrust.
pub(in crate::indicator) static BREADTH_THRUST: Indicator = Indicator {
    name: "breadth_thrust",
    title: "Breadth Thrust",
    summary: "The moving average of advances as a share of advances and declines: a rise from below 0.4 to above 0.615 within ten days is a thrust.",
    formula: "inputs: advances, declines; ma(advances / (advances + declines), period), with 0.5 where both are 0",
    source: "Martin Zweig, Winning on Wall Street, 1986",
    group: Group::Breadth,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(10), Param::choice("ma", EMA_FIRST, "the type of moving average")],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let share = graph.add(RatioToSum { scale: 1.0, flat: 0.5 }, &pair);
        vec![Smoothing { kind: args.choice("ma"), period: args.integer("period") }.of(graph, share)]
    },
};
