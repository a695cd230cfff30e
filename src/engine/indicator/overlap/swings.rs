//! Swing Highs and Lows.

use crate::indicator::overlap::pivothigh::{LEFT, RIGHT, swing_high, swing_low};
use crate::indicator::{Args, Graph, Group, Indicator, Input, Output, Port};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Swing Highs and Lows.
pub(in crate::indicator) static SWINGS: Indicator = Indicator {
    name: "swings",
    title: "Swing Highs and Lows",
    summary: "The latest confirmed swing high and swing low.",
    formula: "high = the latest pivothigh(left, right) so far; low = the latest pivotlow(left, right) so far",
    source: "Pine Script ta.valuewhen of ta.pivothigh and ta.pivotlow",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[LEFT, RIGHT],
    outputs: &[
        Output { name: "high", help: "the price of the latest swing high" },
        Output { name: "low", help: "the price of the latest swing low" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        swings(graph, [high, low], args).into()
    },
};

/// The latest swing high and swing low, by the parameters `left` and `right`.
pub(in crate::indicator) fn swings(graph: &mut Graph, [high, low]: [Port; 2], args: &Args<'_>) -> [Port; 2] {
    let (left, right) = (args.integer("left"), args.integer("right"));
    let (high, low) = (swing_high(graph, high, left, right), swing_low(graph, low, left, right));
    [graph.add(Newest { sign: 1.0 }, &high), graph.add(Newest { sign: -1.0 }, &low)]
}

/// The first input at the last bar where it exceeded the other two in the direction of the sign.
#[derive(Debug, Clone)]
struct Newest {
    sign: f64,
}

parameters!(Newest { sign });

#[derive(Clone)]
struct Holding {
    sign: f64,
    price: f64,
}

impl Sequential<3, 1> for Holding {
    #[inline(always)]
    fn step(&mut self, bar: [f64; 3]) -> [f64; 1] {
        let [at, before, since] = bar.map(|value| value * self.sign);
        if at > before && at > since {
            self.price = bar[0];
        }
        [self.price]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.price]);
    }
}

sequential!(Newest: 3 => 1, |_| 0, |kernel| Holding { sign: kernel.sign, price: f64::NAN });
