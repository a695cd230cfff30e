//! Arithmetic on ports, as methods of the graph.

use crate::indicator::{Graph, Port};
use crate::kernel::{Affine, Arithmetic, Binary, Ratio, ScaledRatio};

impl Graph {
    /// The sum.
    pub(crate) fn plus(&mut self, pair: [Port; 2]) -> Port {
        self.add(Arithmetic { op: Binary::Add }, &pair)
    }

    /// The first minus the second.
    pub(crate) fn minus(&mut self, pair: [Port; 2]) -> Port {
        self.add(Arithmetic { op: Binary::Subtract }, &pair)
    }

    /// The product.
    pub(crate) fn times(&mut self, pair: [Port; 2]) -> Port {
        self.add(Arithmetic { op: Binary::Multiply }, &pair)
    }

    /// The first divided by the second, and `flat` where that is zero.
    pub(crate) fn ratio(&mut self, pair: [Port; 2], flat: f64) -> Port {
        self.add(Ratio { flat }, &pair)
    }

    /// As `ratio`, times `scale`; `flat` is not scaled.
    pub(crate) fn percent(&mut self, pair: [Port; 2], scale: f64, flat: f64) -> Port {
        self.add(ScaledRatio { scale, flat }, &pair)
    }

    /// `x` times `scale`.
    pub(crate) fn scaled(&mut self, x: Port, scale: f64) -> Port {
        if scale == 1.0 { x } else { self.add(Affine { scale, offset: 0.0 }, &[x]) }
    }
}
