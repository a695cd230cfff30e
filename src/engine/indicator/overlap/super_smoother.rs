//! SuperSmoother.

use crate::indicator::builders::{Pair, super_smooth};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{FirstOrder, Seed};

/// SuperSmoother.
pub(in crate::indicator) static SUPER_SMOOTHER: Indicator = Indicator {
    name: "super_smoother",
    title: "SuperSmoother",
    summary: "A two- or three-pole low-pass filter with a steep cutoff.",
    formula: "poles=2: y = (1 - b + a^2) (x + x[1]) / 2 + b y[1] - a^2 y[2]; a = exp(-1.414 pi / period); b = 2 a cos(1.414 pi / period); poles=3: y = (1 - b + c) (1 - c) x + (b + c) y[1] - (c + b c) y[2] + c^2 y[3]; a = exp(-pi / period); b = 2 a cos(1.738 pi / period); c = a^2; the input before the first bar is taken as its first value",
    source: "John Ehlers, Cycle Analytics for Traders, 2013 (two poles), and Cybernetic Analysis for Stocks and Futures, 2004 (three)",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 10, 2, "the cutoff period: cycles shorter than this many bars are removed"),
        Param { name: "poles", kind: Kind::Integer { default: 2, min: 2, max: 3 }, help: "the number of poles" },
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period") as f64;
        vec![match args.integer("poles") {
            3 => {
                let root = libm::exp(-std::f64::consts::PI / period);
                let beta = root * root;
                let once = graph.add(
                    FirstOrder { beta, gain: 1.0 - beta, seed: Seed::First, warm_up: 0, around_zero: false },
                    &[x],
                );
                Pair::of(period, 1.0, 1.738).smooth(graph, once, false)
            }
            _ => super_smooth(graph, x, period, false),
        }]
    },
};
