//! A test per indicator, by a harness of our own: what fails in one hides no other. Filters, `--list`, `--exact`, `--skip`
//! and `--test-threads` work as in other tests.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use atrad::indicator::{Indicator, registry};
use libtest_mimic::{Arguments, Failed, Trial};

/// The tests of one binary, in the order in which they start.
pub(crate) struct Trials {
    binary: &'static str,
    all: Vec<Trial>,
}

impl Trials {
    /// None yet; the names of all begin with that of the binary.
    pub(crate) fn of(binary: &'static str) -> Self {
        Self { binary, all: Vec::new() }
    }

    /// Adds a test that is about no single indicator.
    pub(crate) fn single(&mut self, name: &str, test: fn()) {
        self.add(name, test);
    }

    /// Adds a test of a law for every indicator.
    pub(crate) fn each(&mut self, law: &str, test: fn(&'static Indicator)) {
        self.each_of(law, registry::INDICATORS.iter().copied(), test);
    }

    /// Adds a test of a law for each of some indicators.
    pub(crate) fn each_of(
        &mut self,
        law: &str,
        indicators: impl IntoIterator<Item = &'static Indicator>,
        test: fn(&'static Indicator),
    ) {
        for indicator in indicators {
            self.add(&format!("{law}::{}", indicator.name), move || test(indicator));
        }
    }

    /// Adds a test for each indicator in a table of expressions; `complaints` says what is wrong with a row.
    pub(crate) fn table<R: Sync>(
        &mut self,
        group: &str,
        rows: &'static [R],
        text: fn(&R) -> &str,
        complaints: fn(&R) -> Vec<String>,
    ) {
        let mut indicators: Vec<&'static str> = rows.iter().map(|row| indicator_of(text(row))).collect();
        indicators.sort_unstable();
        indicators.dedup();
        for indicator in indicators {
            self.add(&format!("{group}::{indicator}"), move || {
                let asked = rows.iter().filter(|row| indicator_of(text(row)) == indicator);
                assert_none(&asked.flat_map(complaints).collect::<Vec<_>>());
            });
        }
    }

    /// Adds a test that each of some indicators has a test of its own.
    pub(crate) fn all_have_one(&mut self, indicators: impl IntoIterator<Item = &'static Indicator>) {
        let tested = |indicator: &&Indicator| {
            let end = format!("::{}", indicator.name);
            self.all.iter().any(|trial| trial.name().ends_with(&end))
        };
        let missing = indicators.into_iter().filter(|indicator| !tested(indicator));
        let missing: Vec<String> = missing.map(|indicator| format!("{} has no test", indicator.name)).collect();
        self.add("all_have_one", move || assert_none(&missing));
    }

    fn add(&mut self, name: &str, test: impl FnOnce() + Send + 'static) {
        self.all.push(Trial::test(format!("{}::{name}", self.binary), || outcome(test)));
    }

    /// Runs those that the command line selects.
    pub(crate) fn run(self) -> ExitCode {
        let mut names: Vec<&str> = self.all.iter().map(Trial::name).collect();
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "the name of a test selects one test: {twice:?}");
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if RUNS.get() {
                PANIC.set(Some(info.to_string()));
            } else {
                default(info);
            }
        }));
        libtest_mimic::run(&Arguments::from_args(), self.all).exit_code()
    }
}

thread_local! {
    /// Whether this thread runs a test; its panic is reported with the failures at the end.
    static RUNS: Cell<bool> = const { Cell::new(false) };
    /// Where the test of this thread panicked, and its message.
    static PANIC: Cell<Option<String>> = const { Cell::new(None) };
}

fn outcome(test: impl FnOnce()) -> Result<(), Failed> {
    RUNS.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(test));
    RUNS.set(false);
    outcome.map_err(|_| Failed::from(PANIC.take().expect("the hook was called")))
}

/// The indicator that an expression asks: its first word.
fn indicator_of(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().expect("a split has a first part")
}

/// Fails with all that is wrong.
#[track_caller]
pub(crate) fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
