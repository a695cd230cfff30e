//! The dominant cycle by the Hilbert transform of John Ehlers (Rocket Science for Traders, 2001).
//!
//! Smoothed prices are transformed into a phasor of an in-phase and a quadrature component. Its phase difference from
//! bar to bar gives the cycle period, which in turn sets the gain of the next transform.

use std::array::from_fn;

use super::turn::by_angle;
use crate::indicator::{Graph, Port};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{BLOCK, Dense, Fields, Kernel, Memory, SkipNan, State, parameters};

/// The measured dominant cycle of `x`.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Rotation {
    /// The smoothed price.
    pub(in crate::indicator) smooth: Port,
    /// The in-phase component.
    pub(in crate::indicator) in_phase: Port,
    /// The quadrature component.
    pub(in crate::indicator) quadrature: Port,
    /// The cycle period in bars, smoothed.
    pub(in crate::indicator) period: Port,
}

impl Rotation {
    /// The cycle of `x`, measured from the bar of this index on.
    pub(in crate::indicator) fn of(graph: &mut Graph, x: Port, first: usize) -> Self {
        let [smooth, in_phase, quadrature, period] = graph.add_all(Phasor { first }, &[x]);
        Self { smooth, in_phase, quadrature, period }
    }
}

/// The smoothed input, its in-phase and quadrature components, and its cycle period.
#[derive(Debug, Clone)]
struct Phasor {
    /// The number of bars skipped before the first.
    first: usize,
}

parameters!(Phasor { first });

impl Kernel for Phasor {
    fn outputs(&self) -> usize {
        4
    }

