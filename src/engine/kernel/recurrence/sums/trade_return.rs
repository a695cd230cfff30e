//! The net return of each trade, at the bar where it ends.

use crate::kernel::state::skip_nan::exists;
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The compounded net return of a trade at the bar where it ends, NaN at all others. A trade is a run of bars whose position,
/// the first input, has one sign. The position of a bar earns the return of the next, the second input; each change of it
/// costs `cost` times the change. A bar without a position is skipped; a return that is missing, as that of the first bar, is none.
#[derive(Debug, Clone)]
pub struct TradeReturn {
    /// The cost of a change of the position by 1, as a fraction.
    pub cost: f64,
}

parameters!(TradeReturn { cost });

impl Kernel for TradeReturn {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(TradeReturnState { cost: self.cost, position: 0.0, level: 1.0 })
    }
}

#[derive(Clone)]
struct TradeReturnState {
    cost: f64,
    /// The position since the previous bar, and the value of the trade that it belongs to.
    position: f64,
    level: f64,
}

impl TradeReturnState {
    fn step(&mut self, position: f64, change: f64) -> f64 {
        let (before, earned) = (self.position, 1.0 + self.position * change);
        self.position = position;
        if before != 0.0 && before.signum() == position.signum() && position != 0.0 {
            self.level *= earned - self.cost * (position - before).abs();
            return f64::NAN;
        }
        let ended = self.level * (earned - self.cost * before.abs()) - 1.0;
        self.level = 1.0 - self.cost * position.abs();
        if before == 0.0 { f64::NAN } else { ended }
    }
}

impl State for TradeReturnState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let [positions, changes] = inputs else { unreachable!("two inputs") };
        for ((output, &position), &change) in outputs[0].iter_mut().zip(*positions).zip(*changes) {
            let change = if exists(change) { change } else { 0.0 };
            *output = if exists(position) { self.step(position, change) } else { f64::NAN };
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.position, &mut self.level]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(cost: f64, positions: &[f64], changes: &[f64], cut: usize) -> Vec<f64> {
        let (mut state, mut found) = (TradeReturn { cost }.start(), Vec::new());
        for (positions, changes) in positions.chunks(cut).zip(changes.chunks(cut)) {
            let mut output = vec![0.0; positions.len()];
            state.feed(&[positions, changes], &mut [&mut output]);
            found.extend(output);
        }
        found
    }

    /// The definition, trade by trade.
    fn twin(cost: f64, positions: &[f64], changes: &[f64]) -> Vec<f64> {
        let sign = |at: usize| if positions[at] == 0.0 { 0.0 } else { positions[at].signum() };
        let mut found = vec![f64::NAN; positions.len()];
        let ends = (1..positions.len()).filter(|&end| sign(end - 1) != 0.0 && sign(end) != sign(end - 1));
        for end in ends {
            let begin = (0..end).rev().take_while(|&at| sign(at) == sign(end - 1)).last().expect("one bar");
            let mut level = 1.0 - cost * positions[begin].abs();
            for at in begin + 1..=end {
                let next = if at == end { 0.0 } else { positions[at] };
                level *= 1.0 + positions[at - 1] * changes[at] - cost * (next - positions[at - 1]).abs();
            }
            found[end] = level - 1.0;
        }
        found
    }

    #[test]
    fn trades_are_those_of_a_slow_twin() {
        let positions: Vec<f64> = (0..400).map(|i| [0.0, 1.0, 1.0, 0.5, 0.0, -1.0, -1.0, 1.0][i * i / 7 % 8]).collect();
        let changes: Vec<f64> = (0..400).map(|i| ((i * 37 % 101) as f64 - 50.0) / 1000.0).collect();
        for cost in [0.0, 0.0005] {
            let expected = twin(cost, &positions, &changes);
            for cut in [1, 7, 400] {
                for (at, (found, expected)) in fed(cost, &positions, &changes, cut).iter().zip(&expected).enumerate() {
                    let same = (found - expected).abs() < 1e-14 || (found.is_nan() && expected.is_nan());
                    assert!(same, "{at}: {found}, not {expected}");
                }
            }
            assert!(expected.iter().filter(|value| !value.is_nan()).count() > 50);
        }
    }

    #[test]
    fn a_position_counts_where_its_return_is_missing() {
        let none = f64::NAN;
        let from_the_first_bar = fed(0.01, &[1.0, 1.0, 0.0], &[none, 0.5, 0.2], 1);
        assert!((from_the_first_bar[2] - (0.99 * 1.5 * 1.19 - 1.0)).abs() < 1e-15);
        let ended_in_a_gap = fed(0.0, &[0.0, 1.0, 1.0, 0.0, 0.0], &[none, 0.1, none, none, 1.0], 2);
        assert_eq!((ended_in_a_gap[3], ended_in_a_gap[4].is_nan()), (0.0, true));
        let without_a_position = fed(0.0, &[0.0, 1.0, none, 0.0], &[none, 0.1, 0.5, 0.25], 4);
        assert_eq!(without_a_position[3], 0.25);
    }

    #[test]
    fn a_trade_of_two_bars() {
        let found = fed(0.01, &[0.0, 1.0, 1.0, 0.0], &[0.5, 0.5, 0.1, 0.2], 4);
        assert!(found[..3].iter().all(|value| value.is_nan()));
        assert!((found[3] - (0.99 * 1.1 * 1.19 - 1.0)).abs() < 1e-15);
    }
}
