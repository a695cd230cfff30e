//! Correlation Cycle.

use crate::indicator::builders::{atan, wave_products};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Sequential, StandardDeviation, parameters, sequential};

/// Correlation Cycle.
pub(in crate::indicator) static CORRELATION_CYCLE: Indicator = Indicator {
    name: "correlation_cycle",
    title: "Correlation Cycle",
    summary: "The correlations of prices with a cosine and a sine wave of a given period, the phase angle they make, and the state of the market.",
    formula: "real = correlation of x[i] with cos(2 pi i / period), imag = with -sin(2 pi i / period), i from 0 to period - 1, 0 where x does not move; angle = 90 + atan(real / imag) in degrees, 180 less where imag > 0, angle[1] where imag is 0, and angle[1] where that is larger by less than 270; state = 1 in an up trend, -1 in a down trend, 0 in a cycle: where the angle moved less than `threshold` degrees, 1 if it is not below 0, else -1",
    source: "John Ehlers, Correlation As A Cycle Indicator, Stocks & Commodities, June 2020",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 3, "the period of the waves, in bars"),
        Param::real("threshold", 9.0, 0.0, 360.0, "the largest move of the angle per bar in a trend, in degrees"),
    ],
    outputs: &[
        Output { name: "real", help: "the correlation with the cosine" },
        Output { name: "imag", help: "the correlation with the negative sine" },
        Output { name: "angle", help: "the phase angle in degrees" },
        Output { name: "state", help: "1 in an up trend, -1 in a down trend, 0 in a cycle" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let products = wave_products(graph, x, window);
        let deviation = graph.add(StandardDeviation { window, ddof: 0 }, &[x]);
        // The waves have mean 0 and mean square 1/2.
        let size = graph.scaled(deviation, window as f64 / std::f64::consts::SQRT_2);
        let [real, sine] = products.map(|product| graph.ratio([product, size], 0.0));
        let imag = graph.scaled(sine, -1.0);
        let [angle, state] = graph.add_all(PhaseState { threshold: args.real("threshold") }, &[real, imag]);
        vec![real, imag, angle, state]
    },
};

/// The angle of the two correlations, which does not turn back, and the state.
#[derive(Debug, Clone)]
struct PhaseState {
    threshold: f64,
}

parameters!(PhaseState { threshold });

#[derive(Clone)]
struct PhaseStateState {
    threshold: f64,
    angle: Option<f64>,
}

impl Sequential<2, 2> for PhaseStateState {
    #[inline(always)]
    fn step(&mut self, [real, imag]: [f64; 2]) -> [f64; 2] {
        let behind = if imag > 0.0 { -90.0 } else { 90.0 };
        let now = behind + atan(real / imag).to_degrees();
        let last = self.angle.unwrap_or(if imag == 0.0 { 0.0 } else { now });
        let stays = imag == 0.0 || (now < last && last - now < 270.0);
        let angle = if stays { last } else { now };
        self.angle = Some(angle);
        let trend = if angle < 0.0 { -1.0 } else { 1.0 };
        [angle, if (angle - last).abs() < self.threshold { trend } else { 0.0 }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.angle]);
    }
}

sequential!(PhaseState: 2 => 2, |_| 0, |kernel| PhaseStateState { threshold: kernel.threshold, angle: None });
