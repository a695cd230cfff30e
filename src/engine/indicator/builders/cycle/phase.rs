//! The phase of the dominant cycle, and the trendline: prices averaged over one cycle.

use std::array::from_fn;
use std::sync::OnceLock;

use super::rotation::Rotation;
use crate::indicator::builders::{atan, sin};
use crate::indicator::{Graph, Port};
use crate::kernel::{
    ElementwiseMap, Fields, Kernel, Memory, Sequential, State, VariableLength, VariableLengthState, elementwise_map,
    parameters, sequential,
};

/// The longest cycle, in bars.
const LONGEST: usize = 50;

/// The number of parallel partial sums, and of such rows in the longest cycle.
const LANES: usize = 8;
const ROWS: usize = LONGEST.div_ceil(LANES);

/// The index of the first bar measured, and of the first bar emitted.
pub(in crate::indicator) const PHASE_FIRST: usize = 37;
pub(in crate::indicator) const PHASE_SHOWN: usize = 63;

/// The phase of the cycle in degrees.
pub(in crate::indicator) fn phase(graph: &mut Graph, rotation: Rotation) -> Port {
    let [sine, cosine] = graph.add_all(PhaseComponents, &[rotation.smooth, rotation.period]);
    let angle = graph.add(Angle, &[sine, cosine, rotation.period]);
    graph.add(Phase, &[angle, sine, cosine])
}

/// The sine of a phase in degrees, and that of a phase of 45 degrees more.
pub(in crate::indicator) fn sines(graph: &mut Graph, phase: Port) -> [Port; 2] {
    graph.add_all(Sines, &[phase])
}

/// The mean of `x` over its cycle, smoothed. The first cycles reach back to before the bar from which they are measured,
/// so the mean reads `x` from the first bar on.
pub(in crate::indicator) fn trendline(graph: &mut Graph, x: Port, rotation: Rotation) -> Port {
    let mean = graph.add(CycleMean, &[x, rotation.period]);
    graph.add(Smooth, &[mean])
}

/// The length of a cycle, rounded to bars.
fn bars(period: f64) -> usize {
    ((period + 0.5) as usize).min(LONGEST)
}

/// The newest values, enough for the longest cycle, oldest first.
type Newest = [f64; ROWS * LANES];

/// The offset of the first row that contains the newest `bars` values: half of the rows or all of them. Most cycles fill
/// half, so the branch is predictable.
#[inline(always)]
fn first_row(bars: usize) -> usize {
    const HALF: usize = 3 * LANES;
    if bars <= ROWS * LANES - HALF { HALF } else { 0 }
}

/// The dot product.
#[inline(always)]
fn sum(values: &[f64], weights: &[f64]) -> f64 {
    let mut s = [0.0; LANES];
    for (values, weights) in values.chunks_exact(LANES).zip(weights.chunks_exact(LANES)) {
        for lane in 0..LANES {
            s[lane] += values[lane] * weights[lane];
        }
    }
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// For each cycle length, the sines and cosines of the phases of the newest bars, and 0 before those.
type Waves = [[Newest; 2]; LONGEST + 1];

fn waves() -> &'static Waves {
    static WAVES: OnceLock<Box<Waves>> = OnceLock::new();
    WAVES.get_or_init(|| {
        let wave = |bars: usize, of: fn(f64) -> f64| {
            from_fn(|at| {
                let age = ROWS * LANES - 1 - at;
                if age < bars { of(std::f64::consts::TAU * age as f64 / bars as f64) } else { 0.0 }
            })
        };
        Box::new(from_fn(|bars| [wave(bars, libm::sin), wave(bars, libm::cos)]))
    })
}

/// The correlations of the first input with sine and cosine of the cycle whose length is the second input.
#[derive(Debug, Clone)]
struct PhaseComponents;

parameters!(PhaseComponents);

