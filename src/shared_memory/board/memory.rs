//! Memory as the protocol sees it: words, with the order of each access. Tests put another in the place of a mapping.

use std::sync::atomic::{Ordering, fence};

use crate::shared_memory::map::{WORD, Words};

/// Words that one process writes and others read.
pub(super) trait Memory {
    /// A word; `None` outside of the memory.
    fn load(&self, word: usize, order: Ordering) -> Option<u64>;

    /// Changes a word.
    fn store(&self, word: usize, value: u64, order: Ordering);

    /// A fence between accesses.
    fn fence(&self, order: Ordering);

    /// Replaces `bytes` by `len` bytes from a word on, each word loaded relaxed; `None` outside of the memory.
    fn copy_out(&self, word: usize, len: usize, bytes: &mut Vec<u8>) -> Option<()> {
        bytes.clear();
        let words = len.div_ceil(WORD);
        self.load(word.checked_add(words.checked_sub(1)?)?, Ordering::Relaxed)?;
        for at in word..word + words {
            bytes.extend_from_slice(&self.load(at, Ordering::Relaxed)?.to_le_bytes());
        }
        bytes.truncate(len);
        Some(())
    }

    /// Writes bytes from a word on, each word stored relaxed; the last one is filled up with zeros.
    fn copy_in(&self, word: usize, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<WORD>();
        for (at, value) in (word..).zip(words) {
            self.store(at, u64::from_le_bytes(*value), Ordering::Relaxed);
        }
        if !rest.is_empty() {
            let mut last = [0; WORD];
            last[..rest.len()].copy_from_slice(rest);
            self.store(word + words.len(), u64::from_le_bytes(last), Ordering::Relaxed);
        }
    }
}

impl Memory for Words {
    fn load(&self, word: usize, order: Ordering) -> Option<u64> {
        Some(self.part(word, 1)?[0].load(order))
    }

    fn store(&self, word: usize, value: u64, order: Ordering) {
        self.part(word, 1).expect("the writer stays within its memory")[0].store(value, order);
    }

    fn fence(&self, order: Ordering) {
        fence(order);
    }

    // One check for all words, so that the loop is a load and a store.
    fn copy_out(&self, word: usize, len: usize, bytes: &mut Vec<u8>) -> Option<()> {
        let words = self.part(word, len.div_ceil(WORD))?;
        bytes.resize(words.len() * WORD, 0);
        for (place, word) in bytes.as_chunks_mut::<WORD>().0.iter_mut().zip(words) {
            *place = word.load(Ordering::Relaxed).to_le_bytes();
        }
        bytes.truncate(len);
        Some(())
    }
}
