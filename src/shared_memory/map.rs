//! Mapped files: the only module of this floor with `unsafe`.
#![allow(unsafe_code, reason = "mapping a file, atomic access to its words and file leases have no safe form")]

use std::fs::File;
use std::io;
use std::sync::atomic::AtomicU64;

#[cfg(feature = "server")]
use memmap2::MmapMut;
use memmap2::{MmapOptions, MmapRaw};

#[cfg(target_endian = "big")]
compile_error!("shared memory holds little-endian numbers");

/// The bytes of a word.
pub(super) const WORD: usize = 8;

/// A mapping as words that other processes read or write at the same time. There is no reference to plain bytes of it: every
/// access is atomic, which is what makes a race with another process defined.
#[derive(Debug)]
pub(super) struct Words(MmapRaw);

impl Words {
    /// Maps a file of the server for reading.
    pub(super) fn read_only(file: &File) -> io::Result<Self> {
        MmapOptions::new().map_raw_read_only(file).map(Self)
    }

    /// Maps a file for writing.
    #[cfg(feature = "server")]
    pub(super) fn writable(file: &File) -> io::Result<Self> {
        MmapRaw::map_raw(file).map(Self)
    }

    /// Memory of this process.
    #[cfg(feature = "server")]
    pub(super) fn private(bytes: usize) -> io::Result<Self> {
        MmapOptions::new().len(bytes).map_anon().map(|map| Self(map.into()))
    }

    /// The number of words.
    pub(super) fn len(&self) -> usize {
        self.0.len() / WORD
    }

    /// The words from `start` on.
    pub(super) fn part(&self, start: usize, len: usize) -> Option<&[AtomicU64]> {
        let end = start.checked_add(len)?;
        // SAFETY: the range lies within the mapping, which lives as long as `self` and begins at a page, so each word is
        // aligned. All access to the mapping in this process is by these atomics. In a read-only mapping they are only
        // loaded: the writer's methods exist only where it is writable, by the type that holds this one. The server does
        // not shorten the file, so that every page of it stays accessible.
        (end <= self.len())
            .then(|| unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(start * WORD).cast::<AtomicU64>(), len) })
    }
}

/// Maps a file that no other process can open yet.
#[cfg(feature = "server")]
pub(super) fn own(file: &File) -> io::Result<MmapMut> {
    // SAFETY: the file has no name that another user could open it by, and nobody has it open. It is not given away before the
    // mapping is dropped, and not shortened before. Its pages are allocated, so that an access cannot fail.
    unsafe { MmapOptions::new().populate().map_mut(file) }
}

/// `fcntl` command of Linux: the signal of a file, which the crate `libc` has no name for.
#[cfg(all(feature = "server", target_os = "linux"))]
const F_SETSIG: libc::c_int = 10;

/// Who has a file open, as a mapping does, too.
#[cfg(feature = "server")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Another open file description exists.
    Shared,
    /// Nobody else has it open, and it has this number of names by which somebody could.
    Sole { names: u64 },
    /// The kernel does not tell.
    Unknown,
}

/// Who has this file open: the kernel grants a lease for writing (`F_SETLEASE`) only to the single open file description there
/// is. While the lease is held nobody can open the file, so names that are counted then are all there can be.
#[cfg(all(feature = "server", target_os = "linux"))]
pub(super) fn usage(file: &File) -> Use {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::MetadataExt;
    let control = |command: libc::c_int, argument: libc::c_int| {
        // SAFETY: the descriptor is open, and the argument of these commands is a number.
        unsafe { libc::fcntl(file.as_raw_fd(), command, argument) }
    };
    // Whoever opens the file while the lease is held makes the kernel send a signal, which is SIGIO unless another is set, and
    // SIGIO ends the process. The owner of a file can give it another name, and do just that.
    if control(F_SETSIG, libc::SIGURG) != 0 {
        return Use::Unknown;
    }
    if control(libc::F_SETLEASE, libc::F_WRLCK) == 0 {
        let names = file.metadata().map_or(u64::MAX, |found| found.nlink());
        control(libc::F_SETLEASE, libc::F_UNLCK);
        return Use::Sole { names };
    }
    let is_shared = io::Error::last_os_error().raw_os_error() == Some(libc::EAGAIN);
    if is_shared { Use::Shared } else { Use::Unknown }
}

/// Elsewhere than on Linux it cannot be told.
#[cfg(all(feature = "server", not(target_os = "linux")))]
pub(super) fn usage(_: &File) -> Use {
    Use::Unknown
}
