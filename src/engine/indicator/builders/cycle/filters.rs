//! Filter poles: first- and second-order recursions from which low-pass and high-pass filters are built.

use crate::indicator::builders::swma;
use crate::indicator::{Graph, Port};
use crate::kernel::{Affine, Average, Change, FirstOrder, LinearCombination, Previous, SecondOrder, Seed};

/// A real pole, given by its smoothing constant.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Pole {
    /// The smoothing constant, 0 to 1.
    pub(in crate::indicator) share: f64,
}

impl Pole {
    /// The pole that, applied twice, halves the power of a cycle of this many bars.
    pub(in crate::indicator) fn of(period: usize) -> Self {
        let sine = libm::sin(std::f64::consts::PI / period as f64);
        let b = 2.415 * (2.0 * sine * sine);
        Self { share: (b * b + 2.0 * b).sqrt() - b }
    }

    /// The pole of the high-pass filter whose cutoff frequency is twice `half` radians per bar.
    pub(in crate::indicator) fn high(half: f64) -> Self {
        let (sine, cosine) = (libm::sin(half), libm::cos(half));
        Self { share: 2.0 * sine * (cosine - sine) / (1.0 - 2.0 * sine * sine) }
    }

    /// As `high`, for the filter that, applied twice, halves the power of a cycle of this many bars.
    pub(in crate::indicator) fn high_twice(period: usize) -> Self {
        Self::high(0.707 * std::f64::consts::PI / period as f64)
    }

    /// `x` smoothed twice.
    pub(in crate::indicator) fn twice(self, graph: &mut Graph, x: Port) -> Port {
        let scan =
            FirstOrder { beta: 1.0 - self.share, gain: self.share, seed: Seed::First, warm_up: 0, around_zero: false };
        (0..2).fold(x, |x, _| graph.add(scan.clone(), &[x]))
    }

    /// The high-pass filtered differences of `x`.
    pub(in crate::indicator) fn detrended(self, graph: &mut Graph, x: Port) -> Port {
        let last = previous_or_self(graph, x);
        let change = graph.minus([x, last]);
        // The first change is 0, so the sum may start with a gain or without.
        graph.add(FirstOrder { gain: 1.0 - self.share / 2.0, ..self.sum() }, &[change])
    }

    /// The high-pass filtered differences, with zero differences before the first.
    pub(in crate::indicator) fn left(self, graph: &mut Graph, change: Port) -> Port {
        let sum = graph.add(self.sum(), &[change]);
        graph.add(Affine { scale: 1.0 - self.share / 2.0, offset: 0.0 }, &[sum])
    }

    /// The leaky sum of differences; each bar decays it by the pole.
    fn sum(self) -> FirstOrder {
        FirstOrder { beta: 1.0 - self.share, gain: 1.0, seed: Seed::First, warm_up: 0, around_zero: true }
    }
}

/// A pole pair: a second-order low-pass filter.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Pair {
    /// The coefficient of the previous output.
    near: f64,
    /// The coefficient of the output before that.
    far: f64,
}

impl Pair {
    /// The pair whose decay and rotation are these multiples of pi per `period` bars.
    pub(in crate::indicator) fn of(period: f64, decay: f64, turn: f64) -> Self {
        let (decay, turn) = (decay * std::f64::consts::PI / period, turn * std::f64::consts::PI / period);
        let root = libm::exp(-decay);
        Self { near: 2.0 * root * libm::cos(turn), far: -root * root }
    }

    /// The input coefficient that gives unit gain at frequency zero.
    pub(in crate::indicator) fn gain(self) -> f64 {
        (1.0 - self.near) - self.far
    }

    /// `x` smoothed; the input before the first bar is taken as its first value. `around_zero`: whether `x` is 0 at rest.
    pub(in crate::indicator) fn smooth(self, graph: &mut Graph, x: Port, around_zero: bool) -> Port {
        let input = graph.scaled(x, self.gain());
        graph.add(SecondOrder { a1: self.near, a2: self.far, steady: true, around_zero, band: None }, &[input])
    }
}

