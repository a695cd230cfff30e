//! True range, directional movement (Wilder 1978) and signed weights.

use super::lag::{Lagged, lagged};
use crate::kernel::elementwise::arithmetic::larger;
use crate::kernel::{Kernel, Memory, State, parameters};

/// The true range of high, low and close: the range of the bar, extended to the previous close.
#[derive(Debug, Clone)]
pub struct TrueRange {
    /// Whether the first bar has a value: its high minus its low.
    pub first: bool,
}

parameters!(TrueRange { first });

/// The directional movement of high and low: the rise of the high and the fall of the low; the smaller of the two is 0.
#[derive(Debug, Clone)]
pub struct DirectionalMovement;

parameters!(DirectionalMovement);

/// The second input times the sign of the change of the first.
#[derive(Debug, Clone)]
pub struct SignedByChange {
    /// Whether the first bar counts as a rise, else as unchanged.
    pub first: bool,
}

parameters!(SignedByChange { first });

impl Kernel for TrueRange {
    fn lookback(&self) -> usize {
        usize::from(!self.first)
    }

    fn stable_after(&self) -> Option<usize> {
        Some(1)
    }

    fn memory(&self) -> Memory {
        // If the first bar has a value, values depend on where the series starts.
        if self.first { Memory::Unbounded } else { Memory::Bars(1) }
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let first: fn([f64; 3]) -> [f64; 1] = |[high, low, _]| [high - low];
        let rule = |[high, low, _]: [f64; 3], [_, _, close]: [f64; 3]| {
            [larger(larger(high - low, (high - close).abs()), (low - close).abs())]
        };
        Lagged::with_first(rule, self.first.then_some(first))
    }
}

lagged!(DirectionalMovement: 2, |_| 1, |_| Lagged::boxed(1, |[high, low], [high_before, low_before]| {
    let (up, down) = (high - high_before, low_before - low);
    let missing = up.is_nan() | down.is_nan();
    let plus = if up > down && up > 0.0 { up } else { 0.0 };
    let minus = if down > up && down > 0.0 { down } else { 0.0 };
    if missing { [f64::NAN; 2] } else { [plus, minus] }
}));

impl Kernel for SignedByChange {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        Some(1)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let rule = |[x, weight]: [f64; 2], [before, _]: [f64; 2]| {
            let (up, down) = (weight_where(x > before, weight), weight_where(x < before, weight));
            [or_missing(up - down, x - before)]
        };
        let first: fn([f64; 2]) -> [f64; 1] = if self.first { |[_, weight]| [weight] } else { |_| [0.0] };
        Lagged::with_first(rule, Some(first))
    }
}

/// The weight where the condition is true, else 0; NaN passes through.
#[inline(always)]
fn weight_where(condition: bool, weight: f64) -> f64 {
    if condition | weight.is_nan() { weight } else { 0.0 }
}

#[inline(always)]
fn or_missing(value: f64, change: f64) -> f64 {
    if change.is_nan() { f64::NAN } else { value }
}
