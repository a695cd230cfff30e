//! Holt-Winters Moving Average.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Holt-Winters Moving Average.
pub(in crate::indicator) static HWMA: Indicator = Indicator {
    name: "hwma",
    title: "Holt-Winters Moving Average",
    summary: "A Holt-Winters moving average, which tracks level, velocity and acceleration.",
    formula: "y = f + v + a / 2; f = (1 - level) (f[1] + v[1] + a[1] / 2) + level x; v = (1 - speed) (v[1] + a[1]) + speed (f - f[1]); a = (1 - change) a[1] + change (v - v[1]); f starts at the first value, v and a at 0",
    source: "MetaQuotes HWMA; pandas-ta hwma",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::real("level", 0.2, 0.0, 1.0, "the smoothing constant of the level"),
        Param::real("speed", 0.1, 0.0, 1.0, "the smoothing constant of the velocity"),
        Param::real("change", 0.1, 0.0, 1.0, "the smoothing constant of the acceleration"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let shares = ["level", "speed", "change"].map(|name| args.real(name));
        vec![graph.add(HoltWinters { shares }, &[x])]
    },
};

/// The moving average with smoothing constants for level, velocity and acceleration.
#[derive(Debug, Clone)]
struct HoltWinters {
    shares: [f64; 3],
}

parameters!(HoltWinters { shares });

#[derive(Clone)]
struct HoltWintersState {
    shares: [f64; 3],
    level: Option<f64>,
    speed: f64,
    change: f64,
}

impl Sequential<1, 1> for HoltWintersState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let [level_share, speed_share, change_share] = self.shares;
        let before = self.level.unwrap_or(x);
        let level = (1.0 - level_share) * (before + self.speed + 0.5 * self.change) + level_share * x;
        let speed = (1.0 - speed_share) * (self.speed + self.change) + speed_share * (level - before);
        let change = (1.0 - change_share) * self.change + change_share * (speed - self.speed);
        (self.level, self.speed, self.change) = (Some(level), speed, change);
        [level + speed + 0.5 * change]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.level, &mut self.speed, &mut self.change]);
    }
}

sequential!(HoltWinters: 1 => 1, |_| 0, |kernel| HoltWintersState {
    shares: kernel.shares,
    level: None,
    speed: 0.0,
    change: 0.0,
});
