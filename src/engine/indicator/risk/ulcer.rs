//! Ulcer Index.

use crate::indicator::builders::{drawdown_percent, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ByWindow, SquareRoot, WindowFunction, parameters, rolling};

/// Ulcer Index.
pub(in crate::indicator) static ULCER: Indicator = Indicator {
    name: "ulcer",
    title: "Ulcer Index",
    summary: "The root mean square drawdown from the rolling maximum, in percent.",
    formula: "sqrt(sma((100 * (x - highest) / highest)^2, period)), highest = max(x, period) at each bar; peak=window: highest = the maximum since the start of the window whose mean is taken",
    source: "Martin and McCann, The Investor's Guide to Fidelity Funds, 1989; with the maximum of a rolling window, as in StockCharts and the Python package ta",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::period(14),
        Param::choice(
            "peak",
            &["rolling", "window"],
            "the maximum: of the `period` values up to each bar, which reaches back two windows (rolling: StockCharts, the Python package ta), \
             or since the start of the one window (window: Stock Indicators for .NET)",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        if args.choice("peak") == "window" {
            return vec![graph.add(WithinWindow { window }, &[x])];
        }
        let below = drawdown_percent(graph, x, window);
        let square = graph.times([below, below]);
        let mean = sma(graph, square, window);
        vec![graph.add(SquareRoot, &[mean])]
    },
};

/// The root mean square of the drawdowns, in percent, from the maximum since the start of the window.
#[derive(Debug, Clone)]
struct WithinWindow {
    window: usize,
}

parameters!(WithinWindow { window });

#[derive(Clone)]
struct Drawdowns;

impl WindowFunction for Drawdowns {
    fn value(&self, window: &[f64]) -> f64 {
        let (mut peak, mut squares) = (window[0], 0.0);
        for &x in window {
            peak = if x > peak { x } else { peak };
            let below = if peak == 0.0 { 0.0 } else { 100.0 * ((peak - x) / peak) };
            squares += below * below;
        }
        (squares / window.len() as f64).sqrt()
    }
}

rolling!(WithinWindow => 1, |kernel| Box::new(ByWindow::new(Drawdowns, kernel.window)));
