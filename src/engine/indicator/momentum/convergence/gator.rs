//! Gator Oscillator.

use crate::indicator::builders::alligator;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Absolute, Aligned, Lag};

/// Gator Oscillator.
pub(in crate::indicator) static GATOR: Indicator = Indicator {
    name: "gator",
    title: "Gator Oscillator",
    summary: "The distances between the Alligator lines, with their display shifts applied, plotted above and below 0.",
    formula: "upper = |jaw[8] - teeth[5]|; lower = -|teeth[5] - lips[3]|; jaw, teeth and lips as in alligator",
    source: "Bill Williams, New Trading Dimensions, 1998",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("jaw", 13, 1, "the period of the slow moving average, in bars"),
        Param::bars("teeth", 8, 1, "the period of the medium moving average, in bars"),
        Param::bars("lips", 5, 1, "the period of the fast moving average, in bars"),
    ],
    outputs: &[
        Output { name: "upper", help: "the distance between jaw and teeth" },
        Output { name: "lower", help: "the distance between teeth and lips, negated" },
    ],
    build: |graph, args| {
        let periods = ["jaw", "teeth", "lips"].map(|name| args.integer(name));
        let bars: [Port; 2] = args.inputs();
        let [jaw, teeth, lips] = alligator(graph, bars, periods);
        let [jaw, teeth, lips] = [(jaw, 8), (teeth, 5), (lips, 3)].map(|(line, bars)| graph.add(Lag { bars }, &[line]));
        let [upper, lower] = [[jaw, teeth], [teeth, lips]].map(|pair| {
            let difference = graph.minus(pair);
            graph.add(Absolute, &[difference])
        });
        let lower = graph.scaled(lower, -1.0);
        [upper, lower].map(|x| graph.add(Aligned, &[x, bars[0], bars[1]])).into()
    },
};
