//! Relative Strength Index.

use crate::indicator::builders::{RSI_RATIO, gain_loss, rma_of_changes};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{FirstOrder, Hold, Seed, Sum, WarmUp};

/// Relative Strength Index.
pub(in crate::indicator) static RSI: Indicator = Indicator {
    name: "rsi",
    title: "Relative Strength Index",
    summary: "The share of gains in all price changes, from 0 to 100.",
    formula: "100 * gain / (gain + loss), or 50 where both are 0; gain and loss are averages of the rises and falls: method=wilder: rma(period); method=cutler: sma(period); method=ewm: as rma, but seeded with a change of 0 at the first bar, as in pandas ewm(alpha=1/period, adjust=False)",
    source: "TA-Lib 0.8.3 RSI; Cutler 1978; pandas ewm as in the Python package ta",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 2, "the period of the moving averages, in bars"),
        Param::choice("method", &["wilder", "cutler", "ewm"], "the averaging method of gains and losses"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let moves = gain_loss(graph, x);
        let [gain, loss] = moves.map(|part| match args.choice("method") {
            "cutler" => graph.add(Sum { window: period }, &[part]),
            "ewm" => ewm(graph, part, period),
            _ => rma_of_changes(graph, part, period),
        });
        let ratio = graph.add(RSI_RATIO, &[gain, loss]);
        vec![if args.choice("method") == "cutler" {
            ratio
        } else {
            graph.add(Hold { drifts: false, after: 0 }, &[ratio, moves[0], moves[1]])
        }]
    },
};

/// The average seeded with 0 at the first bar, times the period; the first bar is part of the period.
fn ewm(graph: &mut Graph, x: Port, period: usize) -> Port {
    let n = period as f64;
    let scan = graph
        .add(FirstOrder { beta: (n - 1.0) / n, gain: 1.0, seed: Seed::Sum(1), warm_up: 0, around_zero: true }, &[x]);
    graph.add(WarmUp { bars: period - 2 }, &[scan])
}
