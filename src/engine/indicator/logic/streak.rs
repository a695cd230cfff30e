//! Streak.

use crate::indicator::builders::Streak;
use crate::indicator::{Group, Indicator, Input, Output};

/// Streak.
pub(in crate::indicator) static STREAK: Indicator = Indicator {
    name: "streak",
    title: "Streak",
    summary: "The number of consecutive rises, or of consecutive falls as a negative number.",
    formula: "max(streak[1], 0) + 1 where x > x[1]; min(streak[1], 0) - 1 where x < x[1]; 0 where x = x[1]",
    source: "Connors and Alvarez, An Introduction to ConnorsRSI, 2012",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Streak, &[x])]
    },
};
