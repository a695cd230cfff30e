//! Price Volume Rank.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Change, ElementwiseMap, elementwise_map, parameters};

/// Price Volume Rank.
pub(in crate::indicator) static PVR: Indicator = Indicator {
    name: "pvr",
    title: "Price Volume Rank",
    summary: "The category, 1 to 4, of the joint direction of price and volume.",
    formula: "1 where the close did not fall and neither did the volume, 2 where only the volume fell, 3 where only the close fell, 4 where both did",
    source: "A. J. Macek, Stocks & Commodities, June 1994",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let changes = [close, volume].map(|x| graph.add(Change { bars: 1 }, &[x]));
        vec![graph.add(Quarter, &changes)]
    },
};

/// Inputs: the changes of price and volume.
#[derive(Debug, Clone)]
struct Quarter;

parameters!(Quarter);

impl ElementwiseMap<2, 1> for Quarter {
    #[inline(always)]
    fn values(&self, [price, volume]: [f64; 2]) -> [f64; 1] {
        let rank = 1.0 + if price < 0.0 { 2.0 } else { 0.0 } + if volume < 0.0 { 1.0 } else { 0.0 };
        [if (price + volume).is_nan() { f64::NAN } else { rank }]
    }
}

elementwise_map!(Quarter: 2 => 1);
