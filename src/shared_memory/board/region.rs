//! The writer of a board.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::time::{SystemTime, UNIX_EPOCH};

use super::heap::Heap;
use super::layout::{
    ALIGNMENT, CLOSED, FORMAT, HEADER_BYTES, MAGIC, OPEN, Place, SLOT_WORDS, column_stride, hash, header,
};
use super::memory::Memory;
use super::protocol::{BoardValue, SlotAt, content_word, value_bytes, write};
use crate::shared_memory::Error;
use crate::shared_memory::home::{Home, allocate};
use crate::shared_memory::map::{WORD, Words};

/// Memory is allocated in steps of this size.
const STEP: u64 = 1 << 20;

/// The name of the limit of all boards together, as in errors.
const LIMIT: &str = "board_bytes_max";

/// The limits of a board.
#[derive(Debug, Clone)]
pub struct RegionLimits {
    /// The maximum number of names.
    pub names_max: usize,
    /// The maximum size of all values, in bytes, at most 4 GiB.
    pub bytes_max: usize,
    /// The memory of all boards together, in bytes.
    pub all_bytes_max: u64,
    /// What they use of it.
    pub all_bytes: Arc<AtomicU64>,
}

/// A value to be posted.
#[derive(Debug, Clone, Default)]
pub struct NewValue<'a> {
    /// What the bytes are.
    pub content_type: &'a str,
    /// The labels of the float64 columns, without line ends.
    pub labels: Vec<String>,
    /// Whether a column of int64 times precedes them.
    pub has_times: bool,
    /// The columns, as bytes and all of one length; or one part, the bytes.
    pub parts: Vec<&'a [u8]>,
}

/// A value that is posted.
#[derive(Debug)]
struct Posted {
    slot: usize,
    offset: usize,
    bytes: usize,
    value: BoardValue,
}

/// A board, whose only writer this is. It is closed on drop, and its file removed.
#[derive(Debug)]
pub struct Region {
    memory: Words,
    /// `None` in memory of this process, which nobody else reads.
    file: Option<(File, PathBuf)>,
    limits: RegionLimits,
    heap: Heap,
    names: BTreeMap<Box<str>, Posted>,
    free_slots: Vec<usize>,
    allocated: u64,
    stamp: u64,
    version: u64,
    changes: u64,
}

impl Region {
    /// An empty board, in a file if there is a folder for it.
    pub fn new(home: Option<&Home>, limits: RegionLimits) -> Result<Self, Error> {
        let heap_at = (HEADER_BYTES + limits.names_max * SLOT_WORDS * WORD).next_multiple_of(ALIGNMENT);
        let bytes = heap_at.saturating_add(limits.bytes_max).min(Place::OFFSET_MAX);
        let (memory, file) = match home {
            Some(home) => {
                let path = home.new_path()?;
                let file = Home::file(&path, 0o400, bytes as u64)?;
                let failed = |error| Error::io(&path, 0, error);
                // It ends with this process, which tells readers that it has gone.
                file.lock().map_err(failed)?;
                (Words::writable(&file).map_err(failed)?, Some((file, path)))
            }
            None => (Words::private(bytes).map_err(|error| Error::io(Path::new("memory"), bytes as u64, error))?, None),
        };
        let heap = Heap::new(heap_at, bytes);
        let (names, version) = (BTreeMap::new(), now() as u64 / 1000);
        let free_slots = Vec::new();
        let mut region =
            Self { memory, file, limits, heap, names, free_slots, allocated: 0, stamp: 0, version, changes: 0 };
        region.grow(heap_at)?;
        region.begin(heap_at, bytes)?;
        Ok(region)
    }

    fn begin(&self, heap_at: usize, bytes: usize) -> Result<(), Error> {
        let mut generation = [0; WORD];
        getrandom::fill(&mut generation)
            .map_err(|error| Error::io(Path::new("random numbers"), 0, std::io::Error::other(error)))?;
        for (word, value) in [
            (header::FORMAT, FORMAT),
            (header::GENERATION, u64::from_le_bytes(generation)),
            (header::STATE, OPEN),
            (header::HEARTBEAT, now() as u64),
            (header::SLOTS, self.limits.names_max as u64),
            (header::SLOTS_AT, HEADER_BYTES as u64),
            (header::HEAP_AT, heap_at as u64),
            (header::FILE_BYTES, bytes as u64),
        ] {
            self.memory.store(word, value, Relaxed);
        }
        self.memory.store(header::MAGIC, MAGIC, Release);
        Ok(())
    }

