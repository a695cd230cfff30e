//! Checkpoints: the state of a run, and its encoding as bytes.
//!
//! ```text
//! bytes = "atradck1" | identity | row | fields of each state | checksum        64-bit little-endian words
//! ```
//!
//! The identity covers the program version, the kernels of the plan in order, and the key of the caller; the checksum
//! covers all words before it and detects any change of a single word.

use crate::indicator::Plan;
use crate::kernel::{State, restore_states, save_states};

/// The magic number, with the version of the format.
const FORMAT: u64 = u64::from_le_bytes(*b"atradck1");

/// The state of a run before a row of a series. A run resumed from it is bit-identical to one that never stopped, as long as the
/// bars before that row are unchanged.
#[derive(Clone)]
pub struct Checkpoint {
    pub(crate) row: usize,
    pub(crate) states: Vec<Box<dyn State>>,
}

/// Why bytes are not a checkpoint of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// They are truncated, corrupted, or were never a checkpoint.
    #[error("checkpoint is damaged")]
    Damaged,
    /// They have another format.
    #[error("checkpoint has another format")]
    Format,
    /// They belong to another plan, or another revision of it.
    #[error("checkpoint belongs to another plan")]
    Plan,
}

impl Checkpoint {
    /// The first row that has not been fed.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Encodes the checkpoint of `plan`. `key` identifies the question: the keys of the expressions and the bars that `row`
    /// counts.
    pub fn to_bytes(&self, plan: &Plan, key: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        [FORMAT, identity(plan, key), self.row as u64].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        save_states(&mut bytes, &self.states);
        let sum = checksum(&bytes);
        bytes.extend(sum.to_le_bytes());
        bytes
    }

    /// Decodes a checkpoint that `to_bytes` wrote for an equal plan and the same key.
    pub fn from_bytes(plan: &Plan, key: &str, bytes: &[u8]) -> Result<Self, Unusable> {
        let (body, sum) = bytes.split_last_chunk().ok_or(Unusable::Damaged)?;
        let (head, states) = body.split_first_chunk::<24>().ok_or(Unusable::Damaged)?;
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| head[8 * at + byte]));
        if word(0) != FORMAT {
            return Err(Unusable::Format);
        }
        if u64::from_le_bytes(*sum) != checksum(body) {
            return Err(Unusable::Damaged);
        }
        if word(1) != identity(plan, key) {
            return Err(Unusable::Plan);
        }
        let states = restore_states(states, plan.steps.iter().map(|step| &*step.kernel)).ok_or(Unusable::Damaged)?;
        Ok(Self { row: usize::try_from(word(2)).map_err(|_| Unusable::Damaged)?, states })
    }
}

/// The identity of a plan: the program version, the key, and the kernels in order.
fn identity(plan: &Plan, key: &str) -> u64 {
    let mut bytes = format!("{}\n{key}\n", env!("CARGO_PKG_VERSION")).into_bytes();
    plan.steps.iter().for_each(|step| bytes.extend(step.kernel.key().to_bytes()));
    checksum(&bytes)
}

/// A checksum that detects any change of a single word: each step is a bijection of the word.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let mix = |sum: u64, word: u64| {
        let mixed = (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 32)
    };
    let (words, rest) = bytes.as_chunks();
    let sum = words.iter().fold(bytes.len() as u64, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    rest.iter().fold(sum, |sum, &byte| mix(sum, u64::from(byte)))
}
