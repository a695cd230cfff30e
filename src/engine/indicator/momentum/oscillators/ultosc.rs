//! Ultimate Oscillator.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::UltimateOscillator;

/// Ultimate Oscillator.
pub(in crate::indicator) static ULTOSC: Indicator = Indicator {
    name: "ultosc",
    title: "Ultimate Oscillator",
    summary: "The buying pressure as a share of the true range, combined over three windows, from 0 to 100.",
    formula: "100 * (4 a1 + 2 a2 + a3) / 7; an = sum of (close - min(low, close[1])) / sum of trange over period n, or 0 where the denominator is 0",
    source: "TA-Lib 0.8.3 ULTOSC",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period1", 7, 1, "the number of bars in the first window"),
        Param::bars("period2", 14, 1, "the number of bars in the second window"),
        Param::bars("period3", 28, 1, "the number of bars in the third window"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let mut periods = ["period1", "period2", "period3"].map(|name| args.integer(name));
        periods.sort_unstable();
        vec![graph.add(UltimateOscillator { windows: periods }, &bars)]
    },
};
