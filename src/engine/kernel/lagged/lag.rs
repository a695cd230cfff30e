//! Lags and differences, and `lagged!`, the driver for rules of a bar and the one `n` bars before it.

use std::array::from_fn;

use crate::kernel::elementwise::bar_rule::{BarRule, map_bars, output_array};
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

/// The first input `bars` bars earlier minus the second.
#[derive(Debug, Clone)]
pub struct LaggedMinus {
    /// The number of bars.
    pub bars: usize,
}

parameters!(LaggedMinus { bars });

impl Kernel for LaggedMinus {
    fn lookback(&self) -> usize {
        self.bars
    }

    fn lookback_after(&self, inputs: &[usize]) -> usize {
        (inputs[0] + self.bars).max(inputs[1])
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn block(&self) -> usize {
        usize::MAX
    }

    fn start(&self) -> Box<dyn State> {
        Lagged::boxed(self.bars, |[_, other], [before, _]| [before - other])
    }
}

/// A function of a bar and the lagged one. NaN must propagate.
pub(crate) trait LagRule<const I: usize, const O: usize>:
    Fn([f64; I], [f64; I]) -> [f64; O] + Clone + Send + Sync + 'static
{
}

impl<F, const I: usize, const O: usize> LagRule<I, O> for F where
    F: Fn([f64; I], [f64; I]) -> [f64; O] + Clone + Send + Sync + 'static
{
}

/// The state of a rule of each bar and the one a fixed lag before it.
#[derive(Clone)]
pub(crate) struct Lagged<F, const I: usize, const O: usize> {
    rule: F,
    /// The values of the first bar that every input has; taken at that bar.
    first: Option<fn([f64; I]) -> [f64; O]>,
    carry_over: [CarryOver; I],
}

impl<F: LagRule<I, O>, const I: usize, const O: usize> Lagged<F, I, O> {
    /// The state of a rule of a bar and the one `bars` bars before it.
    pub(crate) fn boxed(bars: usize, rule: F) -> Box<dyn State> {
        Box::new(Self { rule, first: None, carry_over: from_fn(|_| CarryOver::new(bars)) })
    }

    /// The state of a rule of a bar and the previous one, with other values at the first bar.
    pub(crate) fn with_first(rule: F, first: Option<fn([f64; I]) -> [f64; O]>) -> Box<dyn State> {
        Box::new(Self { rule, first, carry_over: from_fn(|_| CarryOver::new(1)) })
    }

    /// Overwrites the values of the first bar, if it is in this block.
    fn write_first(&mut self, first: fn([f64; I]) -> [f64; O], inputs: &[&[f64]; I], outputs: &mut [&mut [f64]; O]) {
        let len = inputs[0].len();
        let Some(at) = (0..len).find(|at| inputs.iter().all(|input| !input[*at].is_nan())) else { return };
        let values = first(inputs.map(|input| input[at]));
        for (output, value) in outputs.iter_mut().zip(values) {
            output[at] = value;
        }
        self.first = None;
    }
}

/// A rule of a bar and the lagged one.
struct TwoBars<'a, F>(&'a F);

impl<F: LagRule<I, O>, const I: usize, const O: usize> BarRule<2, I, O> for TwoBars<'_, F> {
    #[inline(always)]
    fn values(&self, [now, before]: [[f64; I]; 2]) -> [f64; O] {
        (self.0)(now, before)
    }
}

impl<F: LagRule<I, O>, const I: usize, const O: usize> State for Lagged<F, I, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let inputs: [&[f64]; I] = from_fn(|i| inputs[i]);
        let mut outputs: [&mut [f64]; O] = output_array(outputs);
        let before = self.carry_over.each_ref().map(CarryOver::before);
        let len = inputs[0].len();
        let head = before[0].len().min(len);
        let rule = TwoBars(&self.rule);
        map_bars(
            &rule,
            &[inputs.map(|input| &input[..head]), before.map(|before| &before[..head])],
            &mut outputs.each_mut().map(|output| &mut output[..head]),
        );
        map_bars(
            &rule,
            &[inputs.map(|input| &input[head..]), inputs.map(|input| &input[..len - head])],
            &mut outputs.each_mut().map(|output| &mut output[head..]),
        );
        if let Some(first) = self.first {
            self.write_first(first, &inputs, &mut outputs);
        }
        self.carry_over.iter_mut().zip(inputs).for_each(|(carry_over, input)| carry_over.end_block(input));
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let mut is_ahead = self.first.is_some();
        fields.visit(&mut [&mut is_ahead, &mut self.carry_over]);
        if is_ahead && self.first.is_none() {
            fields.invalidate();
        }
        self.first = self.first.filter(|_| is_ahead);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// Implements `Kernel` for rules of a bar and the one a fixed lag before it: number of outputs, lag, and an expression
/// that starts the state.
macro_rules! lagged {
    ($($kernel:ty: $outputs:literal, $bars:expr, $start:expr);+ $(;)?) => {$(
        impl $crate::kernel::Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                let bars: fn(&Self) -> usize = $bars;
                bars(self)
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
    )+};
}
pub(crate) use lagged;

lagged!(
    Lag: 1, |kernel| kernel.bars, |kernel| Lagged::boxed(kernel.bars, |[_], [before]| [before]);
    Change: 1, |kernel| kernel.bars, |kernel| Lagged::boxed(kernel.bars, |[now], [before]| [now - before]);
    AbsoluteChange: 1, |kernel| kernel.bars,
        |kernel| Lagged::boxed(kernel.bars, |[now], [before]| [(now - before).abs()]);
    SimpleReturn: 1, |kernel| kernel.bars, |kernel| Lagged::boxed(kernel.bars, |[now], [before]| {
        [if before == 0.0 { f64::NAN } else { (now - before) / before }]
    });
);
