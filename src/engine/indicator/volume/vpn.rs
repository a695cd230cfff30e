//! Volume Positive Negative.

use crate::indicator::builders::{ThresholdedVolume, atr, ema};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Average, Change, Sum};

/// Volume Positive Negative.
pub(in crate::indicator) static VPN: Indicator = Indicator {
    name: "vpn",
    title: "Volume Positive Negative",
    summary: "The volume of clear rises minus that of clear falls, in percent of all volume, smoothed.",
    formula: "m = t - t[1]; t = (high + low + close) / 3; c = factor * atr(period); v = volume where m > c, -volume where m < -c, else 0; ema(100 * sum(v, period) / sum(volume, period), smooth), with 0 where the denominator is 0",
    source: "Markos Katsanos, Detecting High-Volume Breakouts, Stocks & Commodities, April 2021",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[
        Param::period(30),
        Param::bars("smooth", 3, 1, "the period of the average, in bars"),
        Param::real("factor", 0.1, 0.0, 3e37, "the least clear move, in average true ranges"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close, volume] = args.inputs();
        let (window, bars) = (args.integer("period"), [high, low, close]);
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let moved = graph.add(Change { bars: 1 }, &[typical]);
        let range = atr(graph, bars, window);
        let cutoff = graph.scaled(range, args.real("factor"));
        let signed = graph.add(ThresholdedVolume, &[moved, cutoff, volume]);
        let sums = [signed, volume].map(|x| graph.add(Sum { window }, &[x]));
        let share = graph.percent(sums, 100.0, 0.0);
        vec![ema(graph, share, args.integer("smooth"))]
    },
};
