//! Volume flows, and bands around a volume-weighted mean.

use crate::indicator::{Graph, Output, Param, Port};
use crate::kernel::{CumulativeSum, ElementwiseMap, LinearCombination, MoneyFlowVolume, elementwise_map, parameters};

/// The accumulation/distribution line of high, low, close and volume.
pub(in crate::indicator) fn ad(graph: &mut Graph, bars: [Port; 4]) -> Port {
    let flow = money_flow(graph, bars);
    graph.add(CumulativeSum, &[flow])
}

/// The volume weighted by the close location value.
pub(in crate::indicator) fn money_flow(graph: &mut Graph, bars: [Port; 4]) -> Port {
    graph.add(MoneyFlowVolume, &bars)
}

/// The volume times the body as a fraction of the range.
pub(in crate::indicator) fn body_flow(graph: &mut Graph, bars: [Port; 5]) -> Port {
    graph.add(BodyFlow, &bars)
}

/// Inputs: open, high, low, close and volume.
#[derive(Debug, Clone)]
struct BodyFlow;

parameters!(BodyFlow);

impl ElementwiseMap<5, 1> for BodyFlow {
    #[inline(always)]
    fn values(&self, [open, high, low, close, volume]: [f64; 5]) -> [f64; 1] {
        let range = high - low;
        let way = close - open;
        let flow = way / range * volume;
        [if range == 0.0 && !(way + volume).is_nan() { 0.0 } else { flow }]
    }
}

elementwise_map!(BodyFlow: 5 => 1);

/// The third input, signed by the first where that exceeds the second in size, else 0.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct ThresholdedVolume;

parameters!(ThresholdedVolume);

impl ElementwiseMap<3, 1> for ThresholdedVolume {
    #[inline(always)]
    fn values(&self, [moved, cutoff, volume]: [f64; 3]) -> [f64; 1] {
        let against = if moved < -cutoff { -volume } else { 0.0 };
        let signed = if moved > cutoff { volume } else { against };
        [if (moved + cutoff + volume).is_nan() { f64::NAN } else { signed }]
    }
}

elementwise_map!(ThresholdedVolume: 3 => 1);

/// The distance of the bands from the mean.
pub(in crate::indicator) const NBDEV: Param =
    Param::real("nbdev", 1.0, -3e37, 3e37, "the band multiplier, in standard deviations");

/// The outputs of a volume-weighted average price with bands.
pub(in crate::indicator) const VWAP_BANDS: &[Output] = &[
    Output { name: "vwap", help: "the volume-weighted average price" },
    Output { name: "upper", help: "the upper band" },
    Output { name: "lower", help: "the lower band" },
];

/// A mean with bands a multiple of the standard deviation around it.
pub(in crate::indicator) fn deviation_bands(graph: &mut Graph, mean_and_deviation: [Port; 2], nbdev: f64) -> Vec<Port> {
    let mut band = |second: f64| graph.add(LinearCombination { first: 1.0, second }, &mean_and_deviation);
    vec![mean_and_deviation[0], band(nbdev), band(-nbdev)]
}
