//! Price Volume Trend.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{CumulativeSum, ElementwiseMap, Previous, elementwise_map, parameters};

/// Price Volume Trend.
pub(in crate::indicator) static PVT: Indicator = Indicator {
    name: "pvt",
    title: "Price Volume Trend",
    summary: "The cumulative sum of volume times return.",
    formula: "y = y[1] + volume * (close - close[1]) / close[1], with 0 added where close[1] is 0; the first y is 0",
    source: "TA-Lib 0.8.3 PVT",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let before = graph.add(Previous, &[close, close]);
        let flow = graph.add(Flow, &[close, before, volume]);
        vec![graph.add(CumulativeSum, &[flow])]
    },
};

/// The third input times the return of the first over the second, or 0 where the second is 0.
#[derive(Debug, Clone)]
struct Flow;

parameters!(Flow);

impl ElementwiseMap<3, 1> for Flow {
    #[inline(always)]
    fn values(&self, [close, before, volume]: [f64; 3]) -> [f64; 1] {
        // Without a previous value all three are NaN.
        let (over, under) = if before == 0.0 { (0.0, 1.0) } else { (close - before, before) };
        [over / under * volume]
    }
}

elementwise_map!(Flow: 3 => 1);
