//! Anchored Volume Weighted Average Price.

use crate::indicator::builders::{NBDEV, VWAP_BANDS, deviation_bands};
use crate::indicator::session::SessionMean;
use crate::indicator::{Group, Indicator, Input, Kind, Param};
use crate::kernel::{Average, ElementwiseMap, elementwise_map, parameters};

/// Anchored Volume Weighted Average Price.
pub(in crate::indicator) static ANCHORED_VWAP: Indicator = Indicator {
    name: "anchored_vwap",
    title: "Anchored Volume Weighted Average Price",
    summary: "The volume-weighted average price since an anchor time, with standard deviation bands.",
    formula: "as session_vwap, over the bars that open at the anchor or later; NaN before",
    source: "Brian Shannon, Maximum Trading Gains with Anchored VWAP, 2023",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME, Input::Time],
    params: &[
        Param {
            name: "anchor",
            // The end of the year 9999.
            kind: Kind::Integer { default: 0, min: 0, max: 253_402_300_799 },
            help: "the anchor time: seconds since the Unix epoch, UTC",
        },
        NBDEV,
    ],
    outputs: VWAP_BANDS,
    build: |graph, args| {
        let [high, low, close, volume, time] = args.inputs();
        let since = graph.add(Since { anchor: args.integer("anchor") as f64 }, &[time]);
        let typical = graph.add(Average { inputs: 3 }, &[high, low, close]);
        let mean = graph.add_all(SessionMean, &[since, typical, volume]);
        deviation_bands(graph, mean, args.real("nbdev"))
    },
};

/// A single session that starts at the anchor.
#[derive(Debug, Clone)]
struct Since {
    anchor: f64,
}

parameters!(Since { anchor });

impl ElementwiseMap<1, 1> for Since {
    #[inline(always)]
    fn values(&self, [time]: [f64; 1]) -> [f64; 1] {
        [if time >= self.anchor { 0.0 } else { f64::NAN }]
    }
}

elementwise_map!(Since: 1 => 1);