#[derive(Clone)]
struct WaveProducts(&'static Waves);

impl VariableLength<{ ROWS * LANES }, 2> for WaveProducts {
    #[inline(always)]
    fn values(&self, newest: &Newest, period: f64) -> [f64; 2] {
        let bars = bars(period);
        let first = first_row(bars);
        self.0[bars].each_ref().map(|wave| sum(&newest[first..], &wave[first..]))
    }
}

/// The angle of the sine and cosine components in degrees, one bar ahead; without the arc tangent where the cosine is 0.
#[derive(Debug, Clone)]
struct Angle;

parameters!(Angle);

impl ElementwiseMap<3, 1> for Angle {
    #[inline(always)]
    fn values(&self, [sine, cosine, period]: [f64; 3]) -> [f64; 1] {
        let angle = atan(sine / cosine).to_degrees();
        let angle = if cosine == 0.0 { 0.0 * sine } else { angle } + 90.0;
        [angle + 360.0 / period + if cosine < 0.0 { 180.0 } else { 0.0 }]
    }
}

elementwise_map!(Angle: 3 => 1);

/// The phase from angle, sine and cosine: where the cosine is 0, it continues from the previous bar.
#[derive(Debug, Clone)]
struct Phase;

parameters!(Phase);

#[derive(Clone)]
struct PhaseState {
    phase: f64,
}

impl Sequential<3, 1> for PhaseState {
    #[inline(always)]
    fn step(&mut self, [angle, sine, cosine]: [f64; 3]) -> [f64; 1] {
        let phase = if cosine == 0.0 { continued(self.phase, sine) + angle } else { angle };
        self.phase = if phase > 315.0 { phase - 360.0 } else { phase };
        [self.phase]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.phase]);
    }
}

/// The phase where the cosine is 0.
#[cold]
fn continued(before: f64, sine: f64) -> f64 {
    match () {
        () if sine < 0.0 => before - 90.0,
        () if sine > 0.0 => before + 90.0,
        () => before,
    }
}

sequential!(Phase: 3 => 1, |_| 0, |_| PhaseState { phase: 0.0 });

/// The sine of an angle in degrees, and that of 45 degrees more.
#[derive(Debug, Clone)]
struct Sines;

parameters!(Sines);

impl ElementwiseMap<1, 2> for Sines {
    #[inline(always)]
    fn values(&self, [phase]: [f64; 1]) -> [f64; 2] {
        [phase, phase + 45.0].map(|degrees| sin(degrees.to_radians()))
    }
}

elementwise_map!(Sines: 1 => 2);

/// The mean of the first input over a cycle, whose length is the second input.
#[derive(Debug, Clone)]
struct CycleMean;

parameters!(CycleMean);

#[derive(Clone)]
struct CycleMeanRule;

/// Zeros followed by ones: a window of it weights the newest values.
const ONES: [f64; 2 * ROWS * LANES] = {
    let mut ones = [0.0; 2 * ROWS * LANES];
    let mut at = ROWS * LANES;
    while at < ones.len() {
        ones[at] = 1.0;
        at += 1;
    }
    ones
};

impl VariableLength<{ ROWS * LANES }, 1> for CycleMeanRule {
    #[inline(always)]
    fn values(&self, newest: &Newest, period: f64) -> [f64; 1] {
        let bars = bars(period);
        let first = first_row(bars);
        let sum = sum(&newest[first..], &ONES[first + bars..ROWS * LANES + bars]);
        [if bars > 0 { sum / bars as f64 } else { 0.0 }]
    }
}

/// Implements `Kernel` for functions of the newest values and the cycle length.
macro_rules! by_cycle {
    ($($kernel:ty: $outputs:literal, $rule:expr);+ $(;)?) => {$(
        impl Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                0
            }

            fn memory(&self) -> Memory {
                Memory::Unbounded
            }

            fn start(&self) -> Box<dyn State> {
                Box::new(VariableLengthState::<_, { ROWS * LANES }, $outputs>::new($rule))
            }
        }
    )+};
}

by_cycle!(PhaseComponents: 2, WaveProducts(waves()); CycleMean: 1, CycleMeanRule);

/// The mean of four bars, weighted 4, 3, 2, 1; bars before the first are 0.
#[derive(Debug, Clone)]
struct Smooth;

parameters!(Smooth);

#[derive(Clone)]
struct SmoothState {
    before: [f64; 3],
}

impl Sequential<1, 1> for SmoothState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let [one, two, three] = self.before;
        self.before = [x, one, two];
        [(4.0 * x + 3.0 * one + 2.0 * two + three) / 10.0]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before]);
    }
}

sequential!(Smooth: 1 => 1, |_| 0, |_| SmoothState { before: [0.0; 3] });
