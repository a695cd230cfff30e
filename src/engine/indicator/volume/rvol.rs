//! Relative Volume.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Arithmetic, Binary, Lag};

/// Relative Volume.
pub(in crate::indicator) static RVOL: Indicator = Indicator {
    name: "rvol",
    title: "Relative Volume",
    summary: "The volume as a multiple of its average over the preceding bars.",
    formula: "volume / sma(volume, period)[1]; NaN where the preceding total volume is 0",
    source: "TA-Lib 0.8.3 RVOL",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::VOLUME],
    params: &[Param::bars("period", 20, 1, "the number of preceding bars in the average")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [volume] = args.inputs();
        let average = sma(graph, volume, args.integer("period"));
        let before = graph.add(Lag { bars: 1 }, &[average]);
        vec![graph.add(Arithmetic { op: Binary::Divide }, &[volume, before])]
    },
};
