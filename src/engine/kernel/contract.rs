//! The block contract: what a kernel is, and how its state is fed.
//!
//! Push, not pull: a state sees each bar once, in order, and stores the history it needs. A pull interface (`value(at)`)
//! would need random access to the series, which a live stream does not have.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use super::state::snapshot::Field;
use super::{Fields, KernelKey, Parameters};

/// The maximum number of bars in a block.
pub const BLOCK: usize = 1024;

/// How far back the value of a bar depends on its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// This many bars before it: the value does not depend on where the feed starts, if it starts before those.
    Bars(usize),
    /// All bars from the start of the series.
    Unbounded,
}

impl Memory {
    /// The memory of a kernel composed with its input.
    pub fn after(self, input: Self) -> Self {
        match (self, input) {
            (Self::Bars(own), Self::Bars(input)) => Self::Bars(own + input),
            _ => Self::Unbounded,
        }
    }

    /// The memory of a value that depends on both.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Bars(one), Self::Bars(two)) => Self::Bars(one.max(two)),
            _ => Self::Unbounded,
        }
    }
}

/// What to compute, as a plain value: two kernels with equal keys compute the same.
pub trait Kernel: Any + Debug + Parameters + Send + Sync {
    /// The identity of this kernel: type and parameters.
    fn key(&self) -> KernelKey {
        KernelKey::new(self)
    }

    /// The number of outputs.
    fn outputs(&self) -> usize {
        1
    }

    /// The number of bars without a value, counted from the first bar at which every input has one.
    fn lookback(&self) -> usize;

    /// The number of bars without a value from the start of the series, given the lookback of each input.
    fn lookback_after(&self, inputs: &[usize]) -> usize {
        inputs.iter().copied().max().unwrap_or(0) + self.lookback()
    }

    /// The number of bars, counted from the first at which every input has a value, after which values no longer depend
    /// on where the feed started, to 8 digits; `None` if they always do, or if it is unknown.
    fn stable_after(&self) -> Option<usize> {
        match self.memory() {
            Memory::Bars(_) => Some(self.lookback()),
            Memory::Unbounded => None,
        }
    }

    /// How far back a value depends on the inputs.
    fn memory(&self) -> Memory {
        Memory::Bars(self.lookback())
    }

    /// Whether its states emit canonical NaN.
    fn is_canonical(&self) -> bool {
        false
    }

    /// The maximum number of bars its states accept per call.
    fn block(&self) -> usize {
        BLOCK
    }

    /// The CPU time per bar in nanoseconds, on a core with AVX2, for admission and scheduling. `--bench costs` measures it;
    /// a test keeps it within a factor of 2 of what was measured.
    fn cost(&self) -> f64 {
        2.0
    }

    /// Fuses this kernel with others of its type that read the same inputs, possibly none: one kernel with the outputs of
    /// all, in order. `lookbacks` are those of the inputs. `None` if fusing saves no work.
    fn fuse(&self, _others: &[&dyn Kernel], _lookbacks: &[usize]) -> Option<Arc<dyn Kernel>> {
        None
    }

    /// The state before the first bar.
    fn start(&self) -> Box<dyn State>;
}

/// A running computation. Its clone at the tip of a series computes the forming bar.
pub trait State: Send + Sync {
    /// Consumes the next bars of each input and writes the values of each output at those bars.
    ///
    /// All slices have the same length, from 1 to [`Kernel::block`]. The division into blocks does not change a bit. NaN
    /// is a missing value: a window that contains one is NaN, and a recurrence is NaN at that bar and its state is
    /// unchanged.
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]);

    /// As `feed`, but the caller ignores the outputs, which may be left unspecified.
    fn advance(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.feed(inputs, outputs);
    }

    /// Visits every field that `feed` changes, to save or to restore it. Parameters of the kernel are left out.
    fn visit(&mut self, fields: &mut Fields<'_>);

    /// This state, boxed.
    fn boxed(&self) -> Box<dyn State>;
}

impl Clone for Box<dyn State> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

impl Field for Box<dyn State> {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        (**self).visit(fields);
    }
}
