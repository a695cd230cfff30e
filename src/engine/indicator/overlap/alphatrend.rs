//! AlphaTrend.

use crate::indicator::builders::{rsi, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Average, Fields, RatioToSum, Sequential, SignedFlow, Sum, TrueRange, parameters, sequential};

/// AlphaTrend.
pub(in crate::indicator) static ALPHATREND: Indicator = Indicator {
    name: "alphatrend",
    title: "AlphaTrend",
    summary: "A trailing line below the lows while money flows in and above the highs while it flows out.",
    formula: "r = multiplier * sma(tr, period) with the range of the first bar; line = max(low - r, line[1]) where f >= 50, else min(high + r, line[1]); the first line is low - r or high + r; f = mfi(period), or rsi(close, period) with flow=rsi; signals are crossings of line and line[2]",
    source: "KivancOzbilgic on TradingView, AlphaTrend",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[
        Param::bars("period", 14, 2, "the period of the range and of the flow, in bars"),
        Param::real("multiplier", 1.0, 0.0, 3e37, "the distance of the line, in mean true ranges"),
        Param::choice(
            "flow",
            &["mfi", "rsi"],
            "whether money flow or, without volume, relative strength tells the side",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close, volume] = args.inputs();
        let (window, bars) = (args.integer("period"), [high, low, close]);
        let flow = match args.choice("flow") {
            "rsi" => rsi(graph, close, window),
            _ => {
                let typical = graph.add(Average { inputs: 3 }, &bars);
                let money = graph.times([typical, volume]);
                let parts: [Port; 2] = graph.add_all(SignedFlow, &[typical, money]);
                let sums = parts.map(|part| graph.add(Sum { window }, &[part]));
                graph.add(RatioToSum { scale: 100.0, flat: 0.0 }, &sums)
            }
        };
        let range = graph.add(TrueRange { first: true }, &bars);
        let usual = sma(graph, range, window);
        let distance = graph.scaled(usual, args.real("multiplier"));
        vec![graph.add(Trail, &[high, low, distance, flow])]
    },
};

/// The line from high, low, distance and flow.
#[derive(Debug, Clone)]
struct Trail;

parameters!(Trail);

#[derive(Clone)]
struct TrailState {
    line: Option<f64>,
}

impl Sequential<4, 1> for TrailState {
    #[inline(always)]
    fn step(&mut self, [high, low, distance, flow]: [f64; 4]) -> [f64; 1] {
        let line = if flow >= 50.0 {
            let below = low - distance;
            below.max(self.line.unwrap_or(below))
        } else {
            let above = high + distance;
            above.min(self.line.unwrap_or(above))
        };
        self.line = Some(line);
        [line]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.line]);
    }
}

sequential!(Trail: 4 => 1, |_| 0, |_| TrailState { line: None });
