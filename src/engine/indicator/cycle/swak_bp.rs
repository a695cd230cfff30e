//! Band-Pass Filter.

use crate::indicator::builders::band_pass;
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};

/// Band-Pass Filter.
pub(in crate::indicator) static SWAK_BP: Indicator = Indicator {
    name: "swak_bp",
    title: "Band-Pass Filter",
    summary: "A band-pass filter centred on the given cycle period, around 0.",
    formula: "Ehlers 2006: y = b (1 + a) y[1] - a y[2] + (1 - a) / 2 * (x - x[2]); b = cos(2 pi / period); a = (1 - sin t) / cos t; t = 4 pi delta / period; the input before the first bar is taken as its first value",
    source: "TA-Lib 0.8.3 SWAK_BP",
    group: Group::Cycle,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 20, min: 5, max: 2000 },
            help: "the centre period of the pass band, in bars",
        },
        Param::real("delta", 0.1, 0.05, 0.5, "the half bandwidth, as a fraction of the centre period"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let turn = 2.0 * std::f64::consts::PI / period as f64;
        vec![band_pass(graph, x, [turn, 2.0 * turn * args.real("delta")])]
    },
};
