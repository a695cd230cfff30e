//! `by_lag!`, the driver for functions of a window that depend on the lag of each bar: a left fold from the newest bar to
//! the oldest.
//!
//! Sixteen neighbouring windows are folded in parallel, one per lane, so that each fold is serial and its order fixed.

use std::array::from_fn;

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::lanes;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Fields, State};

/// A left fold over the bars of a window of `I` inputs, with `P` accumulators. NaN must propagate.
pub(crate) trait ByLag<const I: usize, const P: usize>: Clone + Send + Sync + 'static {
    /// The number of leading inputs that are read at each lag; of the others only the newest value is read.
    const LAGGED_INPUTS: usize;

    /// The accumulators before the first step.
    const INITIAL: [f64; P];

    /// The accumulators after the bar at `lag`; lag 0, the newest bar, comes first.
    fn step(&self, acc: [f64; P], newest: [f64; I], lag: f64, bar: [f64; I]) -> [f64; P];

    /// The result of the window.
    fn value(&self, all: [f64; P]) -> f64;
}

/// The state of such a fold.
#[derive(Clone)]
pub(crate) struct ByLagState<L, const I: usize, const P: usize> {
    rule: L,
    window: usize,
    histories: [History; I],
}

impl<L: ByLag<I, P>, const I: usize, const P: usize> ByLagState<L, I, P> {
    /// The rule over windows of `window` bars, 1 or more.
    pub(crate) fn new(rule: L, window: usize) -> Self {
        Self { rule, window, histories: from_fn(|_| History::new(window)) }
    }
}

#[inline(always)]
fn fold_at<L: ByLag<I, P>, const I: usize, const P: usize, const W: usize>(
    state: &ByLagState<L, I, P>,
    output: &mut [f64],
    at: usize,
) {
    let bars = |lag: usize| -> [[f64; W]; I] {
        let columns: [&[f64]; I] = from_fn(|i| state.histories[i].lagged(lag));
        lanes(&columns, at)
    };
    let newest = bars(0);
    let mut accs = [[0.0; W]; P];
    for (acc, initial) in accs.iter_mut().zip(L::INITIAL) {
        *acc = [initial; W];
    }
    for lag in 0..state.window {
        let bar = bars(lag);
        for w in 0..W {
            let acc = from_fn(|p| accs[p][w]);
            let next = state.rule.step(acc, from_fn(|i| newest[i][w]), lag as f64, from_fn(|i| bar[i][w]));
            for p in 0..P {
                accs[p][w] = next[p];
            }
        }
    }
    for w in 0..W {
        output[at + w] = state.rule.value(from_fn(|p| accs[p][w]));
    }
}

leveled! {
    fn step<L: ByLag<I, P>; const I: usize, const P: usize>(state: &ByLagState<L, I, P>, output: &mut [f64]) {
        let tiled = output.len() / 16 * 16;
        for at in (0..tiled).step_by(16) {
            fold_at::<L, I, P, 16>(state, output, at);
        }
        for at in tiled..output.len() {
            fold_at::<L, I, P, 1>(state, output, at);
        }
    }
}

impl<L: ByLag<I, P>, const I: usize, const P: usize> State for ByLagState<L, I, P> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (history, input) in self.histories.iter_mut().zip(inputs) {
            history.block_mut(input.len()).copy_from_slice(input);
        }
        step(self, outputs[0]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.histories]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// Implements `Kernel` for folds by lag over a `window`, by their numbers of inputs and accumulators, and the nanoseconds per
/// bar of the window.
macro_rules! by_lag {
    ($($kernel:ty: $inputs:literal, $acc:literal $(@ $cost:literal)?),+ $(,)?) => {$(
        impl $crate::kernel::Kernel for $kernel {
            fn lookback(&self) -> usize {
                self.window - 1
            }

            fn cost(&self) -> f64 {
                let nanoseconds = [$($cost,)? 0.3][0];
                $crate::kernel::cost::per_bar(self.window, nanoseconds)
            }

            fn lookback_after(&self, inputs: &[usize]) -> usize {
                let lagged = <Self as $crate::kernel::ByLag<$inputs, $acc>>::LAGGED_INPUTS;
                let (lagged, newest) = inputs.split_at(lagged);
                let most = |lookbacks: &[usize]| lookbacks.iter().copied().max().unwrap_or(0);
                (most(lagged) + self.lookback()).max(most(newest))
            }

            fn start(&self) -> Box<dyn $crate::kernel::State> {
                Box::new($crate::kernel::ByLagState::<_, $inputs, $acc>::new(self.clone(), self.window))
            }
        }
    )+};
}
pub(crate) use by_lag;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{BLOCK, Kernel, parameters};

    /// The largest of the values, each less the bars since and times the newest value of the second input.
    #[derive(Debug, Clone)]
    struct DecayedMax {
        window: usize,
    }

    parameters!(DecayedMax { window });

    impl ByLag<2, 1> for DecayedMax {
        const LAGGED_INPUTS: usize = 1;
        const INITIAL: [f64; 1] = [f64::NEG_INFINITY];

        fn step(&self, [most]: [f64; 1], [_, scale]: [f64; 2], lag: f64, [x, _]: [f64; 2]) -> [f64; 1] {
            let value = (x - lag) * scale;
            [if most > value || most.is_nan() { most } else { value }]
        }

        fn value(&self, [most]: [f64; 1]) -> f64 {
            most
        }
    }

    by_lag!(DecayedMax: 2, 1);

    #[test]
    fn folds_by_lag_do_not_depend_on_the_cut() {
        let x: Vec<f64> = (0..3000).map(|i| f64::from(i * 37 % 101)).collect();
        let scale: Vec<f64> = (0..3000).map(|i| if i == 900 { f64::NAN } else { f64::from(i % 7) }).collect();
        assert_eq!(DecayedMax { window: 5 }.lookback_after(&[3, 9]), 9);
        assert_eq!(DecayedMax { window: 5 }.lookback_after(&[6, 9]), 10);
        for window in [1, 2, 5, 40] {
            let expected = |at: usize| {
                let value = |lag: usize| (x[at - lag] - lag as f64) * scale[at];
                let most = (0..window).map(value).fold(f64::NEG_INFINITY, f64::max);
                if scale[at].is_nan() { f64::NAN } else { most }
            };
            for cut in [1, 7, 16, 100, BLOCK] {
                let mut state = DecayedMax { window }.start();
                let mut found = Vec::new();
                for (x, scale) in x.chunks(cut).zip(scale.chunks(cut)) {
                    let mut output = vec![0.0; x.len()];
                    state.feed(&[x, scale], &mut [&mut output]);
                    found.extend(output);
                }
                assert!(found[..window - 1].iter().all(|value| value.is_nan()));
                for at in window - 1..x.len() {
                    let (found, expected) = (found[at], expected(at));
                    let same = found == expected || found.is_nan() && expected.is_nan();
                    assert!(same, "{window} by {cut} at {at}: {found} and {expected}");
                }
            }
        }
    }
}
