//! Cumulative Volume Delta.

use crate::indicator::builders::{body_flow, money_flow};
use crate::indicator::session::{CALENDAR, SessionSum, UTC_OFFSET, session};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

/// Cumulative Volume Delta.
pub(in crate::indicator) static CVD: Indicator = Indicator {
    name: "cvd",
    title: "Cumulative Volume Delta",
    summary: "The cumulative buying minus selling volume of the session, estimated from the location of each close.",
    formula: "sum of delta over the session so far; method=location: delta = ((close - low) - (high - close)) / (high - low) * volume; method=body: (close - open) / (high - low) * volume; method=tick: volume where close > open, - volume where close < open; 0 where the bar range is 0",
    source: "TradingView, Cumulative Volume Delta, with the bar itself in place of intrabar data",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME, Input::Time],
    params: &[
        Param::choice(
            "method",
            &["location", "body", "tick"],
            "the method that splits a bar's volume into buying and selling",
        ),
        Param::choice(
            "session",
            &["none", "day", "week", "month"],
            "the session at whose start the sum resets; weeks start on Monday",
        ),
        UTC_OFFSET,
        CALENDAR,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [open, high, low, close, volume, time] = args.inputs();
        let session = session(graph, time, args);
        let delta = match args.choice("method") {
            "body" => body_flow(graph, [open, high, low, close, volume]),
            "tick" => graph.add(Tick, &[open, close, volume]),
            _ => money_flow(graph, [high, low, close, volume]),
        };
        vec![graph.add(SessionSum, &[session, delta])]
    },
};

/// The third input, signed by the change from the first to the second.
#[derive(Debug, Clone)]
struct Tick;

parameters!(Tick);

impl ElementwiseMap<3, 1> for Tick {
    #[inline(always)]
    fn values(&self, [open, close, volume]: [f64; 3]) -> [f64; 1] {
        let way = close - open;
        let signed = if way < 0.0 { -volume } else { volume };
        [if way == 0.0 && !volume.is_nan() { 0.0 } else { signed + 0.0 * way }]
    }
}

elementwise_map!(Tick: 3 => 1);
