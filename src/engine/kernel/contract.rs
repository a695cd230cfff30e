//! The block contract: what a kernel is, and how its state is fed.
//!
//! Push, not pull: a state sees each bar once, in order, and keeps what it needs of the past itself. A pull interface
//! (`value(at)`) would need random access to the series, which a live stream does not have.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use super::state::snapshot::Field;
use super::{Fields, KernelKey, Parameters};

/// The most bars of one block.
pub const BLOCK: usize = 1024;

/// How many bars before a bar its value depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// So many bars before it: the value is the same wherever the feeding starts before those.
    Bars(usize),
    /// All bars since the first of the series.
    Unbounded,
}

impl Memory {
    /// The memory of one kernel that reads another.
    pub fn after(self, input: Self) -> Self {
        match (self, input) {
            (Self::Bars(own), Self::Bars(input)) => Self::Bars(own + input),
            _ => Self::Unbounded,
        }
    }

    /// The memory of reading both.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Bars(one), Self::Bars(two)) => Self::Bars(one.max(two)),
            _ => Self::Unbounded,
        }
    }
}

/// What to compute, as a plain value: two kernels with equal keys compute the same.
pub trait Kernel: Any + Debug + Parameters + Send + Sync {
    /// What tells this kernel from others.
    fn key(&self) -> KernelKey {
        KernelKey::new(self)
    }

    /// The number of outputs.
    fn outputs(&self) -> usize {
        1
    }

    /// The number of bars, counted from the first that every input has, without a value.
    fn lookback(&self) -> usize;

    /// The number of bars of the series without a value, when its inputs have none at their first bars.
    fn lookback_after(&self, inputs: &[usize]) -> usize {
        inputs.iter().copied().max().unwrap_or(0) + self.lookback()
    }

    /// After how many bars, counted from the first that every input has, the values no longer depend on where the
    /// feeding started, to 8 digits; `None` if they always do, or it is unknown.
    fn stable_after(&self) -> Option<usize> {
        match self.memory() {
            Memory::Bars(_) => Some(self.lookback()),
            Memory::Unbounded => None,
        }
    }

    /// How many bars back a value depends on.
    fn memory(&self) -> Memory {
        Memory::Bars(self.lookback())
    }

    /// Whether NaN in its outputs is canonical already.
    fn is_canonical(&self) -> bool {
        false
    }

    /// The most bars that its states take at once.
    fn block(&self) -> usize {
        BLOCK
    }

    /// One kernel with the outputs of this one and then those of others of its type that read the same inputs, of which
    /// there may be none, if they have work to share or to do once for all starts.
    fn fuse(&self, _others: &[&dyn Kernel]) -> Option<Arc<dyn Kernel>> {
        None
    }

    /// The state before the first bar.
    fn start(&self) -> Box<dyn State>;
}

/// A computation under way. It is cloned at the tip of a series to see what a bar that still forms would give.
pub trait State: Send + Sync {
    /// Takes the next bars of each input and gives the values of each output at those bars.
    ///
    /// All slices have the same length, 1 to what [`Kernel::block`] says. How bars are cut into blocks does not change
    /// a bit. NaN is a missing value: a window that holds one is NaN, and a recurrence is NaN at that bar and keeps its
    /// state.
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]);

    /// As `feed`, but the outputs are not read and may be left unspecified.
    fn advance(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.feed(inputs, outputs);
    }

    /// Passes over everything that feeding changes, which writes it down, or puts back what was written. What the
    /// kernel says is there from the start and is left out.
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
