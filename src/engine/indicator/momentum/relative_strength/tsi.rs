//! True Strength Index.

use crate::indicator::overlap::ema;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Absolute, Change};

/// True Strength Index.
pub(in crate::indicator) static TSI: Indicator = Indicator {
    name: "tsi",
    title: "True Strength Index",
    summary: "The double-smoothed price change in percent of the double-smoothed absolute price change.",
    formula: "100 * ema(ema(x - x[1], first), second) / ema(ema(|x - x[1]|, first), second), or 0 where the denominator is 0",
    source: "TA-Lib 0.8.3 TSI",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("first", 25, 2, "the period of the first moving average, in bars"),
        Param::bars("second", 13, 2, "the period of the second moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let periods = [args.integer("first"), args.integer("second")];
        vec![strength(graph, x, periods)]
    },
};

/// The double-smoothed change of `x` in percent of its double-smoothed absolute change.
pub(in crate::indicator) fn strength(graph: &mut Graph, x: Port, periods: [usize; 2]) -> Port {
    let change = graph.add(Change { bars: 1 }, &[x]);
    let size = graph.add(Absolute, &[change]);
    let pair = [change, size].map(|x| periods.into_iter().fold(x, |x, period| ema(graph, x, period)));
    graph.percent(pair, 100.0, 0.0)
}
