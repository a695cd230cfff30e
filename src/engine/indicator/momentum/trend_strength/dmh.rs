//! Directional Movement with Hann.

use crate::indicator::builders::{WeightShape, shaped_mean};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{DirectionalMovement, FirstOrder, Seed};

/// Directional Movement with Hann.
pub(in crate::indicator) static DMH: Indicator = Indicator {
    name: "dmh",
    title: "Directional Movement with Hann",
    summary: "The difference of the directional movements, smoothed exponentially and by a Hann window.",
    formula: "d = plus directional movement - minus directional movement; hann(y, period); y = y[1] + (d - y[1]) / period, from the first d on",
    source: "John Ehlers, The DMH: An Improved Directional Movement Indicator, Stocks & Commodities, December 2021",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let window = args.integer("period");
        let parts: [Port; 2] = graph.add_all(DirectionalMovement, &bars);
        let movement = graph.minus(parts);
        let share = 1.0 / window as f64;
        let smooth = graph.add(
            FirstOrder { beta: 1.0 - share, gain: share, seed: Seed::First, warm_up: 0, around_zero: true },
            &[movement],
        );
        vec![shaped_mean(graph, smooth, WeightShape::Hann, window)]
    },
};
