//! Lags and differences, and `lagged!`, the driver for a rule of a value and the one `n` bars before.

use crate::kernel::elementwise::arithmetic::each;
use crate::kernel::state::carry_over::CarryOver;
use crate::kernel::{Fields, Kernel, State, parameters};

/// The input `bars` bars earlier.
#[derive(Debug, Clone)]
pub struct Lag {
    /// The number of bars.
    pub bars: usize,
}

parameters!(Lag { bars });

/// The input minus the input `bars` bars earlier.
#[derive(Debug, Clone)]
pub struct Change {
    /// The number of bars.
    pub bars: usize,
}

parameters!(Change { bars });

/// The absolute difference from the input `bars` bars earlier.
#[derive(Debug, Clone)]
pub struct AbsoluteChange {
    /// The number of bars.
    pub bars: usize,
}

parameters!(AbsoluteChange { bars });

/// The change from the input `bars` bars earlier as a fraction of it (simple return); NaN where that is zero.
#[derive(Debug, Clone)]
pub struct SimpleReturn {
    /// The number of bars.
    pub bars: usize,
}

parameters!(SimpleReturn { bars });

/// A function of each value and the one `bars` bars earlier.
#[derive(Clone)]
struct Lagged<F> {
    carry_over: CarryOver,
    rule: F,
}

impl<F: Fn([f64; 2]) -> f64 + Clone + Send + Sync + 'static> Lagged<F> {
    fn boxed(bars: usize, rule: F) -> Box<dyn State> {
        Box::new(Self { carry_over: CarryOver::new(bars), rule })
    }
}

impl<F: Fn([f64; 2]) -> f64 + Clone + Send + Sync + 'static> State for Lagged<F> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        lagged(&self.rule, &mut self.carry_over, inputs[0], outputs[0]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.carry_over]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// The values of a rule for each value and the one `n` bars before, `n` being the length of the carry-over.
pub(crate) fn lagged(rule: &impl Fn([f64; 2]) -> f64, carry_over: &mut CarryOver, x: &[f64], output: &mut [f64]) {
    let head = carry_over.before().len().min(x.len());
    let (first, rest) = output.split_at_mut(head);
    each(rule, [&x[..head], &carry_over.before()[..head]], first);
    each(rule, [&x[head..], &x[..x.len() - head]], rest);
    carry_over.end_block(x);
}

/// Implements `Kernel` for rules of a value and the one some bars before.
macro_rules! lagged {
    ($($kernel:ty: $rule:expr),+ $(,)?) => {$(
        impl Kernel for $kernel {
            fn lookback(&self) -> usize {
                self.bars
            }

            fn is_canonical(&self) -> bool {
                true
            }

            fn block(&self) -> usize {
                usize::MAX
            }

            fn start(&self) -> Box<dyn State> {
                Lagged::boxed(self.bars, $rule)
            }
        }
    )+};
}

lagged!(
    Lag: |[_, before]| before,
    Change: |[now, before]| now - before,
    AbsoluteChange: |[now, before]| (now - before).abs(),
    SimpleReturn: |[now, before]| if before == 0.0 { f64::NAN } else { (now - before) / before },
);
