//! Decycler.

use crate::indicator::builders::{Pole, previous_or_self};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Average, FirstOrder, Seed};

/// Decycler.
pub(in crate::indicator) static DECYCLER: Indicator = Indicator {
    name: "decycler",
    title: "Decycler",
    summary: "A low-pass filter that removes cycles shorter than the cutoff period.",
    formula: "y = (1 - a) y[1] + a (x + x[1]) / 2; a = (cos w + sin w - 1) / cos w; w = 2 pi / period; the input before the first bar is taken as its first value",
    source: "John Ehlers, Decyclers, Stocks & Commodities, September 2015",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 125, 5, "the cutoff period: cycles shorter than this many bars are removed")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let Pole { share } = Pole::high(std::f64::consts::PI / args.integer("period") as f64);
        let before = previous_or_self(graph, x);
        let middle = graph.add(Average { inputs: 2 }, &[x, before]);
        vec![graph.add(
            FirstOrder { beta: 1.0 - share, gain: share, seed: Seed::First, warm_up: 0, around_zero: false },
            &[middle],
        )]
    },
};
