//! Rolling windows of fixed length: means, moments, extremes, regressions, order statistics.
//!
//! Each value is a pure function of its own window (finite memory): no state accumulates along the series. The usual O(1)
//! update, add the newest and subtract the oldest, was rejected: its rounding error grows with the length of the series
//! (about 1e-11 of a sum after millions of bars, far more of a variance), one NaN or spike poisons every later value,
//! and the result depends on where the series starts. Compensated running sums (Kahan, Neumaier) drift less, but fail
//! after a spike as well.

pub(crate) mod extremes;
pub(crate) mod fold;
pub(crate) mod linear_regression;
pub(crate) mod mean_abs_deviation;
pub(crate) mod moments;
pub(crate) mod order;
pub(crate) mod rescan;
pub(crate) mod sums;

/// Implements `Kernel` for functions of the newest `window` bars. `rolling!(Driver: Kernel => outputs, ..)` starts
/// `Driver::new(kernel, window)`; `rolling!(Kernel => outputs, start)` starts what the expression returns. `@ cost` after the
/// outputs declares the cost, a function of the kernel. The driver emits canonical NaN.
macro_rules! rolling {
    ($driver:ident: $($kernel:ty => $outputs:literal $(@ $cost:expr)?),+ $(,)?) => {$(
        $crate::kernel::rolling!($kernel => $outputs $(@ $cost)?, |kernel| Box::new($driver::new(kernel.clone(), kernel.window)));
    )+};
    ($kernel:ty => $outputs:literal $(@ $cost:expr)?, $start:expr) => {
        impl $crate::kernel::Kernel for $kernel {
            fn outputs(&self) -> usize {
                $outputs
            }

            fn lookback(&self) -> usize {
                self.window - 1
            }

            fn is_canonical(&self) -> bool {
                true
            }

            $(fn cost(&self) -> f64 {
                let cost: fn(&Self) -> f64 = $cost;
                cost(self)
            })?

            fn start(&self) -> Box<dyn $crate::kernel::State> {
                let start: fn(&Self) -> Box<dyn $crate::kernel::State> = $start;
                start(self)
            }
        }
    };
}
pub(crate) use rolling;
