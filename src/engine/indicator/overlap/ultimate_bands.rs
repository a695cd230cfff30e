//! Ultimate Bands.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, high_pass, root_mean_square};
use crate::indicator::{Group, Indicator, Input, Param};
use crate::kernel::Aligned;

/// Ultimate Bands.
pub(in crate::indicator) static ULTIMATE_BANDS: Indicator = Indicator {
    name: "ultimate_bands",
    title: "Ultimate Bands",
    summary: "The ultimate smoother with bands a multiple of the root mean square deviation from it.",
    formula: "middle = ultimate_smoother(x, period); upper and lower = middle +- multiplier * sqrt(sma((x - middle)^2, period))",
    source: "John Ehlers, Ultimate Channel and Ultimate Bands, Stocks & Commodities, May 2024",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the period of the smoother and of the deviation, in bars"),
        Param::real("multiplier", 1.0, 0.0, 3e37, "the band multiplier, in root mean square deviations"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let cycles = high_pass(graph, x, period as f64);
        let smooth = graph.minus([x, cycles]);
        let deviation = root_mean_square(graph, cycles, period);
        let middle = graph.add(Aligned, &[smooth, deviation]);
        channel_bands(graph, [middle, deviation], args.real("multiplier"))
    },
};
