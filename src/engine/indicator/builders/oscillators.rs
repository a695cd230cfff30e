//! Oscillators: differences of averages, positions in a range, and weighted sums of rates of change.

use crate::indicator::builders::{Smoothing, ema, ema_after, ema_seeded, roc};
use crate::indicator::{Graph, Port};
use crate::kernel::{
    Aligned, Arithmetic, Binary, ElementwiseMap, MidpointOscillator, NormalizedDifference, RangePosition, WarmUp,
    elementwise_map, parameters,
};

/// MACD of `x`, its signal line and the histogram.
pub(in crate::indicator) fn macd(graph: &mut Graph, x: Port, [one, two, period]: [usize; 3]) -> [Port; 3] {
    let (fast, slow) = (one.min(two), one.max(two));
    let pair = [ema_after(graph, x, fast, slow - fast), ema(graph, x, slow)];
    let line = graph.add(Arithmetic { op: Binary::Subtract }, &pair);
    let signal = ema(graph, line, period);
    // The values that only make the seed of the signal are left out.
    let macd = graph.add(WarmUp { bars: period - 1 }, &[line]);
    [macd, signal, graph.add(Arithmetic { op: Binary::Subtract }, &[line, signal])]
}

/// As `macd`, where every average has a value from its first input on, by the parameter `seed`.
pub(in crate::indicator) fn macd_from_first(
    graph: &mut Graph,
    x: Port,
    [one, two, period]: [usize; 3],
    seed: &str,
) -> [Port; 3] {
    let pair = [one.min(two), one.max(two)].map(|period| ema_seeded(graph, x, period, seed));
    let line = graph.minus(pair);
    let signal = ema_seeded(graph, line, period, seed);
    [line, signal, graph.minus([line, signal])]
}

/// The fast minus the slow average of `x`, and the slow one; the periods may be in either order.
pub(in crate::indicator) fn price_oscillator(
    graph: &mut Graph,
    x: Port,
    kind: &'static str,
    periods: [usize; 2],
) -> [Port; 2] {
    let [one, two] = periods;
    let [fast, slow] = [one.min(two), one.max(two)].map(|period| Smoothing { kind, period }.of(graph, x));
    [graph.add(Arithmetic { op: Binary::Subtract }, &[fast, slow]), slow]
}

/// The McClellan oscillator of advances and declines: a fast minus a slow average of their difference, which `method` takes
/// in parts per thousand of both (`ratio`) or as it is (`net`).
pub(in crate::indicator) fn mcclellan(graph: &mut Graph, pair: [Port; 2], periods: [usize; 2], method: &str) -> Port {
    let net = match method {
        "net" => graph.minus(pair),
        _ => graph.add(NormalizedDifference { scale: 1000.0 }, &pair),
    };
    let averages = periods.map(|period| ema(graph, net, period));
    graph.minus(averages)
}

/// The fast minus the slow average of the median price.
pub(in crate::indicator) fn ao(graph: &mut Graph, bars: [Port; 2], periods: [usize; 2]) -> Port {
    graph.add(MidpointOscillator { windows: periods }, &bars)
}

/// The sum of four averaged rates of change, weighted 1 to 4, and its signal line. The averages are aligned so that their
/// first values share a bar.
pub(in crate::indicator) fn know_sure_thing(
    graph: &mut Graph,
    x: Port,
    legs: [(usize, Smoothing); 4],
    signal: Smoothing,
) -> Vec<Port> {
    let rates = legs.map(|(bars, average)| (roc(graph, x, bars), bars, average));
    let lookbacks = rates.map(|(rate, bars, average)| bars + average.lookback(graph, rate));
    let longest = lookbacks.into_iter().max().expect("four legs");
    let mut weight = 0.0;
    let legs = rates.map(|(rate, bars, average)| {
        let leg = average.late(graph, rate, longest - bars);
        weight += 1.0;
        graph.scaled(leg, weight)
    });
    let sum = legs[1..].iter().fold(legs[0], |sum, &leg| graph.plus([sum, leg]));
    let signal = signal.of(graph, sum);
    vec![graph.add(Aligned, &[sum, signal]), signal]
}

/// The swing index from open, high, low and close, and the previous close and body.
pub(in crate::indicator) fn swing_index(graph: &mut Graph, bars: [Port; 4], before: [Port; 2], limit: f64) -> Port {
    let [open, high, low, close] = bars;
    let body = graph.minus([close, open]);
    graph.add(SwingIndex { limit }, &[high, low, close, body, before[0], before[1]])
}

/// The index of high, low, close and body, and the previous close and body.
#[derive(Debug, Clone)]
struct SwingIndex {
    limit: f64,
}

parameters!(SwingIndex { limit });

impl ElementwiseMap<6, 1> for SwingIndex {
    #[inline(always)]
    fn values(&self, [high, low, close, body, close_before, body_before]: [f64; 6]) -> [f64; 1] {
        let moved = (close - close_before) + 0.5 * body + 0.25 * body_before;
        let (up, down) = ((high - close_before).abs(), (low - close_before).abs());
        let extreme = if up > down { up } else { down };
        let (rising, falling) = (up - 0.5 * down, down - 0.5 * up);
        let denominator = if rising > falling { rising } else { falling };
        let range = (high - low).abs();
        let denominator = if denominator > range { denominator } else { range } + 0.25 * body_before.abs();
        [if denominator == 0.0 { 0.0 * moved } else { 50.0 * (moved / denominator) * (extreme / self.limit) }]
    }
}

elementwise_map!(SwingIndex: 6 => 1);

/// The position of the close in the range of the window, from 0 to 100.
pub(in crate::indicator) fn raw_stochastic(graph: &mut Graph, bars: [Port; 3], window: usize) -> Port {
    graph
        .add(RangePosition { window, scale: 100.0, from_top: false, limits: [f64::NEG_INFINITY, f64::INFINITY] }, &bars)
}

/// The position of the first input between the second and the third, from -1/2 to 1/2, or 0 where these differ by rounding
/// error only.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct CenteredPosition;

parameters!(CenteredPosition);

impl ElementwiseMap<3, 1> for CenteredPosition {
    #[inline(always)]
    fn values(&self, [x, lowest, highest]: [f64; 3]) -> [f64; 1] {
        let range = highest - lowest;
        let flat = range.abs() <= 1e-14 * (highest.abs() + lowest.abs()) && !x.is_nan();
        [if flat { 0.0 } else { (x - lowest) / range - 0.5 }]
    }
}

elementwise_map!(CenteredPosition: 3 => 1);
