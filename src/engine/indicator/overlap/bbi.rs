//! Bull and Bear Index.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Average;

/// Bull and Bear Index.
pub(in crate::indicator) static BBI: Indicator = Indicator {
    name: "bbi",
    title: "Bull and Bear Index",
    summary: "The mean of four simple moving averages, the line between bull and bear markets.",
    formula: "(sma(x, first) + sma(x, second) + sma(x, third) + sma(x, fourth)) / 4",
    source: "Tongdaxin formula BBI; MyTT",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("first", 3, 1, "the period of the first moving average, in bars"),
        Param::bars("second", 6, 1, "the period of the second moving average, in bars"),
        Param::bars("third", 12, 1, "the period of the third moving average, in bars"),
        Param::bars("fourth", 24, 1, "the period of the fourth moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let averages = ["first", "second", "third", "fourth"].map(|name| sma(graph, x, args.integer(name)));
        vec![graph.add(Average { inputs: 4 }, &averages)]
    },
};
