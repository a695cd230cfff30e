//! Moving averages by the name of their kind, for the indicators that take one.

use crate::indicator::builders::{alma, dema, ema, hma, kama, mama, rma, sma, t3, tema, trima, vidya, wma, zlema};
use crate::indicator::{Graph, Port};
use crate::kernel::{Change, ElementwiseMap, WarmUp, elementwise_map, parameters};

/// The kinds, where the simple one is the default.
pub(in crate::indicator) const SMA_FIRST: &[&str] =
    &["sma", "ema", "wma", "dema", "tema", "trima", "rma", "kama", "mama", "t3", "hma", "zlema", "vidya", "alma"];

/// The kinds, where the exponential one is the default.
pub(in crate::indicator) const EMA_FIRST: &[&str] =
    &["ema", "sma", "wma", "dema", "tema", "trima", "rma", "kama", "mama", "t3", "hma", "zlema", "vidya", "alma"];

/// The kinds, where Wilder's is the default.
pub(in crate::indicator) const RMA_FIRST: &[&str] =
    &["rma", "sma", "ema", "wma", "dema", "tema", "trima", "kama", "mama", "t3", "hma", "zlema", "vidya", "alma"];

/// The kinds whose average of what is not negative is not negative either, where Wilder's is the default.
pub(in crate::indicator) const POSITIVE_RMA_FIRST: &[&str] = &["rma", "sma", "ema", "wma"];

/// The kinds with finite memory.
const FINITE_MEMORY: [&str; 5] = ["sma", "wma", "trima", "hma", "alma"];

/// A moving average.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) struct Smoothing {
    /// One of the kinds.
    pub(in crate::indicator) kind: &'static str,
    /// The number of bars, 1 or more; the average of 1 bar is the bar, whatever the kind.
    pub(in crate::indicator) period: usize,
}

impl Smoothing {
    /// The average of `x`.
    pub(in crate::indicator) fn of(self, graph: &mut Graph, x: Port) -> Port {
        let average = match self.kind {
            _ if self.period == 1 => return x,
            "sma" => sma,
            "ema" => ema,
            "wma" => wma,
            "dema" => dema,
            "tema" => tema,
            "trima" => trima,
            "rma" => rma,
            "kama" => kama,
            "hma" => hma,
            "zlema" => zlema,
            "t3" => return t3(graph, x, self.period, 0.7),
            "mama" => return mama(graph, x, [0.5, 0.05])[0],
            "vidya" => return vidya(graph, x, self.period, (3 * self.period + 2) / 4),
            "alma" => return alma(graph, x, self.period, 6.0, 0.85),
            kind => unreachable!("{kind} is not one of the kinds"),
        };
        average(graph, x, self.period)
    }

    /// The lookback of the average, relative to that of `x`.
    pub(in crate::indicator) fn lookback(self, graph: &mut Graph, x: Port) -> usize {
        let average = self.of(graph, x);
        graph.lookback(average) - graph.lookback(x)
    }

    /// The average of `x`, delayed to a lookback of `lookback`, which is at least its own.
    pub(in crate::indicator) fn late(self, graph: &mut Graph, x: Port, lookback: usize) -> Port {
        let bars = lookback - self.lookback(graph, x);
        if bars == 0 || FINITE_MEMORY.contains(&self.kind) {
            return self.of(graph, x);
        }
        let late = graph.add(WarmUp { bars }, &[x]);
        self.of(graph, late)
    }
}

/// Whether a fast average rose over a number of bars while the slow one moved, and whether it fell: 1 or 0.
pub(in crate::indicator) fn runs(graph: &mut Graph, averages: [Port; 2], bars: usize) -> [Port; 2] {
    let moves = averages.map(|x| graph.add(Change { bars }, &[x]));
    graph.add_all(Runs, &moves)
}

/// Whether the first move is up, and whether it is down, while there is a second.
#[derive(Debug, Clone)]
struct Runs;

parameters!(Runs);

impl ElementwiseMap<2, 2> for Runs {
    #[inline(always)]
    fn values(&self, [fast, slow]: [f64; 2]) -> [f64; 2] {
        let (missing, moves) = ((fast + slow).is_nan(), slow != 0.0);
        let mark = |holds: bool| if holds & moves { 1.0 } else { 0.0 };
        [mark(fast > 0.0), mark(fast < 0.0)].map(|value| if missing { f64::NAN } else { value })
    }
}

elementwise_map!(Runs: 2 => 2);
