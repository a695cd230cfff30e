//! Kalman Filter.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Kalman Filter.
pub(in crate::indicator) static KALMAN: Indicator = Indicator {
    name: "kalman",
    title: "Kalman Filter",
    summary: "The Kalman filter estimate of a random-walk price observed with noise.",
    formula: "y = y[1] + k (x - y[1]); k = (k[1] + ratio) / (k[1] + ratio + 1); y starts at the first value with k = 1",
    source: "R. E. Kalman, A New Approach to Linear RandomWalkState and Prediction Problems, 1960, for a random walk observed with noise",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::real(
        "ratio",
        0.01,
        1e-9,
        1e9,
        "the ratio of process noise variance to observation noise variance",
    )],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(RandomWalk { ratio: args.real("ratio") }, &[x])]
    },
};

/// The Kalman filter of a random walk observed with noise.
#[derive(Debug, Clone)]
struct RandomWalk {
    ratio: f64,
}

parameters!(RandomWalk { ratio });

#[derive(Clone)]
struct RandomWalkState {
    ratio: f64,
    /// The Kalman gain, which equals the posterior variance relative to the noise variance.
    gain: f64,
    level: Option<f64>,
}

impl Sequential<1, 1> for RandomWalkState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let level = self.level.map_or(x, |level| {
            let variance = self.gain + self.ratio;
            self.gain = variance / (variance + 1.0);
            level + self.gain * (x - level)
        });
        self.level = Some(level);
        [level]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.gain, &mut self.level]);
    }
}

sequential!(RandomWalk: 1 => 1, |_| 0, |kernel| RandomWalkState { ratio: kernel.ratio, gain: 1.0, level: None });
