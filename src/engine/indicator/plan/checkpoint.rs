//! Checkpoints: a plan set down, and the bytes that outlive the process.
//!
//! ```text
//! bytes = "atradck1" | identity | row | fields of each state | checksum        words of eight bytes, least byte first
//! ```
//!
//! The identity is that of the program, of the kernels of the plan in their order, and of the key that the caller asks
//! by; the checksum is that of all words before it. Any one word that is changed changes it.

use crate::indicator::Plan;
use crate::kernel::{Fields, State};

/// What the bytes begin with: raised when they change.
const FORMAT: u64 = u64::from_le_bytes(*b"atradck1");

/// The state of a run before some row of a series; a run resumed from it is identical to one that never stopped. It is good for as long
/// as the bars before that row are what they were.
#[derive(Clone)]
pub struct Checkpoint {
    pub(crate) row: usize,
    pub(crate) states: Vec<Box<dyn State>>,
}

/// Why bytes are no checkpoint of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// They are cut short, or changed, or never were a checkpoint.
    #[error("checkpoint is damaged")]
    Damaged,
    /// They are written in another format.
    #[error("checkpoint has another format")]
    Format,
    /// They belong to another plan, or another revision of it.
    #[error("checkpoint belongs to another plan")]
    Plan,
}

impl Checkpoint {
    /// The first row that was not fed yet.
    pub fn row(&self) -> usize {
        self.row
    }

    /// The checkpoint of `plan` as bytes. `key` says what was asked: the keys of the expressions, and those bars that
    /// the row counts.
    pub fn to_bytes(&self, plan: &Plan, key: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        [FORMAT, identity(plan, key), self.row as u64].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        Fields::save(&mut bytes, &self.states);
        let sum = checksum(&bytes);
        bytes.extend(sum.to_le_bytes());
        bytes
    }

    /// The checkpoint that `to_bytes` wrote for an equal plan and the same key.
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
        let states = Fields::restore(states, plan.steps.iter().map(|step| &*step.kernel)).ok_or(Unusable::Damaged)?;
        Ok(Self { row: usize::try_from(word(2)).map_err(|_| Unusable::Damaged)?, states })
    }
}

/// What tells one plan from another: the program, the question, and the kernels in their order.
fn identity(plan: &Plan, key: &str) -> u64 {
    let mut bytes = format!("{}\n{key}\n", env!("CARGO_PKG_VERSION")).into_bytes();
    plan.steps.iter().for_each(|step| bytes.extend(step.kernel.key().to_bytes()));
    checksum(&bytes)
}

/// A sum of bytes that any change of one word changes: each step takes different words to different sums.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let mix = |sum: u64, word: u64| {
        let mixed = (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 32)
    };
    let (words, rest) = bytes.as_chunks();
    let sum = words.iter().fold(bytes.len() as u64, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    rest.iter().fold(sum, |sum, &byte| mix(sum, u64::from(byte)))
}
