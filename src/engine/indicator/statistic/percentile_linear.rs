//! Percentile by linear interpolation.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::Quantiles;

/// Percentile by linear interpolation.
pub(in crate::indicator) static PERCENTILE_LINEAR: Indicator = Indicator {
    name: "percentile_linear",
    title: "Percentile, Linear Interpolation",
    summary: "The percentile of the window, interpolated linearly between ranks.",
    formula: "the value at position p of the sorted window, the lowest at position 0, interpolated linearly between its neighbours; with f = percentile / 100, method=inclusive: p = f * (period - 1); method=hazen: p = f * period - 0.5, clamped to 0 .. period - 1",
    source: "Hyndman and Fan 1996, types 7 (NumPy, pandas, Excel) and 5 (Matlab); linear interpolation between the nearest ranks, as in Pine Script ta.percentile_linear_interpolation",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 100, min: 1, max: 10000 },
            help: "the number of bars in the window",
        },
        Param::real("percentile", 50.0, 0.0, 100.0, "the percentile"),
        Param::choice("method", &["inclusive", "hazen"], "the definition of percentile positions"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, share) = (args.integer("period"), args.real("percentile") / 100.0);
        let (bars, last) = (window as f64, (window - 1) as f64);
        let place = if args.choice("method") == "hazen" { share * bars - 0.5 } else { share * last };
        let [value, _]: [Port; 2] = graph.add_all(Quantiles { window, positions: [place.clamp(0.0, last); 2] }, &[x]);
        vec![value]
    },
};
