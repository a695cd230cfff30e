//! The allocator of fuzz targets: counts the bytes of the thread that runs one, and refuses what is far beyond any
//! limit. A program that links this package has it; it does not count elsewhere.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::io::Write;

/// The most bytes of one allocation. More cannot be tried: the kernel may end the process.
const ALLOCATION_BYTES_MAX: usize = 4 << 30;

#[global_allocator]
static METER: Meter = Meter;

struct Meter;

thread_local! {
    static METERED: Cell<bool> = const { Cell::new(false) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    /// The input that is run, in hexadecimal.
    static INPUT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The most bytes that `work` held at a time. What other threads do on its behalf is not counted.
pub(crate) fn peak_bytes(input: &str, work: impl FnOnce()) -> usize {
    INPUT.with_borrow_mut(|text| {
        text.clear();
        text.push_str(input);
    });
    LIVE.set(0);
    PEAK.set(0);
    let _metered = Metered::begin();
    work();
    PEAK.get().unsigned_abs()
}

/// What `work` returns, and the most bytes that it held at a time beyond what was there before. In a target only.
pub fn metered<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let (before, highest) = (LIVE.get(), PEAK.get());
    PEAK.set(before);
    let found = work();
    let held = PEAK.get() - before;
    PEAK.set(PEAK.get().max(highest));
    (found, held.unsigned_abs())
}

/// Ends metering also when the work panics.
struct Metered;

impl Metered {
    fn begin() -> Self {
        METERED.set(true);
        Self
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        METERED.set(false);
    }
}

/// Counts bytes that come or go; `false` if they must not be given. A thread that ends counts no more.
fn count(bytes: isize) -> bool {
    if !METERED.try_with(Cell::get).unwrap_or(false) {
        return true;
    }
    let live = LIVE.get() + bytes;
    if bytes > ALLOCATION_BYTES_MAX as isize {
        tell(bytes);
        return false;
    }
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
    true
}

/// Without the capture of tests, and without an allocation: the process ends after this.
fn tell(bytes: isize) {
    METERED.set(false);
    INPUT.with_borrow(|input| {
        let _ = writeln!(std::io::stderr(), "one allocation of {bytes} bytes at ATRAD_FUZZ_INPUT={input}");
    });
}

// SAFETY: every call is passed on to the system's allocator, or refused by a null pointer, as the contract allows.
unsafe impl GlobalAlloc for Meter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `System`.
        if count(layout.size() as isize) { unsafe { System.alloc(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        if count(layout.size() as isize) { unsafe { System.alloc_zeroed(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !count(size as isize - layout.size() as isize) {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_that_of_the_work() {
        let peak = peak_bytes("", || {
            drop(std::hint::black_box(vec![0_u8; 1000]));
            let mut grown = std::hint::black_box(Vec::<u8>::with_capacity(10));
            grown.reserve_exact(5000);
        });
        assert!((5000..6000).contains(&peak), "{peak}");
        assert_eq!(peak_bytes("", || {}), 0);
    }

    #[test]
    fn a_part_is_metered_within_the_whole() {
        let whole = peak_bytes("", || {
            let before = std::hint::black_box(vec![0_u8; 9000]);
            let (_, held) = metered(|| drop(std::hint::black_box(vec![0_u8; 1000])));
            assert_eq!((held, before.len()), (1000, 9000));
            let (_, held) = metered(|| {});
            assert_eq!(held, 0);
        });
        assert_eq!(whole, 10_000);
    }

    #[test]
    fn what_is_absurd_is_refused() {
        let peak = peak_bytes("", || {
            assert!(Vec::<u8>::new().try_reserve_exact(ALLOCATION_BYTES_MAX + 1).is_err());
        });
        assert_eq!(peak, 0);
    }
}
