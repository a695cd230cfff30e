//! ATR Bands.

use crate::indicator::builders::atr;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::LinearCombination;

/// ATR Bands.
pub(in crate::indicator) static ATR_BANDS: Indicator = Indicator {
    name: "atr_bands",
    title: "ATR Bands",
    summary: "Bands a multiple of the average true range above and below the close, for stops and targets.",
    formula: "close +- multiplier * atr(period)",
    source: "Wilder, New Concepts in Technical Trading Systems, 1978, for the average true range",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 14, 1, "the period of the average true range, in bars"),
        Param::real("multiplier", 3.0, 0.0, 3e37, "the band multiplier, in average true ranges"),
    ],
    outputs: &[
        Output { name: "upper", help: "the band above the close" },
        Output { name: "lower", help: "the band below the close" },
    ],
    build: |graph, args| {
        let bars = args.inputs();
        let range = atr(graph, bars, args.integer("period"));
        let multiplier = args.real("multiplier");
        [multiplier, -multiplier]
            .map(|second| graph.add(LinearCombination { first: 1.0, second }, &[bars[2], range]))
            .into()
    },
};
