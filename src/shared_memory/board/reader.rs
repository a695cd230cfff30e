//! The reader of a board, in any process of the machine.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use super::layout::{FORMAT, MAGIC, OPEN, Place, SLOT_WORDS, hash, header};
use super::memory::Memory;
use super::protocol::{BoardValue, Found, SlotAt};
use crate::shared_memory::Error;
use crate::shared_memory::map::{WORD, Words};

/// The attempts to read a value that is replaced meanwhile.
const ATTEMPTS_MAX: u32 = 1000;

/// Attempts after which a reader lets other threads run between two.
const SPINS: u32 = 20;

/// The age of a heartbeat in nanoseconds from which on it is looked whether the server still holds its lock.
const HEARTBEAT_AGE: u64 = 2_000_000_000;

/// A board of a server, read from mapped memory without a call. `MapBoard` of `BoardService` tells its file.
#[derive(Debug)]
pub struct BoardReader {
    memory: Words,
    file: File,
    path: PathBuf,
    slots_at: usize,
    slots: usize,
}

/// Where the value of a name is; found once, it makes reading as fast as it gets, whatever happens to the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    name: Box<str>,
    hash: u64,
    at: Option<SlotAt>,
}

/// A value in the memory of the board, without a copy. It may be replaced while it is used: ask [`Self::is_current`] afterwards,
/// and count what was read only if it still is.
#[derive(Debug)]
pub struct BoardView<'a> {
    /// The value.
    pub value: BoardValue,
    words: &'a [AtomicU64],
    slot: SlotAt,
    place: Place,
    memory: &'a Words,
}

impl BoardReader {
    /// Maps the board in a file, as `MapBoard` names it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Io { path: path.into(), source };
        let file = File::open(path).map_err(failed)?;
        let memory = Words::read_only(&file).map_err(failed)?;
        let wrong = |problem: String| Err(Error::Format { path: path.into(), problem });
        let word = |at| memory.load(at, Acquire).unwrap_or(0);
        if word(header::MAGIC) != MAGIC {
            return wrong("it does not begin with ATRDBRD1".into());
        }
        if word(header::FORMAT) != FORMAT {
            return wrong(format!("it has format {}, this reader knows {FORMAT}", word(header::FORMAT)));
        }
        let (bytes, slots_at, slots) =
            (word(header::FILE_BYTES), word(header::SLOTS_AT) as usize / WORD, word(header::SLOTS) as usize);
        let is_whole = slots.checked_mul(SLOT_WORDS).is_some_and(|words| memory.part(slots_at, words).is_some());
        if bytes / WORD as u64 != memory.len() as u64 || !is_whole {
            return wrong(format!("it has {} bytes, its header tells of {bytes}", memory.len() * WORD));
        }
        Ok(Self { memory, file, path: path.into(), slots_at, slots })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The random number of this board: another server, or the same one restarted, has another.
    pub fn generation(&self) -> u64 {
        self.memory.load(header::GENERATION, Relaxed).unwrap_or(0)
    }

    /// The number of changes of the board so far: as long as it stays, no value has changed.
    pub fn changes(&self) -> u64 {
        self.memory.load(header::CHANGES, Acquire).unwrap_or(0)
    }

    /// An error if the server of the board has gone.
    pub fn check(&self) -> Result<(), Error> {
        if self.memory.load(header::STATE, Relaxed) != Some(OPEN) {
            return Err(Error::Gone);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos() as u64);
        let beat = self.memory.load(header::HEARTBEAT, Relaxed).unwrap_or(0);
        if now.abs_diff(beat) < HEARTBEAT_AGE {
            return Ok(());
        }
        // It was killed, is stopped or slow, or a clock was set. Only its lock tells, which ends with the process.
        match self.file.try_lock_shared() {
            Ok(()) => {
                let _ = self.file.unlock();
                Err(Error::Gone)
            }
            Err(_) => Ok(()),
        }
    }

    /// The place of a name, whether or not it has a value now.
    pub fn slot(&self, name: &str) -> Slot {
        let mut slot = Slot { name: name.into(), hash: hash(name), at: None };
        slot.at = self.find(&slot, &mut Vec::new());
        slot
    }

    /// Reads the value of a name into `content`; `None` if it has none. The content of columns has them at multiples of
    /// [`BoardValue::stride`].
    pub fn read(&self, slot: &mut Slot, content: &mut Vec<u8>) -> Result<Option<BoardValue>, Error> {
        let memory = &self.memory;
        let mut texts = Vec::new();
        let read = self.attempt(slot, &mut texts, |word, bytes| memory.copy_out(word, bytes, content))?;
        Ok(read.map(|(value, ..)| value))
    }

    /// The value of a name where it is; `None` if it has none.
    pub fn view(&self, slot: &mut Slot) -> Result<Option<BoardView<'_>>, Error> {
        let memory = &self.memory;
        let mut texts = Vec::new();
        let seen = self.attempt(slot, &mut texts, |word, bytes| memory.part(word, bytes.div_ceil(WORD)))?;
        Ok(seen.map(|(value, slot, place, words)| BoardView { value, words, slot, place, memory }))
    }

    fn attempt<T>(
        &self,
        slot: &mut Slot,
        texts: &mut Vec<u8>,
        mut take: impl FnMut(usize, usize) -> Option<T>,
    ) -> Result<Option<(BoardValue, SlotAt, Place, T)>, Error> {
        self.check()?;
        let mut attempts = 0;
        while attempts < ATTEMPTS_MAX {
            let Some(at) = slot.at.filter(|at| at.hash(&self.memory) == slot.hash).or_else(|| self.find(slot, texts))
            else {
                slot.at = None;
                return Ok(None);
            };
            slot.at = Some(at);
            match at.read(&slot.name, texts, &self.memory, |facts, word| take(word, facts.bytes)) {
                Found::Value((place, facts, taken)) => return Ok(Some((facts.value(texts), at, place, taken))),
                Found::Other => slot.at = None,
                Found::Torn => {}
            }
            attempts += 1;
            if attempts < SPINS { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
        Err(Error::Busy { attempts })
    }

    /// The slot with the value of a name. If there is none, the name had no value at some moment of the search: a value never
    /// moves to another slot while it is there.
    fn find(&self, wanted: &Slot, texts: &mut Vec<u8>) -> Option<SlotAt> {
        let used = self.memory.load(header::SLOTS_USED, Acquire).unwrap_or(0) as usize;
        let slots = (0..used.min(self.slots)).map(|slot| SlotAt(self.slots_at + slot * SLOT_WORDS));
        let mut same = slots.filter(|slot| slot.hash(&self.memory) == wanted.hash);
        same.find(|slot| {
            // Torn: it is read again by whoever wants its value.
            !matches!(slot.read(&wanted.name, texts, &self.memory, |_, _| Some(())), Found::Other)
        })
    }
}

impl BoardView<'_> {
    /// Whether the value is still the current one, so that what was read of it before counts.
    pub fn is_current(&self) -> bool {
        self.slot.still_has(self.place, self.memory)
    }

    /// A word of the content, as in a column: the bits of a float64 or an int64.
    pub fn word(&self, index: usize) -> Option<u64> {
        self.words.get(index).map(|word| word.load(Relaxed))
    }

    /// The numbers of a column, counted from 0 with that of the times. `None` if there is no such column.
    pub fn column(&self, column: usize) -> Option<impl Iterator<Item = f64>> {
        let start = column * self.value.stride() / WORD;
        let words = self.words.get(start..start + self.value.rows).filter(|_| column < self.value.columns())?;
        Some(words.iter().map(|word| f64::from_bits(word.load(Relaxed))))
    }
}
