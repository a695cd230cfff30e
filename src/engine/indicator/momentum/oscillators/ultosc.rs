//! Ultimate Oscillator.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{BuyingPressure, LinearCombination, SumRatio, TrueRange};

/// Ultimate Oscillator.
pub(in crate::indicator) static ULTOSC: Indicator = Indicator {
    name: "ultosc",
    title: "Ultimate Oscillator",
    summary: "The buying pressure as a share of the true range, combined over three windows, from 0 to 100.",
    formula: "100 * (4 a1 + 2 a2 + a3) / 7; an = sum of (close - min(low, close[1])) / sum of trange over period n, or 0 where the denominator is 0",
    source: "TA-Lib 0.8.3 ULTOSC",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period1", 7, 1, "the number of bars in the first window"),
        Param::bars("period2", 14, 1, "the number of bars in the second window"),
        Param::bars("period3", 28, 1, "the number of bars in the third window"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let [_, low, close] = bars;
        let above = graph.add(BuyingPressure, &[low, close]);
        let range = graph.add(TrueRange { first: false }, &bars);
        let mut periods = ["period1", "period2", "period3"].map(|name| args.integer(name));
        periods.sort_unstable();
        let [one, two, three] = periods.map(|window| graph.add(SumRatio { window, flat: 0.0 }, &[above, range]));
        let pair = graph.add(LinearCombination { first: 400.0 / 7.0, second: 200.0 / 7.0 }, &[one, two]);
        vec![graph.add(LinearCombination { first: 1.0, second: 100.0 / 7.0 }, &[pair, three])]
    },
};
