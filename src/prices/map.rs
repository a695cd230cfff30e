//! A price file as memory: the only place of this floor with `unsafe`. Knows nothing of what the bytes mean.
#![allow(unsafe_code, reason = "mapping a file, viewing its bytes as numbers and a signal have no safe form")]

use std::fs::File;
use std::io;
use std::ops::Range;

use memmap2::{Mmap, MmapOptions};

#[cfg(target_endian = "big")]
compile_error!("price files are mapped as little-endian numbers");

/// The first bytes of a file, mapped for reading. They stay readable when the file is renamed or removed.
#[derive(Debug)]
pub(super) struct Map(Mmap);

impl Map {
    /// Maps exactly `length` bytes of a file that is at least so long.
    pub(super) fn new(file: &File, length: usize) -> io::Result<Self> {
        // SAFETY: the file lies in a folder that one server owns and locks, is published without write permission, and
        // is never truncated or changed afterwards.
        unsafe { MmapOptions::new().len(length).map(file) }.map(Self)
    }

    /// All bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Some bytes as values.
    pub(super) fn values(&self, bytes: Range<usize>) -> &[f64] {
        words(&self.0[bytes])
    }

    /// Some bytes as times.
    pub(super) fn times(&self, bytes: Range<usize>) -> &[i64] {
        words(&self.0[bytes])
    }
}

/// What is said when bytes of a map are gone. The next start checks the length of every price file.
const LOST: &str = "atrad: a mapped file was cut short or cannot be read (SIGBUS), so the server ends; \
    start it again: it names the price file and sets it aside\n";

/// From now on the process says so and ends with code 1 when bytes of a map are gone, because somebody else cut the file
/// short or the disk cannot read it. What was acknowledged is kept, as after a kill. For programs, not for libraries: it
/// takes the place of any other handler of `SIGBUS`.
pub fn end_on_lost_bytes() {
    extern "C" fn end(_signal: libc::c_int) {
        // SAFETY: both may be called in a handler of signals, and the text lives for ever.
        unsafe {
            libc::write(libc::STDERR_FILENO, LOST.as_ptr().cast(), LOST.len());
            libc::_exit(1);
        }
    }
    // SAFETY: the handler touches no memory but a constant and never returns.
    unsafe { libc::signal(libc::SIGBUS, end as extern "C" fn(libc::c_int) as libc::sighandler_t) };
}

/// A number of which every pattern of 8 bytes is one.
trait Word {}
impl Word for f64 {}
impl Word for i64 {}

fn words<T: Word>(bytes: &[u8]) -> &[T] {
    // SAFETY: every pattern of bits is a valid `Word`, and `align_to` gives only aligned, whole ones.
    let (before, words, after) = unsafe { bytes.align_to::<T>() };
    assert!(before.is_empty() && after.is_empty(), "payloads are aligned and whole");
    words
}
