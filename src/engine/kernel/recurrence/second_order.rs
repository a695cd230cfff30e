//! Second-order IIR filters (resonators, two-pole smoothers) `y = a1 * y' + a2 * y'' + x`, eight bars per step.
//!
//! A prefix scan by doubling, as in `block8`, where a part of the block hands on two outputs: each step adds the free
//! response to the two before it (Burrus 1972; Kogge and Stone 1973). The serial chain is two fused multiply-adds per
//! block. Low-pass filters run on changes of the input, as in `block8`: with the gain at frequency 0, `level = 1 / (1 - a1 -
//! a2)`, the deviation `z = y - level * x` is the same recurrence over `-level * ((a1 + a2) c + a2 c')`, where `c = x - x'`;
//! at rest it decays to 0 and `y` becomes `level * x`.
//!
//! Band-pass filters run over the change of the input over two bars, which is computed here: it would be four passes.
//!
//! Rejected: the convolution with the impulse response, 64 products a block (twice as long); factoring into two first-order filters, which needs complex arithmetic where the poles are conjugate, and is
//! ill-conditioned where they are close; changes in filters that pass a frequency better than a constant, whose output
//! would be the small difference of two large numbers.

use std::array::from_fn;

use super::block8::{WIDTH, flushed, is_negligible};
use super::blocked::{BlockScan, Blocked};
use super::first_order::decay_bars;
use crate::kernel::simd::vector8::{Same, Vector8, vectored};
use crate::kernel::state::skip_nan::SkipNan;
use crate::kernel::{Field, Fields, Kernel, Memory, State, parameters};

/// The recurrence `y = a1 * y' + a2 * y'' + x`.
#[derive(Debug, Clone)]
pub struct SecondOrder {
    /// The weight of the previous output.
    pub a1: f64,
    /// The weight of the output before that.
    pub a2: f64,
    /// Whether it starts in the steady state of the first input, else at rest.
    pub steady: bool,
    /// As of [`FirstOrder`](crate::kernel::FirstOrder).
    pub around_zero: bool,
    /// If given, it runs over this times the change of the input over two bars, and not over the input; before its first bar
    /// the input is taken as its first value.
    pub band: Option<f64>,
}

parameters!(SecondOrder { a1, a2, steady, around_zero, band });

impl Kernel for SecondOrder {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        // The pole of largest modulus determines the asymptotic decay.
        let root = self.root();
        (root < 1.0).then(|| decay_bars(root) + if self.band.is_some() { 2 } else { 0 })
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        let gain = if self.steady { Some(self.level()) } else { self.band.map(|_| 0.0) };
        let carry = Carry { steady_gain: gain, ..Carry::default() };
        Box::new(SkipNan(Blocked::new(Response::new(self), carry)))
    }
}

impl SecondOrder {
    /// The gain at frequency 0.
    fn level(&self) -> f64 {
        1.0 / ((1.0 - self.a1) - self.a2)
    }

    /// The largest modulus of a pole.
    fn root(&self) -> f64 {
        let square = self.a1 * self.a1 + 4.0 * self.a2;
        if square < 0.0 { (-self.a2).sqrt() } else { (self.a1.abs() + square.sqrt()) / 2.0 }
    }

    /// Whether it passes no frequency much better than a constant: its poles are real, or turn less than about three
    /// times as fast as they decay.
    fn is_low_pass(&self) -> bool {
        let decay = 1.0 - self.root();
        self.a1 * self.a1 + 4.0 * self.a2 >= 0.0 || (1.0 - self.a1) - self.a2 <= 10.0 * decay * decay
    }
}

/// The block form of a recurrence.
#[derive(Clone, Copy)]
struct Response {
    /// `a1` in the second lane of each pair, 0 in the first.
    pairs: [f64; WIDTH],
    /// The free response to the two outputs before, the newer first, in the second pair of each half, 0 in the first.
    quads: [[f64; WIDTH]; 2],
    /// The same in the second half, 0 in the first.
    halves: [[f64; WIDTH]; 2],
    /// The free response to the two outputs before the block, the newer first.
    outputs: [[f64; WIDTH]; 2],
    /// The gain at frequency 0; 0 in a filter that does not run on changes.
    level: f64,
    /// In a filter that runs on changes, the weights of the last two in what the recurrence runs over.
    changes: [f64; 2],
    /// As of [`SecondOrder`].
    band: Option<f64>,
}

/// What a block hands on to the next.
#[derive(Clone, Copy, Default)]
struct Carry {
    /// The gain at frequency 0, until the first input, in whose steady state the filter starts; 0 if it starts at rest.
    steady_gain: Option<f64>,
    /// The last two inputs, the older first.
    last: [f64; 2],
    /// The change to the last.
    change: f64,
    /// The two deviations before the block, the newer first.
    deviations: [f64; 2],
}

impl Field for Carry {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        let Self { steady_gain, last, change, deviations } = self;
        fields.visit(&mut [steady_gain, last, change, deviations]);
    }
}

