//! Keltner Channel Width.

use crate::indicator::builders::ema_from_first;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::TrueRange;

/// Keltner Channel Width.
pub(in crate::indicator) static KCW: Indicator = Indicator {
    name: "kcw",
    title: "Keltner Channel Width",
    summary: "The width of Pine's Keltner Channels as a fraction of the middle line.",
    formula: "2 * multiplier * ema(span) / ema(close), both averages seeded with their first value; range=true: span is tr; range=high_low: high - low; 0 where the middle is 0",
    source: "Pine Script ta.kcw",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the period of the moving averages, in bars"),
        Param::real("multiplier", 2.0, 0.0, 3e37, "the band multiplier, in averaged ranges"),
        Param::choice("range", &["true", "high_low"], "the range: true range, or high minus low"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let [high, low, close] = bars;
        let span = match args.choice("range") {
            "high_low" => graph.minus([high, low]),
            _ => graph.add(TrueRange { first: true }, &bars),
        };
        let averages = [span, close].map(|x| ema_from_first(graph, x, args.integer("period")));
        vec![graph.percent(averages, 2.0 * args.real("multiplier"), 0.0)]
    },
};
