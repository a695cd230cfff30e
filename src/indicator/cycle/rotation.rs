//! The cycle that prices go through, by the Hilbert transform of John Ehlers (Rocket Science for Traders, 2001).
//!
//! Prices are smoothed and turned into a pointer of two parts, in phase and a quarter turn behind. How far the pointer
//! turns from bar to bar tells the length of the cycle, and that is what the next turn is measured with.

use std::ops::Range;

use super::turn::Lengths;
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
#[derive(Clone, Copy)]
struct Turn {
    lengths: &'static Lengths,
    /// The pointer, smoothed.
    pointer: [f64; 2],
    /// The product of one pointer and the next: how far it turned.
    product: [f64; 2],
    /// The length of the cycle.
    period: f64,
    /// The same, smoothed.
    smooth_period: f64,
    /// By how much the transform is amplified for a cycle of this length.
    scale: f64,
}

impl Default for Turn {
    fn default() -> Self {
        let lengths = Lengths::table();
        Self { lengths, pointer: [0.0; 2], product: [0.0; 2], period: 0.0, smooth_period: 0.0, scale: 0.54 }
    }
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
    ///
    /// Each bar waits for the one before it here, so what does not depend on the pointer is computed first.
    #[inline(always)]
    fn next(&mut self, in_phase: f64, quadrature: f64) {
        let [i_before, q_before] = self.pointer;
        let (i, q) = (0.2 * in_phase + 0.8 * i_before, 0.2 * quadrature + 0.8 * q_before);
        let real = i * (0.2 * i_before) + (q * (0.2 * q_before) + 0.8 * self.product[0]);
        let imaginary = i * (0.2 * q_before) - (q * (0.2 * i_before) - 0.8 * self.product[1]);
        (self.pointer, self.product) = ([quiet(i), quiet(q)], [quiet(real), quiet(imaginary)]);
        let before = self.period;
        let (longest, shortest) = ((1.5 * before).clamp(6.0, 50.0), (0.67 * before).clamp(6.0, 50.0));
        let mut period = self.lengths.of(real / imaginary);
        if real == 0.0 || imaginary == 0.0 {
            period = before;
        }
        let period = if period > longest { longest } else { period };
        let period = if period < shortest { shortest } else { period };
        self.scale = (0.075 * 0.2) * period + ((0.075 * 0.8) * before + 0.54);
        self.period = 0.2 * period + 0.8 * before;
        self.smooth_period = 0.33 * self.period + 0.67 * self.smooth_period;
    }
}

/// What decays towards nothing ends there.
#[inline(always)]
fn quiet(value: f64) -> f64 {
    if value.abs() < 1e-290 { silence() } else { value }
}

#[cold]
fn silence() -> f64 {
    0.0
}

/// The Hilbert transform of a column at `at`, without the newest value.
#[inline(always)]
fn older(column: &Long, at: usize) -> f64 {
    (NEAR * column[at - 2] - NEAR * column[at - 4]) - FAR * column[at - 6]
}

impl Turning {
    /// The values at bars that all have one.
    fn run(&mut self, values: &[f64], outputs: &mut [[f64; BLOCK]; 4]) {
        let (hidden, len) = (self.unseen.min(values.len()), values.len());
        self.unseen -= hidden;
        for output in outputs.iter_mut() {
            output[..hidden].fill(f64::NAN);
        }
        let mut x = self.x.followed_by();
        x[BACK..BACK + len].copy_from_slice(values);
        let mut smooth = self.smooth.followed_by();
        for t in BACK + hidden..BACK + len {
            smooth[t] = (4.0 * x[t] + 3.0 * x[t - 1] + 2.0 * x[t - 2] + x[t - 3]) * 0.1;
        }
        let mut changes = [0.0; BLOCK];
        for (at, change) in changes[..len].iter_mut().enumerate() {
            *change = FAR * smooth[at + BACK] + older(&smooth, at + BACK);
        }
        outputs[0][hidden..len].copy_from_slice(&smooth[BACK + hidden..BACK + len]);
        self.turn(hidden..len, &changes, outputs);
        self.x.keep(&x, len);
        self.smooth.keep(&smooth, len);
    }

    /// The pointers at these bars from the transform of the smoothed prices.
    fn turn(&mut self, bars: Range<usize>, changes: &[f64; BLOCK], outputs: &mut [[f64; BLOCK]; 4]) {
        let (mut detrended, mut quadrature) = (self.detrended.followed_by(), self.quadrature.followed_by());
        let (len, mut turn) = (bars.end, self.turn);
        for at in bars {
            let t = at + BACK;
            let in_phase = detrended[t - 3];
            let ahead = FAR * in_phase + older(&detrended, t - 3);
            let (rest, rest_ahead) = (older(&detrended, t), older(&quadrature, t));
            let scale = turn.scale;
            let of_detrended = (FAR * changes[at]) * scale + rest;
            detrended[t] = changes[at] * scale;
            quadrature[t] = of_detrended * scale;
            let quadrature_ahead = (FAR * quadrature[t] + rest_ahead) * scale;
            turn.next(in_phase - quadrature_ahead, (of_detrended + ahead) * scale);
            outputs[1][at] = in_phase;
            outputs[2][at] = quadrature[t];
            outputs[3][at] = turn.smooth_period;
        }
        self.turn = turn;
        self.detrended.keep(&detrended, len);
        self.quadrature.keep(&quadrature, len);
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
        let Turn { lengths: _, pointer, product, period, smooth_period, scale } = &mut self.turn;
        fields.pass(&mut [pointer, product, period, smooth_period, scale]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
