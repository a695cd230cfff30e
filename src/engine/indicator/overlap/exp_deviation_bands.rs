//! Exponential Deviation Bands.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, ema};
use crate::indicator::{Group, Indicator, Input, Param};
use crate::kernel::{Absolute, Aligned};

/// Exponential Deviation Bands.
pub(in crate::indicator) static EXP_DEVIATION_BANDS: Indicator = Indicator {
    name: "exp_deviation_bands",
    title: "Exponential Deviation Bands",
    summary: "An exponential average with bands a multiple of the exponentially averaged absolute deviation around it.",
    formula: "middle = ema(x, period); upper and lower = middle +- multiplier * ema(|x - middle|, period)",
    source: "Vitali Apirine, Exponential Deviation Bands, Stocks & Commodities, July 2019",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the period of both averages, in bars"),
        Param::real("multiplier", 2.0, 0.0, 3e37, "the band multiplier, in average deviations"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let average = ema(graph, x, period);
        let off = graph.minus([x, average]);
        let size = graph.add(Absolute, &[off]);
        let deviation = ema(graph, size, period);
        let middle = graph.add(Aligned, &[average, deviation]);
        channel_bands(graph, [middle, deviation], args.real("multiplier"))
    },
};
