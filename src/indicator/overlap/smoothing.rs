//! Moving averages by the name of their kind, for the indicators that take one.

use super::{dema_after, ema_after, rma_after, sma, tema_after, trima, wma};
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
    /// The bars of its input without a value.
    pub(in crate::indicator) fn lookback(self) -> usize {
        let once = self.period - 1;
        match self.kind {
            "dema" => 2 * once,
            "tema" => 3 * once,
            _ => once,
        }
    }

    /// The average of `x`.
    pub(in crate::indicator) fn of(self, graph: &mut Graph, x: Port) -> Port {
        self.after(graph, x, 0)
    }

    /// The average of `x`, its seed taken after `skip` values where it has one.
    pub(in crate::indicator) fn after(self, graph: &mut Graph, x: Port, skip: usize) -> Port {
        let period = self.period;
        match self.kind {
            "sma" => sma(graph, x, period),
            "ema" => ema_after(graph, x, period, skip),
            "wma" => wma(graph, x, period),
            "dema" => dema_after(graph, x, period, skip),
            "tema" => tema_after(graph, x, period, skip),
            "trima" => trima(graph, x, period),
            "rma" => rma_after(graph, x, period, skip),
            kind => unreachable!("{kind} is not one of the kinds"),
        }
    }
}
