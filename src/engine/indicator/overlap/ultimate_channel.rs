//! Ultimate Channel.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, ultimate_smooth};
use crate::indicator::{Group, Indicator, Input, Param, Port};
use crate::kernel::TrueRange;

/// Ultimate Channel.
pub(in crate::indicator) static ULTIMATE_CHANNEL: Indicator = Indicator {
    name: "ultimate_channel",
    title: "Ultimate Channel",
    summary: "The ultimate smoother of the close with bands a multiple of the smoothed true range around it.",
    formula: "middle = ultimate_smoother(close, period); upper and lower = middle +- multiplier * ultimate_smoother(tr, range)",
    source: "John Ehlers, Ultimate Channel and Ultimate Bands, Stocks & Commodities, May 2024",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the period of the smoother of the close, in bars"),
        Param::bars("range", 20, 2, "the period of the smoother of the true range, in bars"),
        Param::real("multiplier", 1.0, 0.0, 3e37, "the band multiplier, in smoothed true ranges"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let range = graph.add(TrueRange { first: true }, &bars);
        let range = ultimate_smooth(graph, range, args.integer("range") as f64);
        let smooth = ultimate_smooth(graph, bars[2], args.integer("period") as f64);
        channel_bands(graph, [smooth, range], args.real("multiplier"))
    },
};
