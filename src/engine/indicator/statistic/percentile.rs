//! Percentile.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::OrderStatistic;

/// Percentile.
pub(in crate::indicator) static PERCENTILE: Indicator = Indicator {
    name: "percentile",
    title: "Percentile",
    summary: "The nearest-rank percentile of the window.",
    formula: "the value of rank percentile / 100 * period, rounded up, the lowest having rank 1",
    source: "TA-Lib 0.8.3 PERCENTILE",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 30, min: 2, max: 10000 },
            help: "the number of bars in the window; 30 by default as in TA-Lib's Python wheel, the Rust crate 0.8.3 has 100",
        },
        Param::real("percentile", 50.0, 0.0, 100.0, "the percentile"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let rank = libm::ceil(args.real("percentile") * window as f64 / 100.0) as usize;
        let place = rank.clamp(1, window) - 1;
        vec![graph.add(OrderStatistic { window, from: place, to: place }, &[x])]
    },
};
