//! Relative strength: gains against losses, runs of them, and their smoothed ratios.

use crate::indicator::builders::{ema_of_changes, rma_of_changes};
use crate::indicator::{Graph, Port};
use crate::kernel::{Absolute, Change, Fields, GainLoss, Hold, RatioToSum, Sequential, parameters, sequential};

/// RSI from gains and losses: 100 where nothing was lost, 50 where nothing moved.
pub(in crate::indicator) const RSI_RATIO: RatioToSum = RatioToSum { scale: 100.0, flat: 50.0 };

/// Wilder's relative strength index of `x`.
pub(in crate::indicator) fn rsi(graph: &mut Graph, x: Port, period: usize) -> Port {
    let moves = gain_loss(graph, x);
    let averages = moves.map(|part| rma_of_changes(graph, part, period));
    let ratio = graph.add(RSI_RATIO, &averages);
    graph.add(Hold { drifts: false, after: 0 }, &[ratio, moves[0], moves[1]])
}

/// The one-bar gains and losses of `x`.
pub(in crate::indicator) fn gain_loss(graph: &mut Graph, x: Port) -> [Port; 2] {
    graph.add_all(GainLoss, &[x])
}

/// The double-smoothed change of `x` in percent of its double-smoothed absolute change.
pub(in crate::indicator) fn true_strength(graph: &mut Graph, x: Port, periods: [usize; 2]) -> Port {
    let change = graph.add(Change { bars: 1 }, &[x]);
    let size = graph.add(Absolute, &[change]);
    let pair = [change, size].map(|x| periods.into_iter().fold(x, |x, period| ema_of_changes(graph, x, period)));
    let strength = graph.percent(pair, 100.0, 0.0);
    graph.add(Hold { drifts: true, after: 0 }, &[strength, change, size])
}

/// The number of consecutive rises of the input, or of falls as a negative number.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Streak;

parameters!(Streak);

#[derive(Clone)]
struct StreakState {
    before: Option<f64>,
    streak: f64,
}

impl Sequential<1, 1> for StreakState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let Some(before) = self.before.replace(x) else { return [f64::NAN] };
        let longer = |streak: f64| if streak > 0.0 { streak + 1.0 } else { 1.0 };
        self.streak = match () {
            () if x > before => longer(self.streak),
            () if x < before => -longer(-self.streak),
            () => 0.0,
        };
        [self.streak]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before, &mut self.streak]);
    }
}

sequential!(Streak: 1 => 1, |_| 1, |_| StreakState { before: None, streak: 0.0 });