    fn lookback(&self) -> usize {
        self.first
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn cost(&self) -> f64 {
        20.0
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(SkipNan(PhasorState { unseen: self.first, ..PhasorState::default() }))
    }
}

/// The longest lag of any term.
const BACK: usize = 6;

/// The last values of a column, oldest first.
type Tail = [f64; BACK];

/// A column of a block and its carry-over.
type Long = [f64; BACK + BLOCK];

#[derive(Clone, Default)]
struct PhasorState {
    /// The number of bars still to skip.
    unseen: usize,
    x: Tail,
    smooth: Tail,
    detrended: Tail,
    /// The Hilbert transform of the smoothed values, without its newest term.
    rest: Tail,
    quadrature: Tail,
    turn: Turn,
}

/// The state carried from bar to bar.
#[derive(Clone, Copy)]
struct Turn {
    /// The smoothed phasor.
    pointer: [f64; 2],
    /// The conjugate product of consecutive phasors: their phase difference.
    product: [f64; 2],
    /// The cycle period in steps.
    length: f64,
    /// The smoothed cycle period in steps.
    smooth_length: f64,
    /// The gain of the transform for a cycle of this period.
    scale: f64,
}

impl Default for Turn {
    fn default() -> Self {
        Self { pointer: [0.0; 2], product: [0.0; 2], length: 0.0, smooth_length: 0.0, scale: AMPLIFIED }
    }
}

/// The weights of the Hilbert transformer.
const NEAR: f64 = 0.5769;
const FAR: f64 = 0.0962;

/// The gain of the transform at period 0, and its increment per bar.
const AMPLIFIED: f64 = 0.54;
const AMPLIFIED_MORE: f64 = 0.075;

/// The smoothing constant.
const NEW: f64 = 0.2;
const OLD: f64 = 0.8;

/// Periods are stored in steps, this many per bar, so that the next gain is a plain sum.
const STEP: f64 = AMPLIFIED_MORE * NEW;

/// A full turn in radians, and the shortest and the longest cycle.
const TURN: f64 = std::f64::consts::TAU * STEP;
const SHORTEST: f64 = 6.0 * STEP;
const LONGEST: f64 = 50.0 * STEP;

impl Turn {
    /// Adds the next smoothed phasor, given by its components. This is the dependency chain from bar to bar.
    #[inline(always)]
    fn next(&mut self, [i, q]: [f64; 2]) {
        let [i_before, q_before] = self.pointer.map(|part| NEW * part);
        let real = i * i_before + (q * q_before + OLD * self.product[0]);
        let imaginary = i * q_before - (q * i_before - OLD * self.product[1]);
        (self.pointer, self.product) = ([quiet(i), quiet(q)], [quiet(real), quiet(imaginary)]);
        let before = self.length;
        let (most, least) = ((1.5 * before).clamp(SHORTEST, LONGEST), (0.67 * before).clamp(SHORTEST, LONGEST));
        let length = by_angle(TURN, self.product, before);
        let length = if length < most { length } else { most };
        let length = if length > least { length } else { least };
        self.scale = length + (OLD / NEW * before + AMPLIFIED);
        self.length = NEW * length + OLD * before;
        self.smooth_length = 0.33 * self.length + 0.67 * self.smooth_length;
    }
}

/// Flush decaying values to zero before they become subnormal.
#[inline(always)]
fn quiet(value: f64) -> f64 {
    if value.abs() < 1e-290 { silence() } else { value }
}

#[cold]
fn silence() -> f64 {
    0.0
}

fn following(tail: &Tail) -> Long {
    let mut long = [0.0; BACK + BLOCK];
    long[..BACK].copy_from_slice(tail);
    long
}

fn store_tail(tail: &mut Tail, long: &Long, len: usize) {
    tail.copy_from_slice(&long[len..len + BACK]);
}

/// The Hilbert transform of a column at `at`, without the newest term.
#[inline(always)]
fn older(column: &Long, at: usize) -> f64 {
    (NEAR * column[at - 2] - NEAR * column[at - 4]) - FAR * column[at - 6]
}

leveled! {
    /// The smoothed values after the first `skipped`, and their Hilbert transform.
    fn transform(state: &mut PhasorState, values: &[f64], skipped: usize, smoothed: &mut [f64]) -> [f64; BLOCK] {
        let (mut x, mut smooth) = (following(&state.x), following(&state.smooth));
        x[BACK..BACK + values.len()].copy_from_slice(values);
        let len = smoothed.len();
        for at in 0..len {
            let t = at + skipped + BACK;
            smooth[at + BACK] = (4.0 * x[t] + 3.0 * x[t - 1] + 2.0 * x[t - 2] + x[t - 3]) * 0.1;
        }
        let mut changes = [0.0; BLOCK];
        for at in 0..len {
            changes[at] = FAR * smooth[at + BACK] + older(&smooth, at + BACK);
        }
        smoothed.copy_from_slice(&smooth[BACK..BACK + len]);
        store_tail(&mut state.x, &x, values.len());
        store_tail(&mut state.smooth, &smooth, len);
        changes
    }

    /// The in-phase and quadrature components and the cycle periods, from that transform.
    fn turn(state: &mut PhasorState, changes: &[f64; BLOCK], outputs: [&mut [f64]; 3]) {
        let [in_phases, quadratures, lengths] = outputs;
        let len = in_phases.len();
        let (mut detrended, mut rests) = (following(&state.detrended), following(&state.rest));
        let mut quadrature = following(&state.quadrature);
        let mut turn = state.turn;
        for at in 0..len {
            let t = at + BACK;
            let (in_phase, ahead) = (detrended[t - 3], FAR * detrended[t - 3] + rests[t - 3]);
            let (rest, rest_ahead) = (older(&detrended, t), older(&quadrature, t));
            let (change, scale, [i, q]) = (changes[at], turn.scale, turn.pointer);
            // In-phase minus the transform of the quadrature, and quadrature plus the transform of the in-phase component,
            // in powers of the scale: their coefficients stay off the dependency chain from bar to bar.
            let (first, second) = ((NEW * FAR) * rest, (NEW * FAR * FAR) * change);
            let i = (NEW * in_phase + OLD * i - (NEW * rest_ahead) * scale) - (scale * scale) * (first + second * scale);
            let q = (OLD * q + (NEW * (rest + ahead)) * scale) + (scale * scale) * ((NEW * FAR) * change);
            turn.next([i, q]);
            rests[t] = rest;
            detrended[t] = change * scale;
            quadrature[t] = ((FAR * change) * scale + rest) * scale;
            in_phases[at] = in_phase;
            quadratures[at] = quadrature[t];
            lengths[at] = turn.smooth_length * (1.0 / STEP);
        }
        state.turn = turn;
        store_tail(&mut state.detrended, &detrended, len);
        store_tail(&mut state.rest, &rests, len);
        store_tail(&mut state.quadrature, &quadrature, len);
    }
}

impl Dense for PhasorState {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        let hidden = self.unseen.min(inputs.len());
        self.unseen -= hidden;
        let mut outputs = outputs.iter_mut();
        let [smooth, in_phase, quadrature, length]: [&mut [f64]; 4] = from_fn(|_| {
            let (before, shown) =
                outputs.next().expect("a state is fed as many outputs as it has").split_at_mut(hidden);
            before.fill(f64::NAN);
            shown
        });
        let changes = transform(self, inputs, hidden, smooth);
        turn(self, &changes, [in_phase, quadrature, length]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let Self { unseen, x, smooth, detrended, rest, quadrature, turn } = self;
        fields.visit(&mut [unseen, x, smooth, detrended, rest, quadrature]);
        let Turn { pointer, product, length, smooth_length, scale } = turn;
        fields.visit(&mut [pointer, product, length, smooth_length, scale]);
    }
}
