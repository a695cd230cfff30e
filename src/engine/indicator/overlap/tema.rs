//! Triple Exponential Moving Average.

use crate::indicator::overlap::ema;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Arithmetic, Binary, LinearCombination};

/// Triple Exponential Moving Average.
pub(in crate::indicator) static TEMA: Indicator = Indicator {
    name: "tema",
    title: "Triple Exponential Moving Average",
    summary: "A triple exponential moving average, which cancels most of the lag.",
    formula: "3 * ema(x) - 3 * ema(ema(x)) + ema(ema(ema(x)))",
    source: "TA-Lib 0.8.3 TEMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![tema(graph, x, args.integer("period"))]
    },
};

/// The triple exponential moving average of `x`.
pub(in crate::indicator) fn tema(graph: &mut Graph, x: Port, period: usize) -> Port {
    let once = ema(graph, x, period);
    let twice = ema(graph, once, period);
    let thrice = ema(graph, twice, period);
    let lag = graph.add(Arithmetic { op: Binary::Subtract }, &[once, twice]);
    graph.add(LinearCombination { first: 3.0, second: 1.0 }, &[lag, thrice])
}
