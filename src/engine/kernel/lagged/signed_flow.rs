//! Signed flow: a weight signed by the change of another input, or by the close location value.

use crate::kernel::elementwise::map::{boxed, elementwise_map};
use crate::kernel::rolling::extremes::range_position::ROUNDING;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{Fields, Kernel, State, parameters};

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

/// The volume force (Klinger) of high, low, volume and trend, which is the sum of the ranges since the turn, signed.
#[derive(Debug, Clone)]
pub struct VolumeForce {
    /// 1, or 2 to double both terms of the factor.
    pub offset: f64,
}

parameters!(VolumeForce { offset });

/// The third input times the return of the first over the second, or 0 where the second is 0.
#[derive(Debug, Clone)]
pub struct ReturnFlow;

parameters!(ReturnFlow);

elementwise_map!(VolumeForce: |&VolumeForce { offset }| boxed(move |[high, low, volume, trend]| {
    let force = (2.0 * ((high - low) / trend.abs()) - offset).abs() * 100.0 * volume;
    let force = if trend < 0.0 { -force } else { force };
    if trend == 0.0 && !volume.is_nan() { 0.0 } else { force }
}));

elementwise_map!(ReturnFlow: |_| boxed(|[close, before, weight]| {
    // Without a previous value all three are NaN.
    let (over, under) = if before == 0.0 { (0.0, 1.0) } else { (close - before, before) };
    over / under * weight
}));

elementwise_map!(MoneyFlowVolume: |_| boxed(|[high, low, close, weight]| {
    let range = high - low;
    let flow = ((close - low) - (high - close)) / range * weight;
    if range == 0.0 && !weight.is_nan() { 0.0 } else { flow }
}));

// Not `lagged!`: each output is a parameter by itself here, which is faster than a tile of both.
impl Kernel for SignedFlow {
    fn outputs(&self) -> usize {
        2
    }

    fn lookback(&self) -> usize {
        1
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(SignedFlowState { before: f64::NAN })
    }
}

#[derive(Clone)]
struct SignedFlowState {
    before: f64,
}

impl State for SignedFlowState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let [x, weights] = [inputs[0], inputs[1]];
        let len = x.len();
        let [up, down] = outputs else { unreachable!("a state is fed as many outputs as it has") };
        flows([&x[..1], &[self.before], &weights[..1]], &mut up[..1], &mut down[..1]);
        flows([&x[1..], &x[..len - 1], &weights[1..]], &mut up[1..], &mut down[1..]);
        self.before = x[len - 1];
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

leveled! {
    fn flows(inputs: [&[f64]; 3], up: &mut [f64], down: &mut [f64]) {
        let [now, before, weights] = inputs;
        let inputs = now.iter().zip(before).zip(weights);
        for (((now, before), weight), (up, down)) in inputs.zip(up.iter_mut().zip(down)) {
            let change = now - before;
            let rounding = ROUNDING * (now.abs() + before.abs());
            let missing = change.is_nan() | weight.is_nan();
            let nothing = if missing { f64::NAN } else { 0.0 };
            *up = if change > rounding { *weight } else { nothing };
            *down = if change < -rounding { *weight } else { nothing };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
