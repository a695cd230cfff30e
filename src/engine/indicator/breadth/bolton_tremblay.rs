//! Bolton-Tremblay Indicator.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{CumulativeSum, ElementwiseMap, elementwise_map, parameters};

/// Bolton-Tremblay Indicator.
pub(in crate::indicator) static BOLTON_TREMBLAY: Indicator = Indicator {
    name: "bolton_tremblay",
    title: "Bolton-Tremblay Indicator",
    summary: "The cumulative root of net advances as a share of unchanged issues.",
    formula: "inputs: advances, declines, unchanged; y = y[1] + s * sqrt(|advances - declines| / unchanged), or y[1] where unchanged is 0; s = 1 where advances > declines, -1 where they are fewer",
    source: "Hamilton Bolton; Achelis, Technical Analysis from A to Z, 1995",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let inputs: [Port; 3] = args.inputs();
        let step = graph.add(SignedRoot, &inputs);
        vec![graph.add(CumulativeSum, &[step])]
    },
};

/// The root of the distance of the first two inputs as a share of the third, with the sign of the difference.
#[derive(Debug, Clone)]
struct SignedRoot;

parameters!(SignedRoot);

impl ElementwiseMap<3, 1> for SignedRoot {
    #[inline(always)]
    fn values(&self, [advances, declines, unchanged]: [f64; 3]) -> [f64; 1] {
        let net = advances - declines;
        let root = (net.abs() / unchanged).sqrt();
        let signed = if net < 0.0 { -root } else { root };
        [if unchanged == 0.0 && !net.is_nan() { 0.0 } else { signed }]
    }
}

elementwise_map!(SignedRoot: 3 => 1);
