//! The sequence lock of a board, over any memory.
//!
//! The sequence number of a name is the word of its slot: where its value is, with a stamp that never comes again. The writer,
//! of which there is one, writes a new value into free memory, and then stores the new word: nothing that a reader may be
//! reading is changed, until the memory of a replaced value is used again. A reader loads the word, reads the value, and
//! loads the word again; if it is the same, the value was the current one all the time, so no byte of it was changed.
//!
//! The order of accesses (Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012):
//!
//! - The reader's first load of the word acquires, the writer's store of it releases: who sees a word sees the value.
//! - The reader reads the value relaxed, then has an acquire fence before it loads the word again. The writer has a release
//!   fence between the store of a word and the next write of a value. So if the reader has seen a single word of a later
//!   value in reused memory, the fences synchronise, and the second load sees that the word of the slot was replaced.
//! - The value is read and written by relaxed atomics of 8 bytes: on the machines that we know they are plain loads and stores,
//!   and a race is no undefined behaviour. What a torn value says (lengths, offsets) is checked against the bounds of the
//!   memory before it is used.
//!
//! A writer that is killed at any moment leaves either the old word or the new one.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::layout::{ALIGNMENT, Place, SLOT_HASH, SLOT_PLACE, column_stride, header, value};
use super::memory::Memory;
use crate::shared_memory::map::WORD;

/// A value of a board, apart from its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoardValue {
    /// Increases with every post to any name of the board.
    pub version: u64,
    /// When it was posted: nanoseconds since the Unix epoch.
    pub time: i64,
    /// The size of the content in bytes.
    pub bytes: usize,
    /// What the bytes are, as the poster says; empty for columns.
    pub content_type: String,
    /// The labels of the float64 columns; empty for bytes.
    pub labels: Vec<String>,
    /// The rows of each column.
    pub rows: usize,
    /// Whether the first column holds int64 times in nanoseconds since the Unix epoch. It has no label.
    pub has_times: bool,
}

impl BoardValue {
    /// The number of columns, with that of the times.
    pub fn columns(&self) -> usize {
        self.labels.len() + usize::from(self.has_times)
    }

    /// The distance from one column to the next in the content, in bytes.
    pub fn stride(&self) -> usize {
        column_stride(self.rows)
    }
}

/// The words of a value before its content.
pub(super) fn content_word(texts: usize) -> usize {
    (value::WORDS * WORD + texts).next_multiple_of(ALIGNMENT) / WORD
}

/// What a reader finds in a slot.
#[derive(Debug)]
pub(super) enum Found<T> {
    /// The value of the name.
    Value(T),
    /// There is no value, or that of another name.
    Other,
    /// It was replaced in the meantime.
    Torn,
}

/// A slot, by the word where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SlotAt(pub(super) usize);

impl SlotAt {
    pub(super) fn hash(self, memory: &impl Memory) -> u64 {
        memory.load(self.0 + SLOT_HASH, Acquire).unwrap_or(0)
    }

    /// The place of its value, which is readable after that.
    pub(super) fn place(self, memory: &impl Memory) -> Option<Place> {
        memory.load(self.0 + SLOT_PLACE, Acquire).filter(|&word| word != 0).map(Place)
    }

    /// Whether it still has the value at this place, after its memory was read.
    pub(super) fn still_has(self, place: Place, memory: &impl Memory) -> bool {
        memory.fence(Acquire);
        memory.load(self.0 + SLOT_PLACE, Relaxed) == Some(place.0)
    }

    /// Replaces the value. The next write of the writer may be into the memory of the old one.
    #[cfg(feature = "server")]
    pub(super) fn publish(self, hash: u64, place: Place, memory: &impl Memory) {
        memory.store(self.0 + SLOT_PLACE, place.0, Release);
        memory.store(self.0 + SLOT_HASH, hash, Release);
        memory.fence(Release);
    }

    /// Frees the slot.
    #[cfg(feature = "server")]
    pub(super) fn clear(self, memory: &impl Memory) {
        memory.store(self.0 + SLOT_PLACE, 0, Release);
        memory.store(self.0 + SLOT_HASH, 0, Release);
        memory.fence(Release);
    }

