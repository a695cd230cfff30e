//! Bollinger Band Trend.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Absolute, LinearCombination, MeanAndStandardDeviation};

/// Bollinger Band Trend.
pub(in crate::indicator) static BBTREND: Indicator = Indicator {
    name: "bbtrend",
    title: "Bollinger Band Trend",
    summary: "The difference of the distances between the lower and between the upper bands of a short and a long period, in percent.",
    formula: "100 * (|lower(short) - lower(long)| - |upper(short) - upper(long)|) / middle(short) of Bollinger bands, or 0 where the denominator is 0",
    source: "John Bollinger; TradingView, BBTrend",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("short", 20, 1, "the number of bars of the short bands"),
        Param::bars("long", 50, 1, "the number of bars of the long bands"),
        Param::real("deviations", 2.0, 0.0, 3e37, "the half width of the bands, in standard deviations"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let deviations = args.real("deviations");
        let [short, long] = ["short", "long"].map(|name| {
            let kernel = MeanAndStandardDeviation { window: args.integer(name), ddof: 0 };
            let pair: [Port; 2] = graph.add_all(kernel, &[x]);
            pair
        });
        let off = graph.minus([short[0], long[0]]);
        let width = graph.minus([short[1], long[1]]);
        let [lower, upper] = [-deviations, deviations].map(|second| {
            let apart = graph.add(LinearCombination { first: 1.0, second }, &[off, width]);
            graph.add(Absolute, &[apart])
        });
        let trend = graph.minus([lower, upper]);
        vec![graph.percent([trend, short[0]], 100.0, 0.0)]
    },
};
