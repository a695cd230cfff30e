//! Poles: the building stones of filters that keep what is slower, or faster, than a number of bars.

use crate::indicator::{Graph, Port};
use crate::kernel::{Affine, Average, FirstOrder, Previous, SecondOrder, Seed};

/// A real pole, by the share of each value that it takes in.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Pole {
    /// The share, 0 to 1.
    pub(in crate::indicator) share: f64,
}

impl Pole {
    /// The pole that, twice over, halves the power of a cycle of so many bars.
    pub(in crate::indicator) fn of(period: usize) -> Self {
        let sine = libm::sin(std::f64::consts::PI / period as f64);
        let b = 2.415 * (2.0 * sine * sine);
        Self { share: (b * b + 2.0 * b).sqrt() - b }
    }

    /// The pole of the high-pass filter whose slowest cycle turns by twice `half` radians per bar.
    pub(in crate::indicator) fn high(half: f64) -> Self {
        let (sine, cosine) = (libm::sin(half), libm::cos(half));
        Self { share: 2.0 * sine * (cosine - sine) / (1.0 - 2.0 * sine * sine) }
    }

    /// As `high`, of the filter that, twice over, halves the power of a cycle of so many bars.
    pub(in crate::indicator) fn high_twice(period: usize) -> Self {
        Self::high(0.707 * std::f64::consts::PI / period as f64)
    }

    /// `x` smoothed once and again.
    pub(in crate::indicator) fn twice(self, graph: &mut Graph, x: Port) -> Port {
        let scan = FirstOrder { beta: 1.0 - self.share, gain: self.share, seed: Seed::First, warm_up: 0 };
        (0..2).fold(x, |x, _| graph.add(scan.clone(), &[x]))
    }

    /// What is left of the changes of `x`.
    pub(in crate::indicator) fn detrended(self, graph: &mut Graph, x: Port) -> Port {
        let last = before(graph, x);
        let change = graph.minus([x, last]);
        // The first change is 0, so the sum may start with a gain or without.
        graph.add(FirstOrder { gain: 1.0 - self.share / 2.0, ..self.sum() }, &[change])
    }

    /// What is left of changes that there were none of before.
    pub(in crate::indicator) fn left(self, graph: &mut Graph, change: Port) -> Port {
        let sum = graph.add(self.sum(), &[change]);
        graph.add(Affine { scale: 1.0 - self.share / 2.0, offset: 0.0 }, &[sum])
    }

    /// The sum of changes, of which each bar keeps what the pole leaves.
    fn sum(self) -> FirstOrder {
        FirstOrder { beta: 1.0 - self.share, gain: 1.0, seed: Seed::First, warm_up: 0 }
    }
}

/// A pair of poles that together smooth away what is faster than a number of bars.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Pair {
    /// The weight of the value before.
    near: f64,
    /// The weight of the value before that.
    far: f64,
}

impl Pair {
    /// The pair that decays, and turns, by so many times pi in `period` bars.
    pub(in crate::indicator) fn of(period: f64, decay: f64, turn: f64) -> Self {
        let (decay, turn) = (decay * std::f64::consts::PI / period, turn * std::f64::consts::PI / period);
        let root = libm::exp(-decay);
        Self { near: 2.0 * root * libm::cos(turn), far: -root * root }
    }

    /// The weight of what comes in, so that what stays the same is kept.
    pub(in crate::indicator) fn gain(self) -> f64 {
        (1.0 - self.near) - self.far
    }

    /// `x` smoothed, started as if all before were the same.
    pub(in crate::indicator) fn smooth(self, graph: &mut Graph, x: Port) -> Port {
        let input = graph.scaled(x, self.gain());
        graph.add(SecondOrder { a1: self.near, a2: self.far, steady: true }, &[input])
    }
}

/// The SuperSmoother of `x` by John Ehlers: what is slower than so many bars, without what alternates from bar to bar.
pub(in crate::indicator) fn super_smooth(graph: &mut Graph, x: Port, period: f64) -> Port {
    let before = before(graph, x);
    let average = graph.add(Average { inputs: 2 }, &[x, before]);
    Pair::of(period, 1.414, 1.414).smooth(graph, average)
}

/// `x` at the bar before, and at the first bar `x` itself.
pub(in crate::indicator) fn before(graph: &mut Graph, x: Port) -> Port {
    graph.add(Previous, &[x, x])
}
