//! Chop Zone.

use crate::indicator::builders::{atan, ema, previous_or_self};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Average, ElementwiseMap, Max, Min, elementwise_map, parameters};

/// Chop Zone.
pub(in crate::indicator) static CHOP_ZONE: Indicator = Indicator {
    name: "chop_zone",
    title: "Chop Zone",
    summary: "The angle of an exponential average against the range of prices, in degrees: steep in a trend, flat in chop.",
    formula: "y = (e - e[1]) / t * 25 * l / (h - l); e = ema(close, ema); t = (high + low + close) / 3; h = max(high, period); l = min(low, period); angle = atan(y) in degrees, or 0 where h = l",
    source: "TradingView, Chop Zone, without its rounding",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 30, 1, "the number of bars of the range"),
        Param::bars("ema", 34, 1, "the period of the average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let window = args.integer("period");
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let average = ema(graph, bars[2], args.integer("ema"));
        let before = previous_or_self(graph, average);
        let rise = graph.minus([average, before]);
        let slope = graph.ratio([rise, typical], 0.0);
        let highest = graph.add(Max { window }, &[bars[0]]);
        let lowest = graph.add(Min { window }, &[bars[1]]);
        let range = graph.minus([highest, lowest]);
        let span = graph.percent([lowest, range], 25.0, 0.0);
        let steepness = graph.times([slope, span]);
        vec![graph.add(Degrees, &[steepness])]
    },
};

/// The angle of a slope in degrees.
#[derive(Debug, Clone)]
struct Degrees;

parameters!(Degrees);

impl ElementwiseMap<1, 1> for Degrees {
    #[inline(always)]
    fn values(&self, [slope]: [f64; 1]) -> [f64; 1] {
        [atan(slope).to_degrees()]
    }
}

elementwise_map!(Degrees: 1 => 1);
