//! The smoothing factor of the variable index dynamic average (Chande 1992): the absolute momentum of a window that starts
//! with the first change (`min_periods=1` of pandas).
//!
//! The gains and the losses are terms of a window that is doubled in registers, and the factor is made of its sums there:
//! as kernels of their own they were four passes.

use crate::kernel::rolling::fold::doubling::{Doubled, Doubling};
use crate::kernel::simd::vector8::Vector8;
use crate::kernel::state::skip_nan::exists;
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// `scale * |gains - losses| / (gains + losses)` over the newest `window` changes, or over all while there are fewer; 0 where
/// nothing changes.
#[derive(Debug, Clone)]
pub struct MomentumWeight {
    /// The number of changes.
    pub window: usize,
    /// The factor at a momentum of 1.
    pub scale: f64,
}

parameters!(MomentumWeight { window, scale });

impl Doubled<1, 2, 1, 1> for MomentumWeight {
    const BEFORE: bool = true;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, [x]: [V; 1], [before]: [V; 1]) -> [V; 2] {
        // The larger of two is the second where it is NaN.
        let zero = V::splat(0.0);
        [zero.larger(x - before), zero.larger(before - x)]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 1], [[gains, losses]]: [[V; 2]; 1]) -> [V; 1] {
        let whole = gains + losses;
        let weight = (gains - losses).magnitude() / whole * self.scale;
        [weight.unless_zero(whole, V::splat(0.0))]
    }
}

impl Kernel for MomentumWeight {
    fn lookback(&self) -> usize {
        1
    }

    fn stable_after(&self) -> Option<usize> {
        Some(1 + self.window)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(MomentumWeightState {
            scale: self.scale,
            left: self.window - 1,
            totals: [0.0; 2],
            before: f64::NAN,
            windows: Doubling::new(self.clone()),
        })
    }
}

#[derive(Clone)]
struct MomentumWeightState {
    scale: f64,
    /// The number of changes until the window is full.
    left: usize,
    /// The gains and the losses so far, and the value before, until then.
    totals: [f64; 2],
    before: f64,
    windows: Doubling<MomentumWeight, 1, 2, 1, 1>,
}

impl State for MomentumWeightState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.windows.feed(inputs, outputs);
        for (x, output) in inputs[0].iter().zip(outputs[0].iter_mut()) {
            if self.left == 0 {
                break;
            }
            let change = x - self.before;
            self.before = *x;
            *output = f64::NAN;
            if exists(change) {
                self.left -= 1;
                self.totals = [self.totals[0] + change.max(0.0), self.totals[1] + (-change).max(0.0)];
                let [gains, losses] = self.totals;
                let whole = gains + losses;
                *output = if whole == 0.0 { 0.0 } else { (gains - losses).abs() / whole * self.scale };
            }
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.left, &mut self.totals, &mut self.before]);
        self.windows.visit(fields);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
