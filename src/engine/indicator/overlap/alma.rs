//! Arnaud Legoux Moving Average.

use crate::indicator::builders::{alma, alma_between};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Arnaud Legoux Moving Average.
pub(in crate::indicator) static ALMA: Indicator = Indicator {
    name: "alma",
    title: "Arnaud Legoux Moving Average",
    summary: "A moving average with Gaussian weights, centred near the latest values.",
    formula: "sum of w * x / sum of w; w = exp(-(n - m)^2 / (2 s^2)), n = 0 at the oldest; m = offset * (period - 1), rounded down unless centre=exact; s = period / sigma",
    source: "TA-Lib 0.8.3 ALMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 9, 1, "the number of bars in the window"),
        Param::real(
            "sigma",
            6.0,
            0.01,
            3e37,
            "the narrowness of the Gaussian: its standard deviation is period / sigma",
        ),
        Param::real("offset", 0.85, 0.0, 1.0, "the centre of the Gaussian, 0 at the oldest value and 1 at the newest"),
        Param::choice(
            "centre",
            &["whole", "exact"],
            "the position of the centre: rounded down to a bar (whole: TA-Lib, QuantConnect) or between bars (exact: TradingView, pandas-ta)",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let average = if args.choice("centre") == "exact" { alma_between } else { alma };
        vec![average(graph, x, args.integer("period"), args.real("sigma"), args.real("offset"))]
    },
};
