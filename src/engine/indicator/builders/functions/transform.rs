//! The elementary functions, elementwise.

use super::elementary;
use crate::kernel::{ElementwiseMap, ElementwiseMapState, Fields, Kernel, State, parameters};

/// A function of each value.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Transform {
    /// The function.
    pub(in crate::indicator) function: Function,
}

parameters!(Transform { function });
parameters!(Function as number);

/// Makes the functions, each with what computes it.
macro_rules! functions {
    ($($(#[$meta:meta])* $name:ident: $of:expr),+ $(,)?) => {
        /// A function of one value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::indicator) enum Function {
            $($(#[$meta])* $name),+
        }

        $(
            #[derive(Clone)]
            struct $name;

            impl ElementwiseMap<1, 1> for $name {
                #[inline(always)]
                fn values(&self, [x]: [f64; 1]) -> [f64; 1] {
                    [$of(x)]
                }
            }
        )+

        impl Kernel for Transform {
            fn lookback(&self) -> usize {
                0
            }

            fn start(&self) -> Box<dyn State> {
                match self.function {
                    Function::Sin => Box::new(Angles { near: ElementwiseMapState(Sin), far: libm::sin }),
                    Function::Cos => Box::new(Angles { near: ElementwiseMapState(Cos), far: libm::cos }),
                    Function::Tan => Box::new(Angles { near: ElementwiseMapState(Tan), far: libm::tan }),
                    $(#[allow(unreachable_patterns, reason = "angles have a state of their own")]
                    Function::$name => Box::new(ElementwiseMapState::<_, 1, 1>($name)),)+
                }
            }
        }
    };
}

functions!(
    /// Arc cosine.
    Acos: elementary::acos,
    /// Arc sine.
    Asin: elementary::asin,
    /// Arc tangent.
    Atan: elementary::atan,
    /// Rounding up.
    Ceil: f64::ceil,
    /// Cosine.
    Cos: elementary::cos,
    /// Hyperbolic cosine.
    Cosh: elementary::cosh,
    /// Powers of e.
    Exp: elementary::exp,
    /// Rounding down.
    Floor: f64::floor,
    /// Natural logarithm.
    Ln: elementary::ln,
    /// Decimal logarithm.
    Log10: elementary::log10,
    /// Rounding to the nearest whole number.
    Round: round,
    /// Sine.
    Sin: elementary::sin,
    /// Hyperbolic sine.
    Sinh: elementary::sinh,
    /// Tangent.
    Tan: elementary::tan,
    /// Hyperbolic tangent.
    Tanh: elementary::tanh,
);

/// The nearest whole number; halves are rounded away from zero. Exact: both differences are representable.
#[inline(always)]
pub(in crate::indicator) fn round(x: f64) -> f64 {
    let whole = x.trunc();
    let rounded = if (x - whole).abs() >= 0.5 { whole + 1.0_f64.copysign(x) } else { whole };
    // No negative zero.
    rounded + 0.0
}

/// A trigonometric function, with a slow path for angles of many turns.
#[derive(Clone)]
struct Angles<R> {
    near: ElementwiseMapState<R, 1, 1>,
    far: fn(f64) -> f64,
}

impl<R: ElementwiseMap<1, 1>> State for Angles<R> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.near.feed(inputs, outputs);
        for (angle, value) in inputs[0].iter().zip(outputs[0].iter_mut()) {
            if angle.abs() > elementary::ANGLE_MAX {
                *value = (self.far)(*angle);
            }
        }
    }

    fn visit(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
