//! Directional movement (Wilder 1978) and choppiness.

use crate::indicator::builders::{log10, rma_after};
use crate::indicator::{Args, Graph, Param, Port};
use crate::kernel::{
    AbsoluteNormalizedDifference, DirectionalMovement, ElementwiseMap, FirstOrder, Hold, ScaledRatio, Seed, Sum,
    TrueRange, WarmUp, elementwise_map, parameters,
};

/// The upward and downward directional movement, summed by Wilder's method.
pub(in crate::indicator) fn directional_movement(
    graph: &mut Graph,
    high_and_low: [Port; 2],
    period: usize,
) -> [Port; 2] {
    moves(graph, high_and_low).map(|part| wilder_sum(graph, part, period, true))
}

/// The upward and downward directional movement at each bar.
fn moves(graph: &mut Graph, high_and_low: [Port; 2]) -> [Port; 2] {
    graph.add_all(DirectionalMovement, &high_and_low)
}

/// Wilder's sum over `period` bars: each bar adds its value and the sum decays by 1 / `period`. The first bar of a series
/// has no movement, so the seed is one bar short.
fn wilder_sum(graph: &mut Graph, x: Port, period: usize, around_zero: bool) -> Port {
    if period == 1 { x } else { wilder_sum_from(graph, x, period, period - 1, around_zero) }
}

/// As `wilder_sum`, with a seed of `seed` bars.
fn wilder_sum_from(graph: &mut Graph, x: Port, period: usize, seed: usize, around_zero: bool) -> Port {
    let n = period as f64;
    graph.add(FirstOrder { beta: (n - 1.0) / n, gain: 1.0, seed: Seed::Sum(seed), warm_up: 0, around_zero }, &[x])
}

/// The directional movement in percent of the true range: upward for `side` 0, downward for 1.
pub(in crate::indicator) fn directional_indicator(
    graph: &mut Graph,
    bars: [Port; 3],
    period: usize,
    side: usize,
) -> Port {
    let movement = directional_movement(graph, [bars[0], bars[1]], period)[side];
    let own = graph.add(TrueRange { first: false }, &bars);
    let range = wilder_sum(graph, own, period, false);
    if period == 1 {
        return graph.add(ScaledRatio { scale: 1.0, flat: 0.0 }, &[movement, range]);
    }
    // The seed sums are one bar short and are excluded.
    let share = graph.add(ScaledRatio { scale: 100.0, flat: 0.0 }, &[movement, range]);
    let move_of_bar = moves(graph, [bars[0], bars[1]])[side];
    let share = graph.add(Hold { drifts: false, after: 0 }, &[share, move_of_bar, own]);
    graph.add(WarmUp { bars: 1 }, &[share])
}

/// The directional movement index, from the bar of the seed sums on, which is itself excluded.
pub(in crate::indicator) fn dx(graph: &mut Graph, high_and_low: [Port; 2], period: usize) -> Port {
    let [up, down] = moves(graph, high_and_low);
    let movement = directional_movement(graph, high_and_low, period);
    let index = graph.add(AbsoluteNormalizedDifference { scale: 100.0 }, &movement);
    if period == 1 { index } else { graph.add(Hold { drifts: false, after: 0 }, &[index, up, down]) }
}

/// The average directional movement index.
pub(in crate::indicator) fn adx(graph: &mut Graph, high_and_low: [Port; 2], period: usize) -> Port {
    let index = dx(graph, high_and_low, period);
    rma_after(graph, index, period, 1)
}

/// The period of the average of the directional movement index.
pub(in crate::indicator) const ADX_SMOOTHING: Param = Param::bars(
    "smoothing",
    0,
    0,
    "the period of the average of dx, in bars (ADX Smoothing of TradingView); 0 for that of the movements",
);

/// The bars that the average directional movement index starts from.
pub(in crate::indicator) const ADX_START: Param = Param::choice(
    "start",
    &["second", "first", "full"],
    "second: the sums start from period - 1 movements and the average from the dx of the next bar (TA-Lib); first: the average \
     from the dx of those sums (Tulip Indicators); full: the sums start from `period` movements, the average from their dx \
     (Wilder, TradingView)",
);

/// The average directional movement index by the parameters `period`, `smoothing` and `start`.
pub(in crate::indicator) fn adx_by(graph: &mut Graph, high_and_low: [Port; 2], args: &Args<'_>) -> Port {
    let period = args.integer("period");
    let smoothing = match args.integer("smoothing") {
        0 => period,
        bars => bars,
    };
    let (index, skipped) = match args.choice("start") {
        "full" => {
            let parts: [Port; 2] = graph.add_all(DirectionalMovement, &high_and_low);
            let sums = parts.map(|part| wilder_sum_from(graph, part, period, period, true));
            let index = graph.add(AbsoluteNormalizedDifference { scale: 100.0 }, &sums);
            let [up, down] = parts;
            (if period == 1 { index } else { graph.add(Hold { drifts: false, after: 0 }, &[index, up, down]) }, 0)
        }
        "first" => (dx(graph, high_and_low, period), 0),
        _ => (dx(graph, high_and_low, period), 1),
    };
    rma_after(graph, index, smoothing, skipped)
}

/// The choppiness of high, low and close relative to the range of these extremes.
pub(in crate::indicator) fn choppiness(graph: &mut Graph, bars: [Port; 3], extremes: [Port; 2], window: usize) -> Port {
    let range = graph.add(TrueRange { first: false }, &bars);
    let way = graph.add(Sum { window }, &[range]);
    let height = graph.minus(extremes);
    graph.add(LogRatioPercent { bars: window as f64, scale: 100.0 / libm::log10(window as f64) }, &[way, height])
}

/// The logarithm of the ratio of the first input to the second, or of the number of bars where either is 0, times
/// `scale`.
#[derive(Debug, Clone)]
struct LogRatioPercent {
    bars: f64,
    scale: f64,
}

parameters!(LogRatioPercent { bars, scale });

impl ElementwiseMap<2, 1> for LogRatioPercent {
    #[inline(always)]
    fn values(&self, [way, height]: [f64; 2]) -> [f64; 1] {
        let is_zero = (way <= 0.0 && !height.is_nan()) || (height <= 0.0 && !way.is_nan());
        [self.scale * log10(if is_zero { self.bars } else { way / height })]
    }
}

elementwise_map!(LogRatioPercent: 2 => 1);
