//! Elementwise arithmetic.

use super::map::{boxed, elementwise_map};
use crate::kernel::simd::canonical_nan::copy_canonical;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{Fields, State, parameters};

/// A binary operation on two inputs.
#[derive(Debug, Clone)]
pub struct Arithmetic {
    /// The operation.
    pub op: Binary,
}

parameters!(Arithmetic { op });

/// A binary operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// The sum.
    Add,
    /// The first minus the second.
    Subtract,
    /// The product.
    Multiply,
    /// The first divided by the second.
    Divide,
    /// The smaller.
    Min,
    /// The larger.
    Max,
}

parameters!(Binary as number);

/// A binary operation on the input and a constant.
#[derive(Debug, Clone)]
pub struct ArithmeticConstant {
    /// The operation.
    pub op: Binary,
    /// The constant.
    pub value: f64,
    /// Whether the constant is the first operand.
    pub constant_first: bool,
}

parameters!(ArithmeticConstant { op, value, constant_first });

/// The input times `scale`, plus `offset`.
#[derive(Debug, Clone)]
pub struct Affine {
    /// The factor.
    pub scale: f64,
    /// The summand.
    pub offset: f64,
}

parameters!(Affine { scale, offset });

/// The absolute value.
#[derive(Debug, Clone)]
pub struct Absolute;

parameters!(Absolute);

/// The square root; NaN below zero.
#[derive(Debug, Clone)]
pub struct SquareRoot;

parameters!(SquareRoot);

/// The input where it is positive, else 0.
#[derive(Debug, Clone)]
pub struct PositivePart;

parameters!(PositivePart);

/// The negated input where it is negative, else 0.
#[derive(Debug, Clone)]
pub struct NegativePart;

parameters!(NegativePart);

/// The first input divided by the second, and `flat` where that is zero.
#[derive(Debug, Clone)]
pub struct Ratio {
    /// The value where the second input is zero.
    pub flat: f64,
}

parameters!(Ratio { flat });

/// The mean of the inputs, two to four.
#[derive(Debug, Clone)]
pub struct Average {
    /// The number of inputs.
    pub inputs: usize,
}

parameters!(Average { inputs });

/// The input, clamped to `min..=max`.
#[derive(Debug, Clone)]
pub struct Clamp {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

parameters!(Clamp { min, max });

/// The first input where every other input has a value.
#[derive(Debug, Clone)]
pub struct Aligned;

parameters!(Aligned);

/// The smaller, or NaN if either is.
#[inline(always)]
pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if a < b || a.is_nan() { a } else { b }
}

/// The larger, or NaN if either is.
#[inline(always)]
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}

elementwise_map!(
    Arithmetic: |kernel| match kernel.op {
        Binary::Add => boxed(|[a, b]| a + b),
        Binary::Subtract => boxed(|[a, b]| a - b),
        Binary::Multiply => boxed(|[a, b]| a * b),
        Binary::Divide => boxed(|[a, b]| a / b),
        Binary::Min => boxed(|[a, b]| smaller(a, b)),
        Binary::Max => boxed(|[a, b]| larger(a, b)),
    },
    ArithmeticConstant: |&ArithmeticConstant { op, value, constant_first }| match (op, constant_first) {
        (Binary::Add, _) => boxed(move |[x]| x + value),
        (Binary::Subtract, false) => boxed(move |[x]| x - value),
        (Binary::Subtract, true) => boxed(move |[x]| value - x),
        (Binary::Multiply, _) => boxed(move |[x]| x * value),
        (Binary::Divide, false) => boxed(move |[x]| x / value),
        (Binary::Divide, true) => boxed(move |[x]| value / x),
        (Binary::Min, _) => boxed(move |[x]| smaller(x, value)),
        (Binary::Max, _) => boxed(move |[x]| larger(x, value)),
    },
    Affine: |&Affine { scale, offset }| boxed(move |[x]| x * scale + offset),
    Absolute: |_| boxed(|[x]| x.abs()),
    SquareRoot: |_| boxed(|[x]| x.sqrt()),
    // NaN fails the comparison and passes through.
    PositivePart: |_| boxed(|[x]| if x <= 0.0 { 0.0 } else { x }),
    NegativePart: |_| boxed(|[x]| if x >= 0.0 { 0.0 } else { -x }),
    Clamp: |&Clamp { min, max }| boxed(move |[x]| if x < min { min } else if x > max { max } else { x }),
    Ratio: |&Ratio { flat }| boxed(move |[a, b]| if b == 0.0 && !a.is_nan() { flat } else { a / b }),
    Average: |kernel| match kernel.inputs {
        2 => boxed(|[a, b]| (a + b) / 2.0),
        3 => boxed(|[a, b, c]| (a + b + c) / 3.0),
        _ => boxed(|[a, b, c, d]| (a + b + (c + d)) / 4.0),
    },
    Aligned: |_| Box::new(AlignedState),
);

#[derive(Clone)]
struct AlignedState;

impl State for AlignedState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        copy_canonical(inputs[0], outputs[0]);
        for other in &inputs[1..] {
            drop_where_missing(other, outputs[0]);
        }
    }

    fn visit(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

leveled! {
    fn drop_where_missing(other: &[f64], values: &mut [f64]) {
        for (value, other) in values.iter_mut().zip(other) {
            *value = if other.is_nan() { f64::NAN } else { *value };
        }
    }
}
