//! Volume Zone Oscillator.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, Hold, SignedByChange};

/// Volume Zone Oscillator.
pub(in crate::indicator) static VZO: Indicator = Indicator {
    name: "vzo",
    title: "Volume Zone Oscillator",
    summary: "The averaged signed volume in percent of averaged volume.",
    formula: "100 * ema(r, period) / ema(volume, period), r = volume where close > close[1], - volume where close < close[1], else 0; 0 where the averaged volume is 0",
    source: "W. Khalil and D. Steckler, Stocks & Commodities, May 2011",
    group: Group::Volume,
    revision: 3,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let signed = graph.add(SignedByChange { first: false }, &[close, volume]);
        let traded = graph.add(Aligned, &[volume, signed]);
        let averages = [signed, traded].map(|x| ema(graph, x, args.integer("period")));
        let share = graph.percent(averages, 100.0, 0.0);
        // Without volume both averages decay alike.
        vec![graph.add(Hold { drifts: false, after: 0 }, &[share, signed, traded])]
    },
};
