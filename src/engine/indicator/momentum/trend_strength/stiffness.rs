//! Stiffness.

use crate::indicator::builders::{ema, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Compare, Comparison, LinearCombination, MeanAndStandardDeviation};

/// Stiffness.
pub(in crate::indicator) static STIFFNESS: Indicator = Indicator {
    name: "stiffness",
    title: "Stiffness",
    summary: "How often closes stayed above a band below their moving average, in percent: near 100 in a trend without breaks.",
    formula: "ema(100 * n(x > sma(x, ma) - factor * stddev(x, ma)) / period, smooth), n over `period` bars",
    source: "Markos Katsanos, The Stiffness Indicator, Stocks & Commodities, November 2018",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 60, 1, "the number of bars that are counted"),
        Param::bars("ma", 100, 1, "the number of bars of the average and of the deviation"),
        Param::bars("smooth", 3, 1, "the period of the smoothing, in bars"),
        Param::real("factor", 0.2, 0.0, 3e37, "the depth of the band, in standard deviations"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let pair: [Port; 2] = graph.add_all(MeanAndStandardDeviation { window: args.integer("ma"), ddof: 0 }, &[x]);
        let floor = graph.add(LinearCombination { first: 1.0, second: -args.real("factor") }, &pair);
        let above = graph.add(Compare { op: Comparison::Greater }, &[x, floor]);
        let share = sma(graph, above, args.integer("period"));
        let percent = graph.scaled(share, 100.0);
        vec![ema(graph, percent, args.integer("smooth"))]
    },
};
