//! Runs a target over random edits: the same ones each time, or others for long.

use std::cell::Cell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::Input;
use crate::check::one;

/// An input that takes longer hangs. Far above what any takes, as machines are slow at times.
const HANG: Duration = Duration::from_secs(60);

/// The most edits of an input in rounds; more make a file that no parser gets far into.
const EDITS_MAX: usize = 8;

/// Runs a target for `rounds`, the same each time, or for `ATRAD_FUZZ_SECONDS` with other inputs.
pub(crate) fn run(rounds: u32, bytes_max: usize, target: impl Fn(&Input) -> bool) {
    let seconds = std::env::var("ATRAD_FUZZ_SECONDS").map(|text| text.parse().expect("ATRAD_FUZZ_SECONDS is a number"));
    let end = seconds.ok().map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let (accepted, refused) = (Cell::new(0_u64), Cell::new(0_u64));
    let watch = watch();
    let run = |input: Input| {
        watch.send(Some(input.to_hex())).expect("the watch does not end");
        let outcome = catch_unwind(AssertUnwindSafe(|| one(&input, bytes_max, &target)));
        watch.send(None).expect("the watch does not end");
        let count = if outcome.unwrap_or_else(|panic| resume_unwind(panic)) { &accepted } else { &refused };
        count.set(count.get() + 1);
    };
    for seed in first_seed(end.is_some()).. {
        runner(rounds, seed)
            .run(&inputs(), |input| {
                run(input);
                Ok(())
            })
            .unwrap_or_else(|failure| panic!("{failure}"));
        if end.is_none_or(|end| Instant::now() >= end) {
            break;
        }
    }
    let (accepted, refused) = (accepted.get(), refused.get());
    println!("{accepted} accepted, {refused} refused");
    let few = u64::from(rounds / 200);
    assert!(accepted > few && refused > few, "only {accepted} inputs were accepted and {refused} refused");
}

/// Rounds are the same each time; long runs are not.
fn first_seed(is_long: bool) -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    if is_long { now.as_secs() << 20 } else { 0 }
}

fn runner(rounds: u32, seed: u64) -> TestRunner {
    let defaults = Config { failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..Config::default() };
    TestRunner::new(Config { cases: rounds, max_shrink_iters: 4096, ..defaults })
}

fn inputs() -> impl Strategy<Value = Input> {
    (any::<u8>(), any::<u8>(), proptest::collection::vec(any::<[u8; 8]>(), 0..=EDITS_MAX))
        .prop_map(|(file, choice, edits)| Input::new(file, choice, edits))
}

/// A thread that ends the process when an input hangs. It is told the input that begins, and `None` when it ends.
fn watch() -> Sender<Option<String>> {
    let (sender, told) = channel::<Option<String>>();
    thread::spawn(move || {
        let mut running: Option<String> = None;
        loop {
            let next = match &running {
                Some(_) => told.recv_timeout(HANG),
                None => told.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(next) => running = next,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let input = running.unwrap_or_default();
                    // Not captured, as the process ends.
                    let _ = writeln!(std::io::stderr(), "ATRAD_FUZZ_INPUT={input} hangs: {HANG:?} have passed");
                    std::process::abort();
                }
            }
        }
    });
    sender
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;

    fn failure(target: impl Fn(&Input) -> bool + 'static) -> String {
        let outcome = catch_unwind(AssertUnwindSafe(|| check(300, 1 << 20, target)));
        *outcome.expect_err("fails").downcast::<String>().expect("a message")
    }

    #[test]
    fn faults_are_found_and_told_with_the_least_input() {
        let text = failure(|input| {
            let edited = input.edit(&[vec![0; 100]], &["x"]);
            assert!(edited.len() <= 100, "grown");
            edited[..] != [0; 100]
        });
        assert!(text.contains("grown") && text.contains("minimal failing input: ATRAD_FUZZ_INPUT="), "{text}");
        let hex = text.split("ATRAD_FUZZ_INPUT=").nth(1).and_then(|rest| rest.split_whitespace().next());
        let input = hex.and_then(Input::from_hex).expect("an input");
        assert_eq!(input.bytes().count(), 2 + 8, "one edit is enough: {input:?}");
    }

    #[test]
    fn memory_is_limited() {
        let text = failure(|input| std::hint::black_box(vec![0_u8; 1 << (18 + input.choice % 4)]).len() < 1 << 19);
        assert!(text.contains("1048576 are allowed"), "{text}");
    }

    #[test]
    fn a_target_that_accepts_nothing_tests_nothing() {
        assert!(failure(|_| false).contains("only 0 inputs were accepted"));
        assert!(failure(|_| true).contains("and 0 refused"));
    }
}
