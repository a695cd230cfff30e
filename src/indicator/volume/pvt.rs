//! Price Volume Trend.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Before, Total};

/// Price Volume Trend.
pub(in crate::indicator) static PVT: Indicator = Indicator {
    name: "pvt",
    title: "Price Volume Trend",
    summary: "The quantities traded so far, each by the return of its bar.",
    formula: "y = y[1] + volume * (close - close[1]) / close[1], with nothing added where close[1] is 0; the first y is 0",
    source: "TA-Lib 0.8.3 PVT",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let before = graph.add(Before, &[close, close]);
        let change = graph.minus([close, before]);
        let returns = graph.ratio([change, before], 0.0);
        let share = graph.times([returns, volume]);
        vec![graph.add(Total, &[share])]
    },
};
