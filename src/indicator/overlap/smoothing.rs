//! Moving averages by the name of their kind, for the indicators that take one.

use super::{dema, ema, rma, sma, tema, trima, wma};
use crate::indicator::{Graph, Port};

/// The kinds, where the simple one is the default.
pub(in crate::indicator) const SMA_FIRST: &[&str] = &["sma", "ema", "wma", "dema", "tema", "trima", "rma"];

/// The kinds, where the exponential one is the default.
pub(in crate::indicator) const EMA_FIRST: &[&str] = &["ema", "sma", "wma", "dema", "tema", "trima", "rma"];

/// A moving average.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Smoothing {
    /// One of the kinds.
    pub(in crate::indicator) kind: &'static str,
    /// The number of bars, 1 or more.
    pub(in crate::indicator) period: usize,
}

impl Smoothing {
    /// The average of `x`.
    pub(in crate::indicator) fn of(self, graph: &mut Graph, x: Port) -> Port {
        let average = match self.kind {
            "sma" => sma,
            "ema" => ema,
            "wma" => wma,
            "dema" => dema,
            "tema" => tema,
            "trima" => trima,
            "rma" => rma,
            kind => unreachable!("{kind} is not one of the kinds"),
        };
        average(graph, x, self.period)
    }
}
