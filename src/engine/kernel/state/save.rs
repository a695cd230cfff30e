//! Saving and restoring the states of a plan.

use crate::kernel::{Fields, Kernel, State};

/// Appends states to `bytes`.
pub fn save_states(bytes: &mut Vec<u8>, states: &[Box<dyn State>]) {
    // A visit may change fields, so it runs on clones.
    states.iter().for_each(|state| state.clone().visit(&mut Fields::save(bytes)));
}

/// Restores the states of `kernels`; `None` if `bytes` is not exactly their snapshot.
pub fn restore_states<'k>(bytes: &[u8], kernels: impl Iterator<Item = &'k dyn Kernel>) -> Option<Vec<Box<dyn State>>> {
    let mut fields = Fields::restore(bytes);
    let restore = |kernel: &dyn Kernel| {
        let mut state = kernel.start();
        state.visit(&mut fields);
        state
    };
    let states = kernels.map(restore).collect();
    fields.is_complete().then_some(states)
}
