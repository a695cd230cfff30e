//! Know Sure Thing.

use crate::indicator::builders::smoothing::Smoothing;
use crate::indicator::momentum::roc;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Aligned;

/// Know Sure Thing.
pub(in crate::indicator) static KST: Indicator = Indicator {
    name: "kst",
    title: "Know Sure Thing",
    summary: "The weighted sum of four smoothed rates of change, with a signal line.",
    formula: "kst = sum of n * sma(roc(x, rocn), sman), n = 1 to 4; signal = sma(kst, signal)",
    source: "TA-Lib 0.8.3 KST",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("roc1", 10, 1, "the lag of the first rate of change, in bars"),
        Param::bars("roc2", 15, 1, "the lag of the second rate of change, in bars"),
        Param::bars("roc3", 20, 1, "the lag of the third rate of change, in bars"),
        Param::bars("roc4", 30, 1, "the lag of the fourth rate of change, in bars"),
        Param::bars("sma1", 10, 1, "the period of the first moving average, in bars"),
        Param::bars("sma2", 10, 1, "the period of the second moving average, in bars"),
        Param::bars("sma3", 10, 1, "the period of the third moving average, in bars"),
        Param::bars("sma4", 15, 1, "the period of the fourth moving average, in bars"),
        Param::bars("signal", 9, 1, "the period of the signal line, in bars"),
    ],
    outputs: &[Output { name: "kst", help: "the weighted sum" }, Output { name: "signal", help: "the signal line" }],
    build: |graph, args| {
        let [x] = args.inputs();
        let average = |period| Smoothing { kind: "sma", period };
        let legs = [("roc1", "sma1"), ("roc2", "sma2"), ("roc3", "sma3"), ("roc4", "sma4")];
        let legs = legs.map(|(rate, period)| (args.integer(rate), average(args.integer(period))));
        know_sure_thing(graph, x, legs, average(args.integer("signal")))
    },
};

/// The sum of four averaged rates of change, weighted 1 to 4, and its signal line. The averages are aligned so that their
/// first values share a bar.
pub(in crate::indicator) fn know_sure_thing(
    graph: &mut Graph,
    x: Port,
    legs: [(usize, Smoothing); 4],
    signal: Smoothing,
) -> Vec<Port> {
    let rates = legs.map(|(bars, average)| (roc(graph, x, bars), bars, average));
    let lookbacks = rates.map(|(rate, bars, average)| bars + average.lookback(graph, rate));
    let longest = lookbacks.into_iter().max().expect("four legs");
    let mut weight = 0.0;
    let legs = rates.map(|(rate, bars, average)| {
        let leg = average.late(graph, rate, longest - bars);
        weight += 1.0;
        graph.scaled(leg, weight)
    });
    let sum = legs[1..].iter().fold(legs[0], |sum, &leg| graph.plus([sum, leg]));
    let signal = signal.of(graph, sum);
    vec![graph.add(Aligned, &[sum, signal]), signal]
}
