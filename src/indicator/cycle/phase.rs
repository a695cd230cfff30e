//! Where prices are in their cycle, and what is left of them without it.

use std::array::from_fn;
use std::sync::OnceLock;

use crate::indicator::cycle::Rotation;
use crate::indicator::math::{atan, sin};
use crate::indicator::{Graph, Port};
use crate::kernel::{Field, Fields, Rule, Walk, by_rule, by_walk};

/// The longest cycle, in bars.
const LONGEST: usize = 50;

/// The bars of the wheel: enough for the longest cycle, and a whole number of lanes.
const WHEEL: usize = 64;

/// The number of values that are added side by side.
const LANES: usize = 8;

/// The bars before the first that is looked at, and before the first that is shown.
pub(in crate::indicator) const FIRST: usize = 37;
pub(in crate::indicator) const SHOWN: usize = 63;

/// The phase of the cycle in degrees.
pub(in crate::indicator) fn phase(graph: &mut Graph, rotation: Rotation) -> Port {
    graph.add(Phase, &[rotation.smooth, rotation.period])
}

/// The sine of a phase in degrees, and that of a phase of 45 degrees more.
pub(in crate::indicator) fn sines(graph: &mut Graph, phase: Port) -> [Port; 2] {
    graph.add_all(Sines, &[phase])
}

/// The mean of `x` over its cycle, smoothed.
pub(in crate::indicator) fn trendline(graph: &mut Graph, x: Port, rotation: Rotation) -> Port {
    graph.add(Trendline, &[x, rotation.period])
}

/// The newest values in one piece.
#[derive(Clone)]
struct Wheel {
    at: usize,
    /// Each value twice, one wheel apart.
    values: [f64; 2 * WHEEL],
}

impl Field for Wheel {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.below(&mut self.at, WHEEL);
        fields.pass(&mut [&mut self.values]);
    }
}

impl Wheel {
    fn new() -> Self {
        Self { at: 0, values: [0.0; 2 * WHEEL] }
    }

    fn push(&mut self, value: f64) {
        self.at = (self.at + 1) % WHEEL;
        self.values[self.at] = value;
        self.values[self.at + WHEEL] = value;
    }

    /// The newest so many values, oldest first.
    fn newest(&self, count: usize) -> &[f64] {
        &self.values[self.at + WHEEL + 1 - count..=self.at + WHEEL]
    }
}

/// The whole number of bars nearest to the length of a cycle.
fn bars(period: f64) -> usize {
    ((period + 0.5) as usize).min(LONGEST)
}

/// For a cycle of so many bars, sines and cosines of its phases, the newest last and nothing before the oldest.
type Waves = [Vec<[f64; 2 * LANES]>; LONGEST + 1];

fn waves() -> &'static Waves {
    static WAVES: OnceLock<Box<Waves>> = OnceLock::new();
    WAVES.get_or_init(|| {
        Box::new(from_fn(|bars| {
            let rows = bars.div_ceil(LANES);
            let value = |row: usize, lane: usize| {
                let age = rows * LANES - 1 - (row * LANES + lane % LANES);
                let angle = std::f64::consts::TAU * age as f64 / bars as f64;
                match age < bars {
                    true if lane < LANES => libm::sin(angle),
                    true => libm::cos(angle),
                    false => 0.0,
                }
            };
            (0..rows).map(|row| from_fn(|lane| value(row, lane))).collect()
        }))
    })
}

/// The phase of the first input in the cycle whose length is the second, in degrees.
#[derive(Debug, Clone)]
struct Phase;

#[derive(Clone)]
struct Phasing {
    waves: &'static Waves,
    wheel: Wheel,
    phase: f64,
}

impl Phasing {
    /// The values of a cycle against the sine and the cosine of it.
    fn parts(&self, bars: usize) -> [f64; 2] {
        let rows = &self.waves[bars];
        let values = self.wheel.newest(rows.len() * LANES);
        let mut sums = [0.0; 2 * LANES];
        for (values, waves) in values.chunks_exact(LANES).zip(rows) {
            sums = from_fn(|lane| sums[lane] + values[lane % LANES] * waves[lane]);
        }
        let sum = |s: &[f64]| ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
        [sum(&sums[..LANES]), sum(&sums[LANES..])]
    }
}

impl Walk<2, 1> for Phasing {
    #[inline(always)]
    fn step(&mut self, [smooth, period]: [f64; 2]) -> [f64; 1] {
        self.wheel.push(smooth);
        let [sine, cosine] = self.parts(bars(period));
        let mut phase = match () {
            () if cosine != 0.0 => atan(sine / cosine).to_degrees(),
            () if sine < 0.0 => self.phase - 90.0,
            () if sine > 0.0 => self.phase + 90.0,
            () => self.phase,
        };
        phase += 90.0;
        phase += 360.0 / period;
        phase += if cosine < 0.0 { 180.0 } else { 0.0 };
        phase -= if phase > 315.0 { 360.0 } else { 0.0 };
        self.phase = phase;
        [phase]
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.wheel, &mut self.phase]);
    }
}

by_walk!(Phase: 2 => 1, |_| 0, |_| Phasing { waves: waves(), wheel: Wheel::new(), phase: 0.0 });

/// The sine of an angle in degrees, and that of 45 degrees more.
#[derive(Debug, Clone)]
struct Sines;

impl Rule<1, 2> for Sines {
    #[inline(always)]
    fn values(&self, [phase]: [f64; 1]) -> [f64; 2] {
        [phase, phase + 45.0].map(|degrees| sin(degrees.to_radians()))
    }
}

by_rule!(Sines: 1 => 2);

/// The mean of the first input over as many bars as the second says, weighted 4, 3, 2, 1 over four bars.
#[derive(Debug, Clone)]
struct Trendline;

#[derive(Clone)]
struct Averaging {
    wheel: Wheel,
    means: [f64; 3],
}

impl Walk<2, 1> for Averaging {
    #[inline(always)]
    fn step(&mut self, [x, period]: [f64; 2]) -> [f64; 1] {
        self.wheel.push(x);
        let count = bars(period);
        let values = self.wheel.newest(count);
        let mut sums = [0.0; LANES];
        let rows = values.rchunks_exact(LANES);
        let rest: f64 = rows.remainder().iter().sum();
        for row in rows {
            sums = from_fn(|lane| sums[lane] + row[lane]);
        }
        let sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])) + rest;
        let mean = if count > 0 { sum / count as f64 } else { 0.0 };
        let [one, two, three] = self.means;
        self.means = [mean, one, two];
        [(4.0 * mean + 3.0 * one + 2.0 * two + three) / 10.0]
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.wheel, &mut self.means]);
    }
}

by_walk!(Trendline: 2 => 1, |_| 0, |_| Averaging { wheel: Wheel::new(), means: [0.0; 3] });
