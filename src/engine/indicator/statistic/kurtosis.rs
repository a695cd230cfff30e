//! Kurtosis.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{Affine, Kurtosis};

/// Kurtosis.
pub(in crate::indicator) static KURTOSIS: Indicator = Indicator {
    name: "kurtosis",
    title: "Kurtosis",
    summary: "The sample excess kurtosis of the window, 0 for a normal distribution.",
    formula: "method=sample: n (n+1) / ((n-1) (n-2) (n-3)) * sum of (x - mean)^4 / s^4 - 3 (n-1)^2 / ((n-2) (n-3)); s^2 is the sample variance; method=population: mean of (x - mean)^4 / variance^2 - 3; NaN where all values are equal",
    source: "TA-Lib 0.8.3 KURTOSIS",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 30, min: 4, max: 10000 },
            help: "the number of bars in the window",
        },
        Param::choice(
            "method",
            &["sample", "population"],
            "the bias-corrected kurtosis of a sample (TA-Lib, pandas, Excel) or that of the population (scipy.stats.kurtosis)",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let sample = graph.add(Kurtosis { window }, &[x]);
        if args.choice("method") == "sample" {
            return vec![sample];
        }
        // The sample kurtosis is (n - 1) / ((n - 2) (n - 3)) * ((n + 1) * population kurtosis + 6).
        let n = window as f64;
        let scale = (n - 2.0) * (n - 3.0) / ((n - 1.0) * (n + 1.0));
        vec![graph.add(Affine { scale, offset: -6.0 / (n + 1.0) }, &[sample])]
    },
};
