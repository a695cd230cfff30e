//! Intraday Intensity Index.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

/// Intraday Intensity Index.
pub(in crate::indicator) static III: Indicator = Indicator {
    name: "iii",
    title: "Intraday Intensity Index",
    summary: "The close location value per unit of volume.",
    formula: "(2 * close - high - low) / ((high - low) * volume), or 0 where the bar range is 0 or the volume is 0",
    source: "Pine Script ta.iii",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| vec![graph.add(Intensity, &args.inputs::<4>())],
};

/// Inputs: high, low, close and volume.
#[derive(Debug, Clone)]
struct Intensity;

parameters!(Intensity);

impl ElementwiseMap<4, 1> for Intensity {
    #[inline(always)]
    fn values(&self, [high, low, close, volume]: [f64; 4]) -> [f64; 1] {
        let place = (close - low) - (high - close);
        let scale = (high - low) * volume;
        [if scale == 0.0 && !place.is_nan() { 0.0 } else { place / scale }]
    }
}

elementwise_map!(Intensity: 4 => 1);