    /// One attempt to read the value of a name. `take` is given the word where the content begins and its bytes; its result counts
    /// only if the value was not replaced. `None` from it means that the content lies outside of the memory.
    pub(super) fn read<M: Memory, T>(
        self,
        name: &str,
        texts: &mut Vec<u8>,
        memory: &M,
        take: impl FnOnce(Facts, usize) -> Option<T>,
    ) -> Found<(Place, Facts, T)> {
        let Some(place) = self.place(memory) else { return Found::Other };
        let read = facts(place, name, texts, memory).map(|found| {
            found.and_then(|facts| {
                let word = place.word() + content_word(texts.len());
                has_memory(word, facts.bytes, memory)?;
                Some((facts, take(facts, word)?))
            })
        });
        if !self.still_has(place, memory) {
            return Found::Torn;
        }
        match read {
            Some(Some((facts, taken))) => Found::Value((place, facts, taken)),
            _ => Found::Other,
        }
    }
}

/// The numbers before the texts of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) version: u64,
    pub(super) time: i64,
    pub(super) bytes: usize,
    name_bytes: usize,
    type_bytes: usize,
    rows: usize,
    has_times: bool,
}

impl Facts {
    /// The value with its texts.
    pub(super) fn value(&self, texts: &[u8]) -> BoardValue {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (content_type, labels) = texts[self.name_bytes..].split_at(self.type_bytes);
        let labels = text(labels);
        BoardValue {
            version: self.version,
            time: self.time,
            bytes: self.bytes,
            content_type: text(content_type),
            labels: if labels.is_empty() { Vec::new() } else { labels.split('\n').map(str::to_owned).collect() },
            rows: self.rows,
            has_times: self.has_times,
        }
    }
}

/// Whether bytes from a word on have memory. What a torn value says may lie anywhere.
fn has_memory(word: usize, bytes: usize, memory: &impl Memory) -> Option<()> {
    let allocated = memory.load(header::ALLOCATED, Acquire)?;
    let end = word.checked_mul(WORD)?.checked_add(bytes)?;
    (end as u64 <= allocated).then_some(())
}

/// The facts of the value at a place, if it is that of the name. The outer `None` means that they lie outside of the memory.
fn facts(place: Place, name: &str, texts: &mut Vec<u8>, memory: &impl Memory) -> Option<Option<Facts>> {
    let start = place.word();
    let load = |word: usize| memory.load(start + word, Relaxed);
    let size = |word: usize| load(word).and_then(|value| usize::try_from(value).ok());
    let (name_bytes, type_bytes) = (size(value::NAME_BYTES)?, size(value::TYPE_BYTES)?);
    if name_bytes != name.len() {
        return Some(None);
    }
    let lengths = name_bytes.checked_add(type_bytes)?.checked_add(size(value::LABEL_BYTES)?)?;
    has_memory(start + value::WORDS, lengths, memory)?;
    memory.copy_out(start + value::WORDS, lengths, texts)?;
    if &texts[..name_bytes] != name.as_bytes() {
        return Some(None);
    }
    Some(Some(Facts {
        version: load(value::VERSION)?,
        time: load(value::TIME)? as i64,
        bytes: size(value::BYTES)?,
        name_bytes,
        type_bytes,
        rows: size(value::ROWS)?,
        has_times: load(value::HAS_TIMES)? == 1,
    }))
}

/// The size of a value in the heap: its facts, texts and content.
#[cfg(feature = "server")]
pub(super) fn value_bytes(texts: usize, content: usize) -> usize {
    (content_word(texts) * WORD + content).next_multiple_of(ALIGNMENT)
}

/// Writes a value into memory that nobody reads: no slot has its place, and what a late reader of the old value there finds
/// counts no more, as the release fence after the store into its slot came before.
#[cfg(feature = "server")]
pub(super) fn write(offset: usize, name: &str, new: &BoardValue, parts: &[(usize, &[u8])], memory: &impl Memory) {
    let (start, labels) = (offset / WORD, new.labels.join("\n"));
    let texts = [name, &new.content_type, &labels].concat();
    let facts = [
        (value::VERSION, new.version),
        (value::TIME, new.time as u64),
        (value::BYTES, new.bytes as u64),
        (value::NAME_BYTES, name.len() as u64),
        (value::TYPE_BYTES, new.content_type.len() as u64),
        (value::LABEL_BYTES, labels.len() as u64),
        (value::ROWS, new.rows as u64),
        (value::COLUMNS, new.columns() as u64),
        (value::HAS_TIMES, u64::from(new.has_times)),
    ];
    for (word, fact) in facts {
        memory.store(start + word, fact, Relaxed);
    }
    memory.copy_in(start + value::WORDS, texts.as_bytes());
    let content = start + content_word(texts.len());
    for (at, part) in parts {
        memory.copy_in(content + at / WORD, part);
    }
}
