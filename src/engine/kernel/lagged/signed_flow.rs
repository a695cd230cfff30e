//! Signed flow: a weight signed by the change of another input, or by the close location value.

use super::lag::{Lagged, lagged};
use crate::kernel::elementwise::map::{boxed, elementwise_map};
use crate::kernel::parameters;
use crate::kernel::rolling::range_position::ROUNDING;

/// The second input where the first rose, else 0, and the second where the first fell, else 0. A change within rounding
/// error counts as none.
#[derive(Debug, Clone)]
pub struct SignedFlow;

parameters!(SignedFlow);

/// Money flow volume of high, low, close and a weight: the weight times the close location value, from -1 at the low to
/// 1 at the high, and 0 where the range is 0.
#[derive(Debug, Clone)]
pub struct MoneyFlowVolume;

parameters!(MoneyFlowVolume);

elementwise_map!(MoneyFlowVolume: |_| boxed(|[high, low, close, weight]| {
    let range = high - low;
    let flow = ((close - low) - (high - close)) / range * weight;
    if range == 0.0 && !weight.is_nan() { 0.0 } else { flow }
}));

lagged!(SignedFlow: 2, |_| 1, |_| Lagged::boxed(1, |[now, weight], [before, _]| {
    let change = now - before;
    let rounding = ROUNDING * (now.abs() + before.abs());
    let none = if change.is_nan() | weight.is_nan() { f64::NAN } else { 0.0 };
    [if change > rounding { weight } else { none }, if change < -rounding { weight } else { none }]
}));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kernel;

    #[test]
    fn weights_are_located_in_the_range() {
        let (high, low) = ([4.0; 4], [2.0, 2.0, 2.0, 4.0]);
        let mut output = [9.0; 4];
        MoneyFlowVolume.start().feed(&[&high, &low, &[4.0, 2.0, 3.5, 4.0], &[10.0; 4]], &mut [&mut output]);
        assert_eq!(output, [10.0, -10.0, 5.0, 0.0]);
    }

    #[test]
    fn weights_follow_the_sign_of_the_change_whatever_the_blocks() {
        let x = [1.0, 2.0, 2.0, 2.0 + 4e-16, 1.5, f64::NAN, 1.0, 3.0];
        let weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        for cut in 1..=x.len() {
            let mut state = SignedFlow.start();
            let mut found = [Vec::new(), Vec::new()];
            for (x, weights) in x.chunks(cut).zip(weights.chunks(cut)) {
                let [mut up, mut down] = [vec![9.0; x.len()], vec![9.0; x.len()]];
                state.feed(&[x, weights], &mut [&mut up, &mut down]);
                found[0].extend(up);
                found[1].extend(down);
            }
            let missing = [0, 5, 6];
            for (at, (up, down)) in found[0].iter().zip(&found[1]).enumerate() {
                assert_eq!(up.is_nan() && down.is_nan(), missing.contains(&at), "{at}");
            }
            let known = |column: &[f64]| column.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<_>>();
            assert_eq!(known(&found[0]), [2.0, 0.0, 0.0, 0.0, 8.0]);
            assert_eq!(known(&found[1]), [0.0, 0.0, 0.0, 5.0, 0.0]);
        }
    }
}