impl Response {
    fn new(kernel: &SecondOrder) -> Self {
        // Each column is the free response of the recurrence to one of the two outputs before.
        let column = |before: f64, last: f64| -> [f64; WIDTH] {
            let (mut older, mut newer) = (before, last);
            from_fn(|_| {
                (older, newer) = (newer, kernel.a1 * newer + kernel.a2 * older);
                newer
            })
        };
        let outputs = [column(0.0, 1.0), column(1.0, 0.0)];
        let on_changes = !kernel.around_zero && kernel.is_low_pass();
        let level = if on_changes { kernel.level() } else { 0.0 };
        Self {
            pairs: from_fn(|lane| if lane % 2 == 1 { kernel.a1 } else { 0.0 }),
            quads: outputs.map(|column| from_fn(|lane| if lane % 4 >= 2 { column[lane % 4 - 2] } else { 0.0 })),
            halves: outputs.map(|column| from_fn(|lane| if lane >= 4 { column[lane - 4] } else { 0.0 })),
            outputs,
            level,
            changes: [-level * (kernel.a1 + kernel.a2), -level * kernel.a2],
            band: kernel.band,
        }
    }
}

/// The response in registers.
struct Loaded<V: Vector8> {
    pairs: V,
    quads: [V; 2],
    halves: [V; 2],
    outputs: [V; 2],
    /// The free response at the last two bars of a block, in all lanes: of the last to the newer and the older output,
    /// then of the one before.
    ends: [[V::Same; 2]; 2],
}

impl<V: Vector8> Loaded<V> {
    #[inline(always)]
    fn new(response: &Response) -> Self {
        let Response { pairs, quads, halves, outputs, .. } = response;
        let [newer, older] = outputs;
        Self {
            pairs: V::load(pairs),
            quads: [V::load(&quads[0]), V::load(&quads[1])],
            halves: [V::load(&halves[0]), V::load(&halves[1])],
            outputs: [V::load(&outputs[0]), V::load(&outputs[1])],
            ends: [[V::Same::new(newer[7]), V::Same::new(older[7])], [V::Same::new(newer[6]), V::Same::new(older[6])]],
        }
    }

    /// The outputs of a block. `carries` are the two outputs before it, the newer first, in all lanes; they become those
    /// of the next block.
    #[inline(always)]
    fn scan(&self, sources: V, carries: &mut [V::Same; 2]) -> V {
        let pairs = sources.first_of_pairs().times_plus(self.pairs, sources);
        let older = pairs.first_of_halves().times_plus(self.quads[1], pairs);
        let quads = pairs.first_pair_of_halves().times_plus(self.quads[0], older);
        let local = quads.add_2_and_3(self.halves[1], self.halves[0]);
        let [newer, older] = *carries;
        let values = V::spread(newer).times_plus(self.outputs[0], V::spread(older).times_plus(self.outputs[1], local));
        // As lanes 7 and 6 of the outputs, but without waiting for these.
        let [[last_newer, last_older], [second_newer, second_older]] = self.ends;
        *carries = [
            newer.times_plus(last_newer, older.times_plus(last_older, local.last())),
            newer.times_plus(second_newer, older.times_plus(second_older, local.last_but_one())),
        ];
        for carry in carries {
            if is_negligible(carry.value()) {
                *carry = V::Same::new(flushed());
            }
        }
        values
    }
}

/// What the recurrence runs over: the input, changes so that it rests at any level, changes over two bars.
const INPUT: usize = 0;
const ON_CHANGES: usize = 1;
const BAND: usize = 2;

vectored! {
    /// The outputs of full blocks, and the carry after them.
    fn scan_blocks<const FORM: usize>(
        response: &Response, carry: Carry, inputs: &[f64], output: &mut [f64],
    ) -> Carry {
        let loaded = Loaded::<V>::new(response);
        let mut carries = [V::Same::new(carry.deviations[0]), V::Same::new(carry.deviations[1])];
        let [older, newer] = carry.last;
        let mut last = V::load(&[older, newer, older, newer, older, newer, older, newer]);
        let (mut last_change, gain) = (V::splat(carry.change), V::splat(response.band.unwrap_or_default()));
        let (level, weights) = (V::splat(response.level), [V::splat(response.changes[0]), V::splat(response.changes[1])]);
        for (inputs, output) in inputs.as_chunks::<WIDTH>().0.iter().zip(output.as_chunks_mut::<WIDTH>().0) {
            let now = V::load(inputs);
            let changes = now - now.one_before(last);
            match FORM {
                ON_CHANGES => {
                    let sources = changes.one_before(last_change).times_plus(weights[1], changes * weights[0]);
                    now.times_plus(level, loaded.scan(sources, &mut carries)).store(output);
                }
                BAND => loaded.scan((now - now.two_before(last)) * gain, &mut carries).store(output),
                _ => loaded.scan(now, &mut carries).store(output),
            }
            (last, last_change) = (now, changes);
        }
        Carry {
            last: [last.last_but_one().value(), last.last().value()],
            change: last_change.last().value(),
            deviations: [carries[0].value(), carries[1].value()],
            ..carry
        }
    }
}

impl BlockScan for Response {
    type Carry = Carry;

    fn scan(&self, carry: Carry, inputs: &[f64], output: &mut [f64]) -> Carry {
        let scan_blocks = match self.band {
            Some(_) => scan_blocks::<BAND>,
            None if self.level == 0.0 => scan_blocks::<INPUT>,
            None => scan_blocks::<ON_CHANGES>,
        };
        scan_blocks(self, carry, inputs, output)
    }

    fn before(&self, carry: Carry, first: f64) -> Carry {
        match carry.steady_gain {
            Some(gain) => {
                let deviations = [(gain - self.level) * first; 2];
                Carry { steady_gain: None, last: [first; 2], deviations, ..carry }
            }
            None => carry,
        }
    }
}
