//! Woodies CCI.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{
    Aligned, Average, Centered, ElementwiseMap, Lag, Max, MeanAbsoluteDeviation, Min, NormalizedDeviation,
    elementwise_map, parameters,
};

/// Woodies CCI.
pub(in crate::indicator) static WOODIES_CCI: Indicator = Indicator {
    name: "woodies_cci",
    title: "Woodies CCI",
    summary: "A slow and a fast commodity channel index, and the trend once the slow one kept its side for five bars.",
    formula: "cci = cci(period); turbo = cci(turbo); trend = 1 where cci[1] to cci[5] are above 0, -1 where they are below 0, else 0",
    source: "Ken Wood; TradingView, Woodies CCI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 14, 2, "the period of the slow index, in bars"),
        Param::bars("turbo", 6, 2, "the period of the fast index, in bars"),
    ],
    outputs: &[
        Output { name: "cci", help: "the slow index" },
        Output { name: "turbo", help: "the fast index" },
        Output { name: "trend", help: "1 in an up trend, -1 in a down trend, else 0" },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let [slow, fast] = ["period", "turbo"].map(|name| {
            let window = args.integer(name);
            let distance = graph.add(Centered { window }, &[typical]);
            let usual = graph.add(MeanAbsoluteDeviation { window }, &[typical]);
            graph.add(NormalizedDeviation { scale: 1.0 / 0.015 }, &[distance, usual, typical])
        });
        let before = graph.add(Lag { bars: 1 }, &[slow]);
        let least = graph.add(Min { window: 5 }, &[before]);
        let most = graph.add(Max { window: 5 }, &[before]);
        let side = graph.add(Side, &[least, most]);
        vec![slow, fast, graph.add(Aligned, &[side, slow])]
    },
};

/// 1 where the least is above 0, -1 where the most is below 0, else 0.
#[derive(Debug, Clone)]
struct Side;

parameters!(Side);

impl ElementwiseMap<2, 1> for Side {
    #[inline(always)]
    fn values(&self, [least, most]: [f64; 2]) -> [f64; 1] {
        let side = if least > 0.0 { 1.0 } else { 0.0 } - if most < 0.0 { 1.0 } else { 0.0 };
        [if (least + most).is_nan() { f64::NAN } else { side }]
    }
}

elementwise_map!(Side: 2 => 1);
