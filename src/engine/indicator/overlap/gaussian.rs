//! Gaussian Filter of N Poles.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{FirstOrder, Seed};

/// Gaussian Filter of N Poles.
pub(in crate::indicator) static GAUSSIAN: Indicator = Indicator {
    name: "gaussian",
    title: "Gaussian Filter of N Poles",
    summary: "A Gaussian low-pass filter of one to nine poles: smoother with each pole, at the price of lag.",
    formula: "y = a x + (1 - a) y[1], applied `poles` times; a = sqrt(b^2 + 2 b) - b; b = (1 - cos(2 pi / period)) / (1.414^(2 / poles) - 1); the input before the first bar is taken as its first value",
    source: "John Ehlers, Gaussian and Other Low Lag Filters; DonovanWall on TradingView, Gaussian Channel",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the cutoff period: cycles shorter than this many bars are removed"),
        Param { name: "poles", kind: Kind::Integer { default: 4, min: 1, max: 9 }, help: "the number of poles" },
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (period, poles) = (args.integer("period"), args.integer("poles"));
        let sine = libm::sin(std::f64::consts::PI / period as f64);
        let b = 2.0 * sine * sine / (libm::pow(1.414, 2.0 / poles as f64) - 1.0);
        let share = (b * b + 2.0 * b).sqrt() - b;
        let scan = FirstOrder { beta: 1.0 - share, gain: share, seed: Seed::First, warm_up: 0, around_zero: false };
        vec![(0..poles).fold(x, |x, _| graph.add(scan.clone(), &[x]))]
    },
};
