//! Volume Weighted Average Price.

use crate::indicator::session::{ANCHOR, ANCHOR_HOURS, CALENDAR, SessionMean, UTC_OFFSET, anchor};
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Aligned, Arithmetic, Average, Binary, CumulativeSum, Ratio};

/// Volume Weighted Average Price.
pub(in crate::indicator) static VWAP: Indicator = Indicator {
    name: "vwap",
    title: "Volume Weighted Average Price",
    summary: "The volume-weighted average price since the first bar, or since the start of the day, week, month, quarter or year.",
    formula: "sum of (high + low + close) / 3 * volume so far / sum of volume so far, or 0 where the volume is 0 so far; with an anchor, since the start of the session, and (high + low + close) / 3 where the volume is 0 so far",
    source: "TA-Lib 0.8.3 VWAP",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[ANCHOR, ANCHOR_HOURS, UTC_OFFSET, CALENDAR],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close, volume] = args.inputs();
        let x = graph.add(Average { inputs: 3 }, &[high, low, close]);
        if let Some(session) = anchor(graph, args) {
            let [mean, _] = graph.add_all(SessionMean, &[session, x, volume]);
            return vec![mean];
        }
        let money = graph.add(Arithmetic { op: Binary::Multiply }, &[x, volume]);
        // A bar without a price must not contribute its volume.
        let traded = graph.add(Aligned, &[volume, money]);
        let [money, traded] = [money, traded].map(|part| graph.add(CumulativeSum, &[part]));
        vec![graph.add(Ratio { flat: 0.0 }, &[money, traded])]
    },
};
