//! TD Range Expansion Index.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, Lag, Sum, elementwise_map, parameters};

/// TD Range Expansion Index.
pub(in crate::indicator) static TD_REI: Indicator = Indicator {
    name: "td_rei",
    title: "TD Range Expansion Index",
    summary: "The two-bar moves of highs and lows as a share of their absolute sum, steep trends excluded, from -100 to 100.",
    formula: "100 * sum(d, period) / sum(|h| + |l|, period), or 0 where the denominator is 0; h = high - high[2]; l = low - low[2]; d = h + l where (high >= low[5] or low[6], or high[2] >= close[7] or close[8]) and (low <= high[5] or high[6], or low[2] <= close[7] or close[8]), else 0",
    source: "Thomas DeMark, The New Science of Technical Analysis, 1994",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 5, 1, "the number of moves in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let window = args.integer("period");
        let closes = [7, 8].map(|bars| graph.add(Lag { bars }, &[close]));
        let ends = [(high, low, 1.0), (low, high, -1.0)].map(|(end, other, side)| {
            let before = graph.add(Lag { bars: 2 }, &[end]);
            let [one, two] = [5, 6].map(|bars| graph.add(Lag { bars }, &[other]));
            let meets = graph.add(Meets { side }, &[end, before, one, two, closes[0], closes[1]]);
            (meets, graph.minus([end, before]))
        });
        let [(high_meets, high_move), (low_meets, low_move)] = ends;
        let [qualified, all]: [Port; 2] = graph.add_all(Qualified, &[high_meets, low_meets, high_move, low_move]);
        let sums = [qualified, all].map(|part| graph.add(Sum { window }, &[part]));
        vec![graph.percent(sums, 100.0, 0.0)]
    },
};

/// 1 where the first input comes up to the third or fourth, or the second to the fifth or sixth, else 0.
#[derive(Debug, Clone)]
struct Meets {
    /// 1 from below, -1 from above.
    side: f64,
}

parameters!(Meets { side });

impl ElementwiseMap<6, 1> for Meets {
    #[inline(always)]
    fn values(&self, inputs: [f64; 6]) -> [f64; 1] {
        let [end, before, one, two, three, four] = inputs.map(|x| self.side * x);
        let meets = end >= one || end >= two || before >= three || before >= four;
        [if meets { 1.0 } else { 0.0 } + 0.0 * (end + before + one + two + three + four)]
    }
}

/// The sum of the third and fourth inputs where the first two are 1, else 0, and the sum of their absolute values.
#[derive(Debug, Clone)]
struct Qualified;

parameters!(Qualified);

impl ElementwiseMap<4, 2> for Qualified {
    #[inline(always)]
    fn values(&self, [one, two, high, low]: [f64; 4]) -> [f64; 2] {
        [one * two * (high + low), 0.0 * one * two + (high.abs() + low.abs())]
    }
}

elementwise_map!(Meets: 6 => 1, Qualified: 4 => 2);
