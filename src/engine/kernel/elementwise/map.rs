//! `elementwise_map!`: the driver for rules of several inputs and outputs at one bar.
//!
//! A trait rather than a closure as in `elementwise!`: a method can be `#[inline(always)]` into functions compiled for
//! another instruction set, a closure cannot, and a rule with several outputs is too large to be inlined by itself.

use std::array::from_fn;

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{give_out, in_tiles, lane, tiles};
use crate::kernel::{Fields, State};

/// What is computed from `I` values of one bar. NaN among them must give NaN.
pub(crate) trait ElementwiseMap<const I: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// The values at a bar.
    fn values(&self, inputs: [f64; I]) -> [f64; O];
}

/// The state of a rule, which remembers nothing.
#[derive(Clone)]
pub(crate) struct ElementwiseMapState<R, const I: usize, const O: usize>(pub(crate) R);

impl<R: ElementwiseMap<I, O>, const I: usize, const O: usize> State for ElementwiseMapState<R, I, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let mut outputs = outputs.iter_mut();
        let mut outputs: [&mut [f64]; O] =
            from_fn(|_| &mut **outputs.next().expect("a state is fed as many outputs as it has"));
        rule(&self.0, &from_fn(|i| inputs[i]), &mut outputs);
    }

    fn visit(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[inline(always)]
fn rule_at<R: ElementwiseMap<I, O>, const I: usize, const O: usize, const L: usize>(
    rule: &R,
    inputs: &[&[f64]; I],
    outputs: &mut [&mut [f64]; O],
    at: usize,
) {
    let inputs: [&[f64; L]; I] = tiles(inputs, at);
    give_out!(outputs, at, <L, O>, l => rule.values(lane(&inputs, l)));
}

leveled! {
    fn rule<R: ElementwiseMap<I, O>; const I: usize, const O: usize>(
        rule: &R,
        inputs: &[&[f64]; I],
        outputs: &mut [&mut [f64]; O],
    ) {
        in_tiles!(outputs[0].len(), rule_at::<R, I, O>(rule, inputs, outputs));
    }
}

/// Implements `Kernel` for rules of each bar alone, by their numbers of inputs and outputs.
macro_rules! elementwise_map {
    ($($kernel:ty: $inputs:literal => $outputs:literal),+ $(,)?) => {$(
        impl $crate::kernel::Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                0
            }

            fn is_canonical(&self) -> bool {
                true
            }

            fn block(&self) -> usize {
                usize::MAX
            }

            fn start(&self) -> Box<dyn $crate::kernel::State> {
                Box::new($crate::kernel::ElementwiseMapState::<_, $inputs, $outputs>(self.clone()))
            }
        }
    )+};
}
pub(crate) use elementwise_map;
