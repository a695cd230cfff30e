//! Which mutant is on: this becomes the module `mutant` of the program under test.

use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const IDS_MAX: usize = 16_384;
static ACTIVE: LazyLock<u32> = LazyLock::new(|| std::env::var("MUTANT").map_or(0, |id| id.parse().unwrap()));
static RECORD: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("MUTANT_RECORD").ok());
static SEEN: [AtomicU64; IDS_MAX / 64] = [const { AtomicU64::new(0) }; IDS_MAX / 64];

/// Whether the program runs as this mutant.
#[inline]
pub fn m(id: u32) -> bool {
    if let Some(path) = &*RECORD {
        see(path, id);
    }
    *ACTIVE == id
}

/// Writes down that a test got here, at once: a test may end its process by a signal.
#[cold]
fn see(path: &str, id: u32) {
    let (word, bit) = (&SEEN[id as usize / 64], 1 << (id % 64));
    if word.fetch_or(bit, Relaxed) & bit == 0 {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        let _ = file.unwrap().write_all(format!("{id}\n").as_bytes());
    }
}
