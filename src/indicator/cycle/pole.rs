//! Poles: the building stones of filters that keep what is slower, or faster, than a number of bars.

use crate::indicator::{Graph, Port};
use crate::kernel::{Affine, Before, Scan, Seed};

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

    /// `x` smoothed once and again.
    pub(in crate::indicator) fn twice(self, graph: &mut Graph, x: Port) -> Port {
        let scan = Scan { beta: 1.0 - self.share, gain: self.share, seed: Seed::First, skip: 0 };
        (0..2).fold(x, |x, _| graph.add(scan.clone(), &[x]))
    }

    /// What is left of the changes of `x`.
    pub(in crate::indicator) fn detrended(self, graph: &mut Graph, x: Port) -> Port {
        let last = before(graph, x);
        let change = graph.minus([x, last]);
        let scan = Scan { beta: 1.0 - self.share, gain: 1.0, seed: Seed::First, skip: 0 };
        let sum = graph.add(scan, &[change]);
        graph.add(Affine { scale: 1.0 - self.share / 2.0, offset: 0.0 }, &[sum])
    }
}

/// `x` at the bar before, and at the first bar `x` itself.
pub(in crate::indicator) fn before(graph: &mut Graph, x: Port) -> Port {
    graph.add(Before, &[x, x])
}
