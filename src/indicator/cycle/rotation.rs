//! The cycle that prices go through, by the Hilbert transform of John Ehlers (Rocket Science for Traders, 2001).
//!
//! Prices are smoothed and turned into a pointer of two parts, in phase and a quarter turn behind. How far the pointer
//! turns from bar to bar tells the length of the cycle, and that is what the next turn is measured with.

use crate::indicator::{Graph, Port};
use crate::kernel::{BLOCK, Fields, Kernel, Memory, State, exists};

/// What is known of the cycle of `x`.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Rotation {
    /// The smoothed price.
    pub(in crate::indicator) smooth: Port,
    /// The part of the pointer in phase.
    pub(in crate::indicator) in_phase: Port,
    /// The part a quarter turn behind.
    pub(in crate::indicator) quadrature: Port,
    /// The length of the cycle in bars, smoothed.
    pub(in crate::indicator) period: Port,
}

impl Rotation {
    /// The cycle of `x`, looked at from the bar with so many bars before it.
    pub(in crate::indicator) fn of(graph: &mut Graph, x: Port, first: usize) -> Self {
        let [smooth, in_phase, quadrature, period] = graph.add_all(Pointer { first }, &[x]);
        Self { smooth, in_phase, quadrature, period }
    }
}

/// The smoothed input, the two parts of its pointer, and the length of its cycle.
#[derive(Debug, Clone)]
struct Pointer {
    /// The number of bars before the first that counts.
    first: usize,
}

impl Kernel for Pointer {
    fn outputs(&self) -> usize {
        4
    }

    fn lookback(&self) -> usize {
        self.first
    }

    fn memory(&self) -> Memory {
        Memory::Whole
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Turning { unseen: self.first, ..Turning::default() })
    }
}

/// The most bars that anything looks back.
const BACK: usize = 9;

/// A column of values with those before it.
#[derive(Clone)]
struct Tail([f64; BACK]);

impl Default for Tail {
    fn default() -> Self {
        Self([0.0; BACK])
    }
}

#[derive(Clone, Default)]
struct Turning {
    /// The bars to come before the first that counts.
    unseen: usize,
    x: Tail,
    smooth: Tail,
    detrended: Tail,
    quadrature: Tail,
    turn: Turn,
}

/// What is carried from bar to bar.
#[derive(Clone, Copy, Default)]
struct Turn {
    /// The pointer, smoothed.
    pointer: [f64; 2],
    /// The product of one pointer and the next: how far it turned.
    product: [f64; 2],
    /// The length of the cycle.
    period: f64,
    /// The same, smoothed.
    smooth_period: f64,
}

/// The weights of the Hilbert transformer.
const NEAR: f64 = 0.5769;
const FAR: f64 = 0.0962;

/// A column of a block and what was before it.
type Long = [f64; BACK + BLOCK];

impl Tail {
    fn followed_by(&self) -> Long {
        let mut long = [0.0; BACK + BLOCK];
        long[..BACK].copy_from_slice(&self.0);
        long
    }

    fn keep(&mut self, long: &Long, len: usize) {
        self.0.copy_from_slice(&long[len..len + BACK]);
    }
}

impl Turn {
    /// The length of the cycle after a pointer of these parts.
    #[inline(always)]
    fn next(&mut self, in_phase: f64, quadrature: f64) {
        let [i, q] = [0.2 * in_phase + 0.8 * self.pointer[0], 0.2 * quadrature + 0.8 * self.pointer[1]];
        let [i_before, q_before] = self.pointer;
        let real = 0.2 * (i * i_before + q * q_before) + 0.8 * self.product[0];
        let imaginary = 0.2 * (i * q_before - q * i_before) + 0.8 * self.product[1];
        (self.pointer, self.product) = ([i, q].map(quiet), [real, imaginary].map(quiet));
        let before = self.period;
        let mut period = before;
        if real != 0.0 && imaginary != 0.0 {
            period = std::f64::consts::TAU / libm::atan(imaginary / real);
        }
        let (longest, shortest) = (1.5 * before, 0.67 * before);
        period = if period > longest { longest } else { period };
        period = if period < shortest { shortest } else { period };
        period = period.clamp(6.0, 50.0);
        self.period = 0.2 * period + 0.8 * before;
        self.smooth_period = 0.33 * self.period + 0.67 * self.smooth_period;
    }
}

/// What decays towards nothing ends there.
#[inline(always)]
fn quiet(value: f64) -> f64 {
    if value.abs() < 1e-290 { 0.0 } else { value }
}

/// The Hilbert transform of a column at `at`.
#[inline(always)]
fn transform(column: &Long, at: usize) -> f64 {
    (FAR * column[at] - FAR * column[at - 6]) + (NEAR * column[at - 2] - NEAR * column[at - 4])
}

impl Turning {
    /// The values at bars that all have one.
    fn run(&mut self, values: &[f64], outputs: &mut [[f64; BLOCK]; 4]) {
        let hidden = self.unseen.min(values.len());
        self.unseen -= hidden;
        let mut x = self.x.followed_by();
        x[BACK..BACK + values.len()].copy_from_slice(values);
        let [mut smooth, mut detrended, mut quadrature] =
            [&self.smooth, &self.detrended, &self.quadrature].map(Tail::followed_by);
        for output in outputs.iter_mut() {
            output[..hidden].fill(f64::NAN);
        }
        for at in hidden..values.len() {
            let t = at + BACK;
            smooth[t] = (4.0 * x[t] + 3.0 * x[t - 1] + 2.0 * x[t - 2] + x[t - 3]) * 0.1;
            let scale = 0.075 * self.turn.period + 0.54;
            detrended[t] = transform(&smooth, t) * scale;
            quadrature[t] = transform(&detrended, t) * scale;
            let in_phase = detrended[t - 3];
            let in_phase_ahead = transform(&detrended, t - 3) * scale;
            let quadrature_ahead = transform(&quadrature, t) * scale;
            self.turn.next(in_phase - quadrature_ahead, quadrature[t] + in_phase_ahead);
            outputs[0][at] = smooth[t];
            outputs[1][at] = in_phase;
            outputs[2][at] = quadrature[t];
            outputs[3][at] = self.turn.smooth_period;
        }
        let kept = [(&mut self.x, &x), (&mut self.smooth, &smooth)];
        let kept = kept.into_iter().chain([(&mut self.detrended, &detrended), (&mut self.quadrature, &quadrature)]);
        kept.for_each(|(tail, long)| tail.keep(long, values.len()));
    }
}

impl State for Turning {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let mut dense = [0.0; BLOCK];
        let mut count = 0;
        for value in inputs[0].iter().filter(|value| exists(**value)) {
            dense[count] = *value;
            count += 1;
        }
        let mut found = [[0.0; BLOCK]; 4];
        self.run(&dense[..count], &mut found);
        for (output, found) in outputs.iter_mut().zip(&found) {
            let mut next = found.iter();
            for (output, input) in output.iter_mut().zip(inputs[0]) {
                *output = if exists(*input) { *next.next().expect("as many as exist") } else { f64::NAN };
            }
        }
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [
            &mut self.unseen,
            &mut self.x.0,
            &mut self.smooth.0,
            &mut self.detrended.0,
            &mut self.quadrature.0,
        ]);
        let Turn { pointer, product, period, smooth_period } = &mut self.turn;
        fields.pass(&mut [pointer, product, period, smooth_period]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