/// John Ehlers's SuperSmoother of `x`: a two-pole low-pass filter with a zero at the two-bar cycle. `around_zero`: whether
/// `x` is 0 at rest.
pub(in crate::indicator) fn super_smooth(graph: &mut Graph, x: Port, period: f64, around_zero: bool) -> Port {
    let before = previous_or_self(graph, x);
    let average = graph.add(Average { inputs: 2 }, &[x, before]);
    Pair::of(period, 1.414, 1.414).smooth(graph, average, around_zero)
}

/// `x` at the previous bar; at the first bar `x` itself.
pub(in crate::indicator) fn previous_or_self(graph: &mut Graph, x: Port) -> Port {
    graph.add(Previous, &[x, x])
}

/// The differences of consecutive elements of the filter of `x`: l0 - l1, l1 - l2, l2 - l3. They are computed from the
/// differences of `x`, to avoid cancellation where the values are far from zero.
pub(in crate::indicator) fn laguerre_differences(graph: &mut Graph, x: Port, gamma: f64) -> [Port; 3] {
    let scan = |gain| FirstOrder { beta: gamma, gain, seed: Seed::First, warm_up: 0, around_zero: true };
    let last = previous_or_self(graph, x);
    let change = graph.minus([x, last]);
    let rise = graph.add(scan(1.0 - gamma), &[change]);
    let first = graph.add(scan(1.0 + gamma), &[rise]);
    let mut after = |step: Port| {
        let last = previous_or_self(graph, step);
        let input = graph.add(LinearCombination { first: -gamma, second: 1.0 }, &[step, last]);
        graph.add(scan(1.0), &[input])
    };
    let second = after(first);
    [first, second, after(second)]
}

/// The cycle component of `x`, from first differences: they avoid cancellation where the values are far from zero.
pub(in crate::indicator) fn cyber_cycle(graph: &mut Graph, x: Port, alpha: f64) -> Port {
    let pole = Pole { share: alpha };
    let change = graph.add(Change { bars: 1 }, &[x]);
    let smooth = swma(graph, change);
    let once = pole.left(graph, smooth);
    let zero = graph.minus([once, once]);
    let last = graph.add(Previous, &[once, zero]);
    let change = graph.minus([once, last]);
    pole.left(graph, change)
}

/// John Ehlers's high-pass filter of two poles: the cycles of `x` shorter than `period` bars.
pub(in crate::indicator) fn high_pass(graph: &mut Graph, x: Port, period: f64) -> Port {
    let pair = Pair::of(period, 1.414, 1.414);
    let before = previous_or_self(graph, x);
    let change = graph.minus([x, before]);
    let before = previous_or_self(graph, change);
    let turn = graph.minus([change, before]);
    let input = graph.scaled(turn, (1.0 + pair.near - pair.far) / 4.0);
    graph.add(SecondOrder { a1: pair.near, a2: pair.far, steady: false, around_zero: true, band: None }, &[input])
}

/// John Ehlers's UltimateSmoother: `x` without the cycles that its high-pass filter passes.
pub(in crate::indicator) fn ultimate_smooth(graph: &mut Graph, x: Port, period: f64) -> Port {
    let cycles = high_pass(graph, x, period);
    graph.minus([x, cycles])
}

/// John Ehlers's band-pass filter of `x`, given the centre in radians per bar and the half width of the pass band.
pub(in crate::indicator) fn band_pass(graph: &mut Graph, x: Port, [turn, width]: [f64; 2]) -> Port {
    let far = (1.0 - libm::sin(width)) / libm::cos(width);
    let (near, band) = (libm::cos(turn) * (1.0 + far), Some((1.0 - far) / 2.0));
    graph.add(SecondOrder { a1: near, a2: -far, steady: false, around_zero: true, band }, &[x])
}
