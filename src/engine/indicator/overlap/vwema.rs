//! Volume Weighted Exponential Moving Average.

use crate::indicator::overlap::ema;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Aligned, Arithmetic, Binary};

/// Volume Weighted Exponential Moving Average.
pub(in crate::indicator) static VWEMA: Indicator = Indicator {
    name: "vwema",
    title: "Volume Weighted Exponential Moving Average",
    summary: "The volume-weighted average price with exponentially decaying weights.",
    formula: "ema(x * volume, period) / ema(volume, period); NaN while no volume has been traded",
    source: "Buff Dormeier, Investing with Volume Analysis, 2011",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::bars("period", 20, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x, volume] = args.inputs();
        vec![vwema(graph, [x, volume], args.integer("period"))]
    },
};

/// The volume weighted exponential average of a price, given with the volume.
pub(in crate::indicator) fn vwema(graph: &mut Graph, [x, volume]: [Port; 2], period: usize) -> Port {
    let money = graph.times([x, volume]);
    let traded = graph.add(Aligned, &[volume, money]);
    let averages = [money, traded].map(|part| ema(graph, part, period));
    graph.add(Arithmetic { op: Binary::Divide }, &averages)
}
