//! Fisher Transform.

use crate::indicator::builders::{CenteredPosition, Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Average, Fields, FirstOrder, Max, Min, Previous, Seed, Sequential, parameters, sequential};

/// Fisher Transform.
pub(in crate::indicator) static FISHER: Indicator = Indicator {
    name: "fisher",
    title: "Fisher Transform",
    summary: "The position of the median price within its range, under the Fisher transform.",
    formula: "f = ln((1 + v) / (1 - v)) / 2 + f[1] / 2; v = 0.67 v[1] + 0.66 (p - 1/2), beyond +-limit set to +-0.999; p = (m - min(m)) / (max(m) - min(m)), or 1/2 where the range is 0; m = (high + low) / 2; trigger = f[1]; both start from 0",
    source: "TA-Lib 0.8.3 FISHER",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 10, 2, "the number of bars in the range"),
        Param::real(
            "limit",
            0.99,
            0.5,
            0.999,
            "the size of v beyond which it is set to 0.999: 0.99 (Ehlers 2002, TA-Lib, Tulip Indicators, TradingView), or 0.999 to clip there only",
        ),
    ],
    outputs: &[
        Output { name: "fisher", help: "the transform" },
        Output { name: "trigger", help: "the trigger line: the transform one bar earlier" },
    ],
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let window = args.integer("period");
        let middle = graph.add(Average { inputs: 2 }, &bars);
        let highest = graph.add(Max { window }, &[middle]);
        let lowest = graph.add(Min { window }, &[middle]);
        let place = graph.add(CenteredPosition, &[middle, lowest, highest]);
        let odds = graph.add(Odds { limit: args.real("limit") }, &[place]);
        let logarithm = graph.add(Transform { function: Function::Ln }, &[odds]);
        let half = graph.scaled(logarithm, 0.5);
        let fisher =
            graph.add(FirstOrder { beta: 0.5, gain: 1.0, seed: Seed::First, warm_up: 0, around_zero: false }, &[half]);
        let zero = graph.minus([fisher, fisher]);
        vec![fisher, graph.add(Previous, &[fisher, zero])]
    },
};

/// The odds (1 + v) / (1 - v) of positions from -1/2 to 1/2, smoothed and clamped away from the ends.
#[derive(Debug, Clone)]
struct Odds {
    limit: f64,
}

parameters!(Odds { limit });

#[derive(Clone)]
struct OddsState {
    limit: f64,
    smooth: f64,
}

impl Sequential<1, 1> for OddsState {
    #[inline(always)]
    fn step(&mut self, [place]: [f64; 1]) -> [f64; 1] {
        let smooth = 0.67 * self.smooth + 0.66 * place;
        self.smooth = match () {
            () if smooth > self.limit => 0.999,
            () if smooth < -self.limit => -0.999,
            // Flush decaying values to zero before they become subnormal.
            () if smooth.abs() < 1e-290 => 0.0,
            () => smooth,
        };
        [(1.0 + self.smooth) / (1.0 - self.smooth)]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.smooth]);
    }
}

sequential!(Odds: 1 => 1, |_| 0, |kernel| OddsState { limit: kernel.limit, smooth: 0.0 });
