//! `ByWindow`, the driver for functions of a window as one slice, oldest value first.

use crate::kernel::simd::canonical_nan::canonical;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Fields, State};

/// A function of the values of a window, oldest first, none of them NaN.
pub(crate) trait WindowFunction: Clone + Send + Sync + 'static {
    /// The value of a window.
    fn value(&self, window: &[f64]) -> f64;
}

/// The state of a function of a window. A window that contains a NaN has no value.
#[derive(Clone)]
pub(crate) struct ByWindow<W> {
    function: W,
    window: usize,
    history: History,
    /// The number of coming bars whose windows contain a NaN.
    missing: usize,
}

impl<W: WindowFunction> ByWindow<W> {
    /// The function over windows of `window` bars, 1 or more.
    pub(crate) fn new(function: W, window: usize) -> Self {
        Self { function, window, history: History::new(window - 1), missing: window - 1 }
    }
}

impl<W: WindowFunction> State for ByWindow<W> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        let values = self.history.with_history(self.window - 1, 0);
        for (at, (window, output)) in values.windows(self.window).zip(outputs[0].iter_mut()).enumerate() {
            self.missing = if inputs[0][at].is_nan() { self.window } else { self.missing };
            if self.missing > 0 {
                self.missing -= 1;
                *output = f64::NAN;
            } else {
                *output = canonical(self.function.value(window));
            }
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.history, &mut self.missing]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
