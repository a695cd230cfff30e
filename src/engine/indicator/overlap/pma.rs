//! Predictive Moving Average.

use crate::indicator::builders::wma;
use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Average, LinearCombination};

/// Predictive Moving Average.
pub(in crate::indicator) static PMA: Indicator = Indicator {
    name: "pma",
    title: "Predictive Moving Average",
    summary: "A weighted average with most of its lag removed by the average of itself, and its trigger line.",
    formula: "w = wma((high + low) / 2, 7); predict = 2 w - wma(w, 7); trigger = wma(predict, 4)",
    source: "John Ehlers, Rocket Science for Traders, 2001",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: &[
        Output { name: "predict", help: "the average with its lag removed" },
        Output { name: "trigger", help: "the average of the last four values of it" },
    ],
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let middle = graph.add(Average { inputs: 2 }, &bars);
        let once = wma(graph, middle, 7);
        let twice = wma(graph, once, 7);
        let predict = graph.add(LinearCombination { first: 2.0, second: -1.0 }, &[once, twice]);
        vec![predict, wma(graph, predict, 4)]
    },
};
