//! Checks a target: one input within its limits, and many.

use crate::Input;
use crate::meter::peak_bytes;
#[cfg(not(fuzzing))]
use crate::random::run;

/// Runs one input: whether it was accepted. Panics if the target does, or if it held more than `bytes_max` at a time.
pub(crate) fn one(input: &Input, bytes_max: usize, target: &impl Fn(&Input) -> bool) -> bool {
    let mut accepted = false;
    let peak = peak_bytes(&input.to_hex(), || accepted = target(input));
    assert!(peak <= bytes_max, "{input:?} held {peak} bytes, at most {bytes_max} are allowed");
    accepted
}

/// Runs a target: for `rounds`, the same each time; or for `ATRAD_FUZZ_SECONDS` with other inputs; or with the one input
/// of `ATRAD_FUZZ_INPUT`. It may allocate up to `bytes_max` at a time. It returns whether the parser accepted the input,
/// and panics at a fault.
pub fn check(rounds: u32, bytes_max: usize, target: impl Fn(&Input) -> bool + 'static) {
    // What is made at the first use only is not of the input.
    target(&Input::new(0, 0, vec![]));
    if let Ok(text) = std::env::var("ATRAD_FUZZ_INPUT") {
        one(&Input::from_hex(&text).expect("ATRAD_FUZZ_INPUT is hexadecimal"), bytes_max, &target);
        return;
    }
    run(rounds, bytes_max, target);
}

/// For as long as the arguments of libFuzzer say.
#[cfg(fuzzing)]
fn run(_rounds: u32, bytes_max: usize, target: impl Fn(&Input) -> bool + 'static) {
    crate::guided::run(move |bytes| {
        one(&Input::read(bytes), bytes_max, &target);
    });
}
