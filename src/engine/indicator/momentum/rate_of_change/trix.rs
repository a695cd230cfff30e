//! Trix.

use crate::indicator::builders::{NESTED_SEED, ema_seeded, roc};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Trix.
pub(in crate::indicator) static TRIX: Indicator = Indicator {
    name: "trix",
    title: "Trix",
    summary: "The one-bar rate of change of a triple-smoothed exponential moving average, in percent.",
    formula: "roc(ema(ema(ema(x))), 1)",
    source: "TA-Lib 0.8.3 TRIX",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30), NESTED_SEED],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (period, seed) = (args.integer("period"), args.choice("seed"));
        let smooth = (0..3).fold(x, |x, _| ema_seeded(graph, x, period, seed));
        vec![roc(graph, smooth, 1)]
    },
};
