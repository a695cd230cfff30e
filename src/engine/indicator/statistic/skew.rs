//! Skewness.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::Skewness;

/// Skewness.
pub(in crate::indicator) static SKEW: Indicator = Indicator {
    name: "skew",
    title: "Skewness",
    summary: "The skewness of the window: positive for a longer upper tail, negative for a longer lower tail.",
    formula: "method=sample: n / ((n-1) (n-2)) * sum of ((x - mean) / s)^3, s^2 being the sample variance; method=population: mean of ((x - mean) / stddev(x, n))^3; NaN where all values are equal",
    source: "sample: pandas rolling.skew, Excel SKEW; population: scipy.stats.skew",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 30, min: 3, max: 10000 },
            help: "the number of bars in the window",
        },
        Param::choice(
            "method",
            &["sample", "population"],
            "the bias-corrected sample skewness, or that of the population",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let n = window as f64;
        let skewness = graph.add(Skewness { window }, &[x]);
        let of_values = (n - 2.0) / (n * (n - 1.0)).sqrt();
        vec![graph.scaled(skewness, if args.choice("method") == "sample" { 1.0 } else { of_values })]
    },
};
