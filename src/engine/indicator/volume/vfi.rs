//! Volume Flow Indicator.

use crate::indicator::builders::{ThresholdedVolume, ema, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{
    Arithmetic, Average, Binary, Change, ElementwiseMap, Lag, SimpleReturn, StandardDeviation, Sum, elementwise_map,
    parameters,
};

/// Volume Flow Indicator.
pub(in crate::indicator) static VFI: Indicator = Indicator {
    name: "vfi",
    title: "Volume Flow Indicator",
    summary: "The net capped volume of significant moves, in units of average volume.",
    formula: "ema(sum of f over `period` bars / v, smooth), or 0 where v is 0; f = capped where t - t[1] > c, - capped where it is < -c, else 0; t = (high + low + close) / 3, c = cutoff * stddev(ln(t / t[1]), 30) * close, v = sma(volume, period)[1], capped = min(volume, cap * v)",
    source: "M. Katsanos, Stocks & Commodities, June 2004",
    group: Group::Volume,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[
        Param::period(130),
        Param::real("cutoff", 0.2, 0.0, 3e37, "the cutoff: smaller moves, in standard deviations, are ignored"),
        Param::real("cap", 2.5, 0.0, 3e37, "the cap on a bar's volume, in units of average volume"),
        Param::bars("smooth", 3, 1, "the period of the final moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close, volume] = args.inputs();
        let window = args.integer("period");
        let typical = graph.add(Average { inputs: 3 }, &[high, low, close]);
        let rate = graph.add(SimpleReturn { bars: 1 }, &[typical]);
        let logarithm = graph.add(LogOnePlus, &[rate]);
        let deviation = graph.add(StandardDeviation { window: 30, ddof: 0 }, &[logarithm]);
        let usual_move = graph.times([deviation, close]);
        let cutoff = graph.scaled(usual_move, args.real("cutoff"));
        let average = sma(graph, volume, window);
        let usual = graph.add(Lag { bars: 1 }, &[average]);
        let cap = graph.scaled(usual, args.real("cap"));
        let capped = graph.add(Arithmetic { op: Binary::Min }, &[volume, cap]);
        let change = graph.add(Change { bars: 1 }, &[typical]);
        let flow = graph.add(ThresholdedVolume, &[change, cutoff, capped]);
        let sum = graph.add(Sum { window }, &[flow]);
        let flow = graph.ratio([sum, usual], 0.0);
        vec![ema(graph, flow, args.integer("smooth"))]
    },
};

/// ln(1 + x), accurate for small x.
#[derive(Debug, Clone)]
struct LogOnePlus;

parameters!(LogOnePlus);

impl ElementwiseMap<1, 1> for LogOnePlus {
    #[inline(always)]
    fn values(&self, [x]: [f64; 1]) -> [f64; 1] {
        [libm::log1p(x)]
    }
}

elementwise_map!(LogOnePlus: 1 => 1);
