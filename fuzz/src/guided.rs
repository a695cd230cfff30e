//! libFuzzer inside a test: its driver runs on the thread of the test and ends the process.
//!
//! `libfuzzer-sys` and `cargo fuzz` make a program of each target, which sees only what a library makes public. Most
//! parsers here are private, and some belong to a program, so the test binary of the package is instrumented instead.

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_int};

// Links the library; nothing of its Rust side is called.
use libfuzzer_sys as _;

unsafe extern "C" {
    /// Parses the arguments, runs the target over the corpus and what it makes of it, and ends the process.
    fn LLVMFuzzerRunDriver(
        count: *mut c_int,
        arguments: *mut *mut *mut c_char,
        target: extern "C" fn(*const u8, usize) -> c_int,
    ) -> c_int;
}

thread_local! {
    static TARGET: RefCell<Option<Box<dyn Fn(&[u8])>>> = const { RefCell::new(None) };
}

/// Runs a target with the arguments of `ATRAD_FUZZ_ARGS`, separated by spaces.
pub(crate) fn run(target: impl Fn(&[u8]) + 'static) {
    TARGET.set(Some(Box::new(target)));
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        told(panic);
        // libFuzzer keeps the input of a process that is aborted.
        std::process::abort();
    }));
    let given = std::env::var("ATRAD_FUZZ_ARGS").unwrap_or_default();
    let texts = ["fuzz"].into_iter().chain(given.split_whitespace());
    let texts: Vec<CString> = texts.map(|text| CString::new(text).expect("variables hold no zeros")).collect();
    let mut arguments: Vec<*mut c_char> = texts.iter().map(|text| text.as_ptr().cast_mut()).collect();
    let mut count = arguments.len() as c_int;
    arguments.push(std::ptr::null_mut());
    let mut arguments = arguments.as_mut_ptr();
    // SAFETY: count and arguments are as those of a program, and live until the process ends.
    unsafe { LLVMFuzzerRunDriver(&raw mut count, &raw mut arguments, one) };
}

extern "C" fn one(bytes: *const u8, len: usize) -> c_int {
    // SAFETY: libFuzzer gives a range of bytes, which may be null when it is empty.
    let bytes = if len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(bytes, len) } };
    TARGET.with_borrow(|target| target.as_ref().expect("set before the driver runs")(bytes));
    0
}

/// What `libfuzzer-sys` calls when the driver is that of a program of its own; here it is not.
#[unsafe(no_mangle)]
#[expect(improper_ctypes_definitions, reason = "the signature is that of the crate, which is Rust on both sides")]
extern "C" fn rust_fuzzer_test_input(_bytes: &[u8]) -> c_int {
    -1
}
