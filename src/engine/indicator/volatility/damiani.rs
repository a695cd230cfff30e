//! Damiani Volatmeter.

use crate::indicator::builders::atr;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Affine, Average, Fields, Sequential, StandardDeviation, parameters, sequential};

/// Damiani Volatmeter.
pub(in crate::indicator) static DAMIANI: Indicator = Indicator {
    name: "damiani",
    title: "Damiani Volatmeter",
    summary: "The ratio of short to long average true ranges, without noise, against one of standard deviations: above it, trade.",
    formula: "u = atr(visible) / atr(sedated); volatility = u + 0.5 * (volatility[1] - volatility[3]), where those before the first are the first u; anti = threshold - stddev(t, visible_std) / stddev(t, sedated_std), t = (high + low + close) / 3; a ratio is 0 where its denominator is 0",
    source: "Luis Damiani, Volatmeter for MetaTrader; vector-ta damiani_volatmeter, with the close as t",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("visible", 13, 1, "the period of the short average true range, in bars"),
        Param::bars("visible_std", 20, 1, "the number of bars of the short standard deviation"),
        Param::bars("sedated", 40, 1, "the period of the long average true range, in bars"),
        Param::bars("sedated_std", 100, 1, "the number of bars of the long standard deviation"),
        Param::real(
            "threshold",
            1.4,
            0.0,
            3e37,
            "the level of the threshold before the ratio of deviations is taken off",
        ),
    ],
    outputs: &[
        Output { name: "volatility", help: "the ratio of ranges" },
        Output { name: "anti", help: "the threshold" },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let ranges = ["visible", "sedated"].map(|name| atr(graph, bars, args.integer(name)));
        let ratio = graph.ratio(ranges, 0.0);
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let deviations = ["visible_std", "sedated_std"]
            .map(|name| graph.add(StandardDeviation { window: args.integer(name), ddof: 0 }, &[typical]));
        let quiet = graph.ratio(deviations, 0.0);
        vec![
            graph.add(LagSuppressed, &[ratio]),
            graph.add(Affine { scale: -1.0, offset: args.real("threshold") }, &[quiet]),
        ]
    },
};

/// The input plus half of the difference of the outputs one and three bars before.
#[derive(Debug, Clone)]
struct LagSuppressed;

parameters!(LagSuppressed);

#[derive(Clone)]
struct LagSuppressedState {
    /// The last three outputs, the newest first.
    last: Option<[f64; 3]>,
}

impl Sequential<1, 1> for LagSuppressedState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let [one, two, three] = self.last.unwrap_or([x; 3]);
        let value = x + 0.5 * (one - three);
        self.last = Some([value, one, two]);
        [value]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.last]);
    }
}

sequential!(LagSuppressed: 1 => 1, |_| 0, |_| LagSuppressedState { last: None });
