//! Double Smoothed Stochastic.

use crate::indicator::builders::{ema, raw_stochastic};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Double Smoothed Stochastic.
pub(in crate::indicator) static DSS: Indicator = Indicator {
    name: "dss",
    title: "Double Smoothed Stochastic",
    summary: "The stochastic of the smoothed stochastic, smoothed again, from 0 to 100.",
    formula: "ema(s(k), ema); k = ema(s(close), ema); s(v) = 100 * (v - min) / (max - min) over stoch bars, min and max being those of low and high for the close and of k itself for k, or 0 where the range is 0",
    source: "Walter Bressert, The Power of Oscillator/Cycle Combinations, 1991",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("stoch", 13, 1, "the number of bars in the ranges"),
        Param::bars("ema", 8, 1, "the period of the moving averages, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let (window, period) = (args.integer("stoch"), args.integer("ema"));
        let place = raw_stochastic(graph, args.inputs(), window);
        let smooth = ema(graph, place, period);
        let again = raw_stochastic(graph, [smooth; 3], window);
        vec![ema(graph, again, period)]
    },
};
