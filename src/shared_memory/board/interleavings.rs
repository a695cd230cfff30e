//! Interleavings of the writer and readers of a board, explored by shuttle over a memory whose every access is a step.
//!
//! Shuttle shows all threads one order of accesses; that the fences suffice where machines show several is argued in `protocol`,
//! and tried by the tests of a server and a reader in two processes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use shuttle::sync::atomic::AtomicU64;
use shuttle::thread;

use super::layout::{ALIGNMENT, Place, header};
use super::memory::Memory;
use super::protocol::{BoardValue, Found, SlotAt, value_bytes, write};

/// A header with a slot, and the places of two values.
struct Board(Vec<AtomicU64>);

/// The slot, behind the word of the header that is read.
const SLOT: SlotAt = SlotAt(header::ALLOCATED + 1);

/// Where the values begin.
const HEAP: usize = 2 * ALIGNMENT;

impl Memory for Board {
    fn load(&self, word: usize, order: Ordering) -> Option<u64> {
        Some(self.0.get(word)?.load(order))
    }

    fn store(&self, word: usize, value: u64, order: Ordering) {
        self.0[word].store(value, order);
    }

    fn fence(&self, order: Ordering) {
        shuttle::sync::atomic::fence(order);
    }
}

fn post(board: &Board, offset: usize, version: u64) {
    let content = [version as u8; 8];
    let value = BoardValue { version, bytes: 8, ..BoardValue::default() };
    write(offset, "a", &value, &[(0, &content)], board);
    SLOT.publish(7, Place::new(offset, version), board);
}

/// A value that was read is one that was posted, as a whole, and never older than one that was read before.
fn torn(places: usize) {
    let bytes = value_bytes(1, 8);
    let board = Arc::new(Board((0..(HEAP + places * bytes) / 8).map(|_| AtomicU64::new(0)).collect()));
    board.0[header::ALLOCATED].store((HEAP + places * bytes) as u64, Ordering::Relaxed);
    post(&board, HEAP, 1);
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let board = Arc::clone(&board);
            thread::spawn(move || {
                let mut last = 0;
                for _ in 0..4 {
                    let mut content = Vec::new();
                    let read =
                        SLOT.read("a", &mut Vec::new(), &*board, |_, word| board.copy_out(word, 8, &mut content));
                    if let Found::Value((_, facts, ())) = read {
                        assert_eq!(content, [facts.version as u8; 8], "it is torn");
                        assert!(facts.version >= last, "{} after {last}", facts.version);
                        last = facts.version;
                    }
                }
            })
        })
        .collect();
    for version in 2..6 {
        post(&board, HEAP + (version as usize - 1) % places * bytes, version);
    }
    readers.into_iter().for_each(|reader| reader.join().expect("no panic"));
}

#[test]
fn no_value_is_torn() {
    shuttle::check_random(|| torn(2), 2000);
    shuttle::check_pct(|| torn(2), 2000, 3);
}

#[test]
fn the_model_finds_a_writer_that_reuses_memory_too_early() {
    // In a single place a value is overwritten while the slot still has it.
    let found = std::panic::catch_unwind(|| shuttle::check_random(|| torn(1), 2000));
    assert!(found.is_err());
}
