//! Rate of change, and gains and losses from bar to bar.

use super::lag::{Lagged, lagged};
use crate::kernel::parameters;

/// `scale * (x - x[n]) / x[n]` against the input `n` bars before; 0 where that was zero.
#[derive(Debug, Clone)]
pub struct RateOfChange {
    /// The number of bars.
    pub bars: usize,
    /// The factor: 100 for percent.
    pub scale: f64,
}

parameters!(RateOfChange { bars, scale });

/// The gain and the loss from the previous bar, both not negative (Wilder).
#[derive(Debug, Clone)]
pub struct GainLoss;

parameters!(GainLoss);

lagged!(
    RateOfChange: 1, |kernel| kernel.bars, |&RateOfChange { bars, scale }| Lagged::boxed(bars, move |[now], [before]| {
        let rate = scale * ((now - before) / before);
        [if before == 0.0 && !now.is_nan() { 0.0 } else { rate }]
    });
    GainLoss: 2, |_| 1, |_| Lagged::boxed(1, |[now], [before]| {
        let change = now - before;
        // NaN fails both comparisons and passes through.
        [if change <= 0.0 { 0.0 } else { change }, if change >= 0.0 { 0.0 } else { -change }]
    });
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kernel;

    const X: [f64; 7] = [1.0, 2.0, 0.0, f64::NAN, 4.0, 0.0, 0.5];

    fn found(kernel: &dyn Kernel, cut: usize) -> Vec<Vec<f64>> {
        let mut found = vec![Vec::new(); kernel.outputs()];
        let mut state = kernel.start();
        for block in X.chunks(cut) {
            let mut outputs = vec![vec![9.0; block.len()]; kernel.outputs()];
            let mut slices: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
            state.feed(&[block], &mut slices);
            found.iter_mut().zip(outputs).for_each(|(found, output)| found.extend(output));
        }
        found
    }

    #[track_caller]
    fn assert_values(found: &[f64], expected: [f64; 7]) {
        let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
        assert!(found.iter().zip(&expected).all(same), "{found:?}");
    }

    #[test]
    fn gains_losses_and_rates_do_not_depend_on_the_cut() {
        let none = f64::NAN;
        for cut in 1..=X.len() {
            let moves = found(&GainLoss, cut);
            assert_values(&moves[0], [none, 1.0, 0.0, none, none, 0.0, 0.5]);
            assert_values(&moves[1], [none, 0.0, 2.0, none, none, 4.0, 0.0]);
            let growth = found(&RateOfChange { bars: 1, scale: 100.0 }, cut);
            assert_values(&growth[0], [none, 100.0, -100.0, none, none, -100.0, 0.0]);
            let growth = found(&RateOfChange { bars: 2, scale: 1.0 }, cut);
            assert_values(&growth[0], [none, none, -1.0, none, 0.0, none, -0.875]);
        }
    }
}
