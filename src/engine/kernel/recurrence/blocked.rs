//! The cutting of a stream into blocks of eight, for scans that only need the inputs of the block and a carry.
//!
//! A partial block evaluates the expression of a full one, as a lane depends on inputs up to it only; its carry is kept
//! once the block is full. ([`Block8`](super::block8::Block8) cuts by itself: it starts off the grid, and reads the input
//! before each block.)

use super::block8::WIDTH;
use crate::kernel::state::skip_nan::Dense;
use crate::kernel::{Field, Fields};

/// A scan of full blocks.
pub(crate) trait BlockScan: Clone + Send + Sync + 'static {
    /// What a block hands on to the next.
    type Carry: Copy + Field + Send + Sync + 'static;

    /// The outputs of full blocks, and the carry after them.
    fn scan(&self, carry: Self::Carry, inputs: &[f64], output: &mut [f64]) -> Self::Carry;

    /// The carry before some inputs, of which the first is given.
    fn before(&self, carry: Self::Carry, _: f64) -> Self::Carry {
        carry
    }
}

/// A scan, and where in a block it is.
#[derive(Clone)]
pub(crate) struct Blocked<S: BlockScan> {
    pub(super) scan: S,
    pub(super) carry: S::Carry,
    /// The inputs of the current block so far, then any.
    inputs: [f64; WIDTH],
    count: usize,
}

impl<S: BlockScan> Blocked<S> {
    pub(super) fn new(scan: S, carry: S::Carry) -> Self {
        Self { scan, carry, inputs: [0.0; WIDTH], count: 0 }
    }

    /// The number of inputs until the current block is full; 0 if it is empty.
    pub(super) fn free(&self) -> usize {
        (WIDTH - self.count) % WIDTH
    }

    /// The outputs of inputs within the current block.
    fn partial(&mut self, inputs: &[f64], output: &mut [f64]) {
        if inputs.is_empty() {
            return;
        }
        let bars = self.count..self.count + inputs.len();
        self.inputs[bars.clone()].copy_from_slice(inputs);
        let mut values = [0.0; WIDTH];
        let next = self.scan.scan(self.carry, &self.inputs, &mut values);
        self.count = bars.end;
        output.copy_from_slice(&values[bars]);
        if self.count == WIDTH {
            (self.carry, self.count) = (next, 0);
        }
    }
}

impl<S: BlockScan> Dense for Blocked<S> {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        let Some(&first) = inputs.first() else { return };
        self.carry = self.scan.before(self.carry, first);
        let output = &mut *outputs[0];
        let head = self.free().min(inputs.len());
        let tail = head + (inputs.len() - head) / WIDTH * WIDTH;
        self.partial(&inputs[..head], &mut output[..head]);
        self.carry = self.scan.scan(self.carry, &inputs[head..tail], &mut output[head..tail]);
        self.partial(&inputs[tail..], &mut output[tail..]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.carry, &mut self.inputs]);
        fields.below(&mut self.count, WIDTH);
    }
}
