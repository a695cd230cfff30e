//! `elementwise_map!`: the driver for rules of one bar, with several inputs and outputs.
//!
//! A closure is a rule with one output. Rules with several outputs implement the trait: a method can be
//! `#[inline(always)]` into functions compiled for another instruction set, a closure cannot, and such a rule is too
//! large to be inlined by itself.

use std::array::from_fn;

use super::bar_rule::{BarRule, map_bars, output_array};
use crate::kernel::{Fields, State};

/// A function of `I` values of one bar. NaN in any of them must give NaN.
pub(crate) trait ElementwiseMap<const I: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// The values at a bar.
    fn values(&self, inputs: [f64; I]) -> [f64; O];
}

impl<F: Fn([f64; I]) -> f64 + Clone + Send + Sync + 'static, const I: usize> ElementwiseMap<I, 1> for F {
    #[inline(always)]
    fn values(&self, inputs: [f64; I]) -> [f64; 1] {
        [self(inputs)]
    }
}

/// The state of a rule: the rule itself, as nothing is carried from bar to bar.
#[derive(Clone)]
pub(crate) struct ElementwiseMapState<R, const I: usize, const O: usize>(pub(crate) R);

/// The state of a rule with one output.
pub(crate) fn boxed<const I: usize>(rule: impl Fn([f64; I]) -> f64 + Clone + Send + Sync + 'static) -> Box<dyn State> {
    Box::new(ElementwiseMapState::<_, I, 1>(rule))
}

impl<R: ElementwiseMap<I, O>, const I: usize, const O: usize> BarRule<1, I, O> for ElementwiseMapState<R, I, O> {
    #[inline(always)]
    fn values(&self, [bar]: [[f64; I]; 1]) -> [f64; O] {
        self.0.values(bar)
    }
}

impl<R: ElementwiseMap<I, O>, const I: usize, const O: usize> State for ElementwiseMapState<R, I, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        map_bars(self, &[from_fn(|i| inputs[i])], &mut output_array(outputs));
    }

    fn visit(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// Implements `Kernel` for rules of one bar: for those that implement [`ElementwiseMap`] by their numbers of inputs and
/// outputs, for others by an expression that starts the state, such as [`boxed`] of a closure.
macro_rules! elementwise_map {
    ($($kernel:ty: $inputs:literal => $outputs:literal),+ $(,)?) => {$(
        $crate::kernel::elementwise_map!(@kernel $kernel, $outputs, |kernel| {
            Box::new($crate::kernel::ElementwiseMapState::<_, $inputs, $outputs>(kernel.clone()))
        });
    )+};
    ($($kernel:ty: $start:expr),+ $(,)?) => {$(
        $crate::kernel::elementwise_map!(@kernel $kernel, 1, $start);
    )+};
    (@kernel $kernel:ty, $outputs:literal, $start:expr) => {
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
                let start: fn(&Self) -> Box<dyn $crate::kernel::State> = $start;
                start(self)
            }
        }
    };
}
pub(crate) use elementwise_map;
