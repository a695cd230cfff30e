//! The allocator of the process: mimalloc. Memory is often freed by another thread than the one that allocated it, and
//! this allocator handles that well. Tests have one that counts.
#![cfg_attr(not(test), allow(unsafe_code, reason = "an option of the allocator is set by a function of C"))]

/// Gives free memory back to the system at once. With a delay, the allocator does so at a later call only: a server that
/// is idle after many large answers would keep them for ever.
pub(crate) fn give_back_at_once() {
    #[cfg(not(test))]
    real::mi_option_set_default(real::PURGE_DELAY, 0);
}

#[cfg(not(test))]
mod real {
    use std::ffi::{c_int, c_long};

    #[global_allocator]
    static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

    /// `mi_option_purge_delay` in `mimalloc.h`: for how many milliseconds free memory stays with the process.
    pub(super) const PURGE_DELAY: c_int = 15;

    unsafe extern "C" {
        /// Sets an option, unless a variable such as `MIMALLOC_PURGE_DELAY` does.
        pub(super) safe fn mi_option_set_default(option: c_int, value: c_long);
    }
}
