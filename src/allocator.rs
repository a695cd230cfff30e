//! The allocator of the process: mimalloc. Memory is often freed by another thread than the one that allocated it, and
//! this allocator handles that well. Tests have one that counts.
#![cfg_attr(not(test), allow(unsafe_code, reason = "an option of the allocator is set by a function of C"))]

/// Gives memory back to the system when it has been free for a moment. At once would cost more than the work: every large answer
/// and every batch of bars would fault its pages in again. By itself the allocator gives back at a later call only: a server
/// that is idle after many large answers would keep them for ever. So a thread calls.
pub(crate) fn give_back_when_idle() -> std::io::Result<()> {
    #[cfg(not(test))]
    {
        use std::thread;
        use std::time::Duration;

        real::mi_option_set_default(real::PURGE_DELAY, real::MILLISECONDS.into());
        thread::Builder::new().name("allocator".into()).spawn(|| {
            loop {
                thread::sleep(Duration::from_millis(real::MILLISECONDS.into()));
                real::mi_collect(false);
            }
        })?;
    }
    Ok(())
}

#[cfg(not(test))]
mod real {
    use std::ffi::{c_int, c_long};

    #[global_allocator]
    static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

    /// `mi_option_purge_delay` in `mimalloc.h`: for how many milliseconds free memory stays with the process.
    pub(super) const PURGE_DELAY: c_int = 15;

    /// Longer than calls of one client are apart.
    pub(super) const MILLISECONDS: u16 = 250;

    unsafe extern "C" {
        /// Sets an option, unless a variable such as `MIMALLOC_PURGE_DELAY` does.
        pub(super) safe fn mi_option_set_default(option: c_int, value: c_long);
        /// Gives back what has been free for long enough; all that is free if forced.
        pub(super) safe fn mi_collect(is_forced: bool);
    }
}
