//! What fuzz targets share. A target is a unit test beside the parser that it tests:
//!
//! ```
//! fn parse(bytes: &[u8]) -> Result<&str, std::str::Utf8Error> {
//!     std::str::from_utf8(bytes)
//! }
//!
//! atrad_fuzz::check(200, 1 << 20, |input| {
//!     let bytes = input.edit(&[b"a valid file".to_vec()], &[b"\xff"]);
//!     let Ok(parsed) = parse(&bytes) else { return false };
//!     assert_eq!(parsed.as_bytes(), bytes, "what is read is what was written");
//!     true
//! });
//! ```
//!
//! Fuzzing finds what parsers do with damaged and hostile bytes: they must not panic, hang, or take memory without
//! bound. Random bytes seldom pass a parser's first check, so inputs are edits of valid files ([`Input`]).
//!
//! Three ways to run targets, over the same inputs:
//! - `cargo test` runs a fixed number of rounds by `proptest`, the same ones each time, and shrinks what fails.
//! - `ATRAD_FUZZ_SECONDS=60 cargo test fuzz` goes on with other inputs for so long per target.
//! - `fuzz/run` has them guided by coverage: libFuzzer inside the test binary.
//!
//! `ATRAD_FUZZ_INPUT=HEX cargo test NAME` runs one input, as a failure prints it. A target cannot pass by refusing
//! everything: among the rounds must be both inputs that the parser accepts and some that it refuses.

mod check;
#[cfg(fuzzing)]
mod guided;
mod input;
mod meter;
#[cfg(not(fuzzing))]
mod random;

pub use check::check;
pub use input::Input;
pub use meter::metered;

#[cfg(test)]
mod fuzz {
    use crate::Input;

    /// The texts of inputs are read as they are written.
    #[test]
    fn inputs() {
        let files = ["", "00", "2c40a000000330000000d80003dd5000"].map(|text| text.as_bytes().to_vec());
        crate::check(1000, 1 << 20, move |input| {
            let text = input.edit(&files, &["0", "+", "f"]);
            let Some(read) = std::str::from_utf8(&text).ok().and_then(Input::from_hex) else { return false };
            assert_eq!(Input::from_hex(&read.to_hex()), Some(read));
            true
        });
    }
}
