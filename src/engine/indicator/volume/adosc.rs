//! Chaikin Oscillator.

use crate::indicator::builders::{ad, ema_from_first};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::WarmUp;

/// Chaikin Oscillator.
pub(in crate::indicator) static ADOSC: Indicator = Indicator {
    name: "adosc",
    title: "Chaikin Oscillator",
    summary: "A fast minus a slow exponential moving average of the accumulation/distribution line.",
    formula: "ema(ad, fast, seed=first) - ema(ad, slow, seed=first); output starts after the warm-up of the slower average",
    source: "TA-Lib 0.8.3 ADOSC",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[
        Param::bars("fast", 3, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 10, 2, "the period of the slow moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let line = ad(graph, args.inputs());
        let periods = [args.integer("fast"), args.integer("slow")];
        let pair = periods.map(|period| ema_from_first(graph, line, period));
        let difference = graph.minus(pair);
        vec![graph.add(WarmUp { bars: periods[0].max(periods[1]) - 1 }, &[difference])]
    },
};
