//! Commodity Channel Index.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Absolute, Aligned, Average, Centered, MeanAbsoluteDeviation, NormalizedDeviation};

/// Commodity Channel Index.
pub(in crate::indicator) static CCI: Indicator = Indicator {
    name: "cci",
    title: "Commodity Channel Index",
    summary: "The deviation of the typical price from its mean, in units of 0.015 mean absolute deviations.",
    formula: "x = (high + low + close) / 3; (x - sma(x)) / (0.015 * mean of |x[i] - sma(x)|), or 0 where numerator or denominator is 0 within rounding; deviation=moving: the denominator is 0.015 * sma(|x - sma(x)|)",
    source: "TA-Lib 0.8.3 CCI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 14, 2, "the number of bars in the window"),
        Param::choice(
            "deviation",
            &["window", "moving"],
            "the mean absolute deviation: from the newest mean (window: Lambert, TA-Lib, Tulip Indicators, TradingView), or of each bar from the \
             mean of its own window (moving: backtrader)",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let window = args.integer("period");
        let x = graph.add(Average { inputs: 3 }, &bars);
        let distance = graph.add(Centered { window }, &[x]);
        let scale = NormalizedDeviation { scale: 1.0 / 0.015 };
        if args.choice("deviation") == "window" {
            let usual = graph.add(MeanAbsoluteDeviation { window }, &[x]);
            return vec![graph.add(scale, &[distance, usual, x])];
        }
        let size = graph.add(Absolute, &[distance]);
        let usual = sma(graph, size, window);
        // Of flat prices the distance is 0 before there is a deviation.
        let distance = graph.add(Aligned, &[distance, usual]);
        vec![graph.add(scale, &[distance, usual, x])]
    },
};
