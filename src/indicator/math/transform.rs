//! The functions of mathematics, value by value.

use crate::kernel::{Fields, Kernel, State};

/// A function of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::indicator) enum Function {
    /// Arc cosine.
    Acos,
    /// Arc sine.
    Asin,
    /// Arc tangent.
    Atan,
    /// Rounding up.
    Ceil,
    /// Cosine.
    Cos,
    /// Hyperbolic cosine.
    Cosh,
    /// Powers of e.
    Exp,
    /// Rounding down.
    Floor,
    /// Natural logarithm.
    Ln,
    /// Decimal logarithm.
    Log10,
    /// Sine.
    Sin,
    /// Hyperbolic sine.
    Sinh,
    /// Tangent.
    Tan,
    /// Hyperbolic tangent.
    Tanh,
}

impl Function {
    /// The value at `x`, the same on every platform.
    fn of(self) -> fn(f64) -> f64 {
        match self {
            Self::Acos => libm::acos,
            Self::Asin => libm::asin,
            Self::Atan => libm::atan,
            Self::Ceil => libm::ceil,
            Self::Cos => libm::cos,
            Self::Cosh => libm::cosh,
            Self::Exp => libm::exp,
            Self::Floor => libm::floor,
            Self::Ln => libm::log,
            Self::Log10 => libm::log10,
            Self::Sin => libm::sin,
            Self::Sinh => libm::sinh,
            Self::Tan => libm::tan,
            Self::Tanh => libm::tanh,
        }
    }
}

/// A function of each value.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Transform {
    /// The function.
    pub(in crate::indicator) function: Function,
}

impl Kernel for Transform {
    fn lookback(&self) -> usize {
        0
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl State for Transform {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let function = self.function.of();
        for (input, output) in inputs[0].iter().zip(outputs[0].iter_mut()) {
            *output = function(*input);
        }
    }

    fn pass(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