    /// The file; `None` if other processes cannot read the board.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|(_, path)| &**path)
    }

    /// The random number of this board.
    pub fn generation(&self) -> u64 {
        self.memory.load(header::GENERATION, Relaxed).unwrap_or(0)
    }

    /// Tells readers that the server is alive.
    pub fn beat(&self) {
        self.memory.store(header::HEARTBEAT, now() as u64, Relaxed);
    }

    /// The number of changes so far.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The values whose name begins with `prefix`, by name.
    pub fn values(&self, prefix: &str) -> impl Iterator<Item = (&str, &BoardValue)> {
        let from = self.names.range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        from.take_while(move |(name, _)| name.starts_with(prefix)).map(|(name, posted)| (&**name, &posted.value))
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&BoardValue> {
        self.names.get(name).map(|posted| &posted.value)
    }

    /// The content of a name: its bytes, or its columns at multiples of [`BoardValue::stride`].
    pub fn content(&self, name: &str) -> Option<Vec<u8>> {
        let Posted { offset, value, .. } = self.names.get(name)?;
        let texts = name.len() + value.content_type.len() + value.labels.join("\n").len();
        let mut content = Vec::new();
        self.memory.copy_out(offset / WORD + content_word(texts), value.bytes, &mut content)?;
        Some(content)
    }

    /// Posts a value, and returns its version. If it fails, the value before stays.
    pub fn post(&mut self, name: &str, new: NewValue<'_>) -> Result<u64, Error> {
        let (value, parts) = self.laid_out(new);
        let texts = name.len() + value.content_type.len() + value.labels.join("\n").len();
        let bytes = value_bytes(texts, value.bytes);
        let before = self.names.get(name).map(|posted| posted.slot);
        let slot = match before {
            Some(slot) => slot,
            None if self.names.len() >= self.limits.names_max => {
                return Err(Error::Names { max: self.limits.names_max as u64 });
            }
            None => self.free_slots.last().copied().unwrap_or(self.names.len() + self.free_slots.len()),
        };
        let max = self.limits.bytes_max as u64;
        let (offset, end) =
            self.heap.find(bytes).ok_or(Error::Exhausted { limit: "board_namespace_bytes_max", max })?;
        self.grow(end)?;
        self.heap.take(offset, bytes);
        (self.version, self.stamp) = (value.version, self.stamp + 1);
        write(offset, name, &value, &parts, &self.memory);
        SlotAt(HEADER_BYTES / WORD + slot * SLOT_WORDS).publish(
            hash(name),
            Place::new(offset, self.stamp),
            &self.memory,
        );
        let version = value.version;
        if let Some(old) = self.names.insert(name.into(), Posted { slot, offset, bytes, value }) {
            self.heap.give_back(old.offset, old.bytes);
        } else if self.free_slots.pop().is_none() {
            self.memory.store(header::SLOTS_USED, slot as u64 + 1, Release);
        }
        self.changed();
        Ok(version)
    }

    /// Deletes a value; whether there was one.
    pub fn delete(&mut self, name: &str) -> bool {
        let Some(old) = self.names.remove(name) else { return false };
        SlotAt(HEADER_BYTES / WORD + old.slot * SLOT_WORDS).clear(&self.memory);
        self.free_slots.push(old.slot);
        self.heap.give_back(old.offset, old.bytes);
        self.changed();
        true
    }

    /// The value with its version, and where in its content each part is.
    fn laid_out<'a>(&self, new: NewValue<'a>) -> (BoardValue, Vec<(usize, &'a [u8])>) {
        let NewValue { content_type, labels, has_times, parts } = new;
        let is_columns = has_times || !labels.is_empty();
        let rows = if is_columns { parts.first().map_or(0, |part| part.len() / WORD) } else { 0 };
        let stride = column_stride(rows);
        let bytes = if is_columns { parts.len() * stride } else { parts.iter().map(|part| part.len()).sum() };
        let value = BoardValue {
            version: self.version + 1,
            time: now(),
            bytes,
            content_type: content_type.into(),
            labels,
            rows,
            has_times,
        };
        (value, parts.into_iter().enumerate().map(|(at, part)| (at * stride, part)).collect())
    }

    fn changed(&mut self) {
        self.changes += 1;
        self.memory.store(header::CHANGES, self.changes, Release);
    }

    /// Allocates the memory up to an offset, and counts it.
    fn grow(&mut self, end: usize) -> Result<(), Error> {
        let whole = (self.memory.len() * WORD) as u64;
        let wanted = (end as u64).next_multiple_of(STEP).min(whole);
        if wanted <= self.allocated {
            return Ok(());
        }
        let (more, max) = (wanted - self.allocated, self.limits.all_bytes_max);
        if self.limits.all_bytes.fetch_add(more, Relaxed) + more > max {
            self.limits.all_bytes.fetch_sub(more, Relaxed);
            return Err(Error::Exhausted { limit: LIMIT, max });
        }
        if let Some((file, path)) = &self.file
            && let Err(error) = allocate(file, path, self.allocated, more)
        {
            self.limits.all_bytes.fetch_sub(more, Relaxed);
            return Err(error);
        }
        self.allocated = wanted;
        self.memory.store(header::ALLOCATED, wanted, Release);
        Ok(())
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if self.allocated > 0 {
            self.memory.store(header::STATE, CLOSED, Release);
        }
        self.limits.all_bytes.fetch_sub(self.allocated, Relaxed);
        if let Some((_, path)) = &self.file
            && let Err(error) = fs::remove_file(path)
        {
            tracing::warn!(path = %path.display(), %error, "cannot remove a board");
        }
    }
}

/// Nanoseconds since the Unix epoch.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos() as i64)
}
