//! Special K.

use crate::indicator::builders::{roc, sma};
use crate::indicator::{Group, Indicator, Input, Output};

/// Special K.
pub(in crate::indicator) static SPECIAL_K: Indicator = Indicator {
    name: "special_k",
    title: "Special K",
    summary: "The weighted sum of twelve smoothed rates of change, from short-term to long-term.",
    formula: "sum of w * sma(roc(x, n), m); n, m, w = 10 10 1, 15 10 2, 20 10 3, 30 15 4, 40 50 1, 65 65 2, 75 75 3, 100 100 4, 195 130 1, 265 130 2, 390 130 3, 530 195 4",
    source: "Martin Pring, Special K, Stocks & Commodities, December 2008; StockCharts",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let legs = LEGS.map(|(bars, window, weight)| {
            let rate = roc(graph, x, bars);
            let average = sma(graph, rate, window);
            graph.scaled(average, weight)
        });
        vec![legs[1..].iter().fold(legs[0], |sum, &leg| graph.plus([sum, leg]))]
    },
};

/// The lag of each rate of change, the period of its average, and its weight.
const LEGS: [(usize, usize, f64); 12] = [
    (10, 10, 1.0),
    (15, 10, 2.0),
    (20, 10, 3.0),
    (30, 15, 4.0),
    (40, 50, 1.0),
    (65, 65, 2.0),
    (75, 75, 3.0),
    (100, 100, 4.0),
    (195, 130, 1.0),
    (265, 130, 2.0),
    (390, 130, 3.0),
    (530, 195, 4.0),
];
