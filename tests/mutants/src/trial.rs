//! Runs the tests, once without a mutant and then for each mutant those that reach it, those first that are quick and kill many.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};
use std::{fs, io};

/// The address space of a process: some mutants fill the memory.
const KIBIBYTES_MAX: u64 = 8 << 20;
/// Tests that together take so long run in one process, first; each further group takes twice as long.
const FIRST_GROUP: Duration = Duration::from_millis(300);

pub(crate) enum Outcome {
    Killed {
        by: String,
    },
    Timeout,
    Survived,
    /// No test gets there.
    Unreached,
}

struct Test {
    name: String,
    took: Duration,
    reached: BTreeSet<u32>,
    /// The number of mutants that it killed.
    kills: AtomicU32,
}

pub(crate) struct Trial {
    program: PathBuf,
    /// Where the tests run.
    folder: PathBuf,
    tests: Vec<Test>,
}

enum Ended {
    Passed,
    Failed(String),
    Late,
}

impl Trial {
    /// Runs every test whose name contains `only` and none of `skip` by itself, without a mutant. Those that take longer
    /// than `quick` seconds are left out.
    pub(crate) fn new(
        program: PathBuf,
        folder: PathBuf,
        (only, skip): (&str, &[String]),
        quick: f64,
    ) -> Result<Self, Box<dyn Error>> {
        let listed = Command::new(&program).args(["--list", "--format", "terse"]).current_dir(&folder).output()?;
        let listed = String::from_utf8(listed.stdout)?;
        let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
        let names = names.filter(|name| name.contains(only) && !skip.iter().any(|part| name.contains(part)));
        let (mut trial, record) = (Self { program, folder, tests: vec![] }, PathBuf::from("target/mutants/record"));
        let record = std::env::current_dir()?.join(record);
        for name in names {
            let _ = fs::remove_file(&record);
            let begun = Instant::now();
            let ended =
                trial.run(&[name], &[("MUTANT_RECORD", &record.to_string_lossy())], Duration::from_secs(300))?;
            let took = begun.elapsed();
            if !matches!(ended, Ended::Passed) {
                eprintln!("{name} does not pass without a mutant and is left out");
                continue;
            }
            let reached = fs::read_to_string(&record).unwrap_or_default();
            let reached: BTreeSet<u32> = reached.lines().filter_map(|id| id.parse().ok()).collect();
            if !reached.is_empty() && took.as_secs_f64() <= quick {
                trial.tests.push(Test { name: name.into(), took, reached, kills: AtomicU32::new(0) });
            }
        }
        let all: Duration = trial.tests.iter().map(|test| test.took).sum();
        eprintln!("{} tests reach a mutant, in {:.1} s", trial.tests.len(), all.as_secs_f64());
        Ok(trial)
    }

    /// What the tests say of a mutant. Quick ones and those that have killed many are asked first.
    pub(crate) fn of(&self, id: u32) -> Result<Outcome, io::Error> {
        let mut tests: Vec<_> = self.tests.iter().filter(|test| test.reached.contains(&id)).collect();
        tests.sort_by_cached_key(|test| test.took / (1 + test.kills.load(Relaxed)));
        let mut tests = tests.into_iter().peekable();
        if tests.peek().is_none() {
            return Ok(Outcome::Unreached);
        }
        let mut limit = FIRST_GROUP;
        while tests.peek().is_some() {
            let (mut names, mut took) = (Vec::new(), Duration::ZERO);
            while let Some(test) = tests.next_if(|test| names.is_empty() || took + test.took < limit) {
                names.push(&*test.name);
                took += test.took;
            }
            match self.twice(&names, id, took)? {
                Ended::Passed => limit *= 2,
                Ended::Late => return Ok(Outcome::Timeout),
                Ended::Failed(by) => {
                    let killers = self.tests.iter().filter(|test| test.name == by);
                    killers.for_each(|test| test.kills.store(1 + test.kills.load(Relaxed), Relaxed));
                    return Ok(Outcome::Killed { by });
                }
            }
        }
        Ok(Outcome::Survived)
    }

    /// Runs tests with a mutant; and once more those that are late, and by itself the one that fails: it may be because of
    /// the machine.
    fn twice(&self, tests: &[&str], id: u32, expected: Duration) -> io::Result<Ended> {
        let environment = [("MUTANT", &*id.to_string())];
        match self.run(tests, &environment, expected)? {
            Ended::Failed(by) if tests.contains(&&*by) => self.run(&[&by], &environment, expected),
            Ended::Late => self.run(tests, &environment, expected),
            other => Ok(other),
        }
    }

    /// Runs tests one after the other in a process that ends when it is far beyond the time they should take.
    fn run(&self, tests: &[&str], environment: &[(&str, &str)], expected: Duration) -> Result<Ended, io::Error> {
        let (processor, wall) = (expected.as_secs() * 4 + 5, expected.as_secs() * 6 + 8);
        let limits = format!(
            "ulimit -v {KIBIBYTES_MAX}; ulimit -c 0; ulimit -t {processor}; exec timeout -s KILL {wall} \"$@\""
        );
        let ended = Command::new("sh")
            .args(["-c", &limits, "sh"])
            .arg(&self.program)
            .args(["--test-threads", "1", "--exact"])
            .args(tests)
            .current_dir(&self.folder)
            .envs(environment.iter().copied().collect::<BTreeMap<_, _>>())
            .output()?;
        if ended.status.success() {
            return Ok(Ended::Passed);
        }
        // Of `timeout` itself, or of the limit of the processor.
        let signal = ended.status.signal().or(ended.status.code().map(|code| code - 128));
        if matches!(signal, Some(9 | 24)) {
            return Ok(Ended::Late);
        }
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        let failed = said.lines().find_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
        Ok(Ended::Failed(failed.map_or_else(|| format!("a crash ({})", ended.status), str::to_owned)))
    }
}
