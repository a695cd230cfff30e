//! Memory-mapped price files: the only module of this floor with `unsafe`. Does not interpret the bytes.
#![allow(unsafe_code, reason = "mapping a file, viewing its bytes as numbers and a signal have no safe form")]

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use memmap2::{Mmap, MmapOptions};

#[cfg(target_endian = "big")]
compile_error!("price files are mapped as little-endian numbers");

/// Opens a regular file. To open a pipe would be to wait until somebody writes to it.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// The first bytes of a file, mapped read-only. They stay readable when the file is renamed or removed.
#[derive(Debug)]
pub(super) struct Map(Mmap);

impl Map {
    /// Maps exactly `length` bytes of a file that is at least that long.
    pub(super) fn new(file: &File, length: usize) -> io::Result<Self> {
        // SAFETY: the file lies in a folder that one server owns and locks, is published without write permission, and
        // is never truncated or changed afterwards.
        unsafe { MmapOptions::new().len(length).map(file) }.map(Self)
    }

    /// All bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads a byte range into memory, and fails where the disk cannot give it. To access such bytes would be SIGBUS, the
    /// end of the process. The kernel can still drop what was read and fail to read it again; that ends the process, and
    /// this finds it after the restart.
    pub(super) fn load(&self, bytes: Range<usize>) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Err(error) = self.0.advise_range(memmap2::Advice::PopulateRead, bytes.start, bytes.len())
            && matches!(error.raw_os_error(), Some(libc::EFAULT | libc::EHWPOISON | libc::EIO))
        {
            return Err(error);
        }
        // A kernel older than 5.14 does not know how: the bytes are read by their first access.
        Ok(())
    }

    /// A byte range as values.
    pub(super) fn values(&self, bytes: Range<usize>) -> &[f64] {
        words(&self.0[bytes])
    }

    /// A byte range as times.
    pub(super) fn times(&self, bytes: Range<usize>) -> &[i64] {
        words(&self.0[bytes])
    }
}

/// The message printed when mapped bytes are gone. The next start checks the length of every price file, and every first
/// read of a block whether it can be read.
const LOST: &str = "atrad: a mapped file was cut short or cannot be read (SIGBUS), so the server ends; \
    start it again: requests that need the price file fail with DATA_LOSS, which names it\n";

/// Installs a `SIGBUS` handler: if mapped bytes are gone (file truncated by someone else, or an unreadable disk), the
/// process prints a message and exits with code 1. Acknowledged data is safe, as after a kill. For programs, not
/// libraries: it replaces any other handler of `SIGBUS`.
pub fn end_on_lost_bytes() {
    extern "C" fn end(_signal: libc::c_int) {
        // SAFETY: both calls are async-signal-safe, and the text is static.
        unsafe {
            libc::write(libc::STDERR_FILENO, LOST.as_ptr().cast(), LOST.len());
            libc::_exit(1);
        }
    }
    // SAFETY: the handler touches no memory but a constant and never returns.
    unsafe { libc::signal(libc::SIGBUS, end as extern "C" fn(libc::c_int) as libc::sighandler_t) };
}

/// A number for which every pattern of 8 bytes is valid.
trait Word {}
impl Word for f64 {}
impl Word for i64 {}

fn words<T: Word>(bytes: &[u8]) -> &[T] {
    // SAFETY: every bit pattern is a valid `Word`, and `align_to` returns only whole, aligned ones.
    let (before, words, after) = unsafe { bytes.align_to::<T>() };
    assert!(before.is_empty() && after.is_empty(), "payloads are aligned and whole");
    words
}
