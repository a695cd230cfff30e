//! Mutation tests: `cargo run -p atrad-mutants -- src/app/write`.
//!
//! All mutants of some files are compiled into one program, and a variable of the environment chooses one as it runs (mutant
//! schemata: Untch, Offutt, Harrold, "Mutation analysis using mutant schemata", ISSTA 1993). docs/mutants.md says more.

mod render;
mod sites;
mod tree;
mod trial;
mod values;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use tree::{Mutant, Tree};
use trial::{Outcome, Trial};

const HELP: &str = "Usage: cargo run -p atrad-mutants -- [OPTIONS] PATH...

Runs the unit tests of a package against mutants of its files. PATH is a file or a folder of the repository, as src/app/write.
A line for each mutant is added to target/mutants/results.tsv; mutants that are there already are not run again.

  --only TEXT  only tests whose names contain this
  --skip TEXT  no tests whose names contain this; may be repeated
  --sample N   at most N mutants that have not run yet
  --quick S    no tests that take longer than S seconds
  --jobs N     run N mutants at a time, instead of one
  --survivors  those that survived before as well
  --list       lists the mutants and runs nothing";

#[derive(Default)]
struct Options {
    paths: Vec<String>,
    only: String,
    skip: Vec<String>,
    sample: Option<usize>,
    quick: Option<f64>,
    jobs: Option<usize>,
    survivors: bool,
    list: bool,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let (mut options, mut arguments) = (Options::default(), std::env::args().skip(1));
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match &*argument {
            "--only" => options.only = value()?,
            "--skip" => options.skip.push(value()?),
            "--sample" => options.sample = Some(value()?.parse()?),
            "--quick" => options.quick = Some(value()?.parse()?),
            "--jobs" => options.jobs = Some(value()?.parse()?),
            "--survivors" => options.survivors = true,
            "--list" => options.list = true,
            _ if argument.starts_with('-') => return Err(HELP.into()),
            _ => options.paths.push(argument),
        }
    }
    if options.paths.is_empty() { Err(HELP.into()) } else { Ok(options) }
}

/// The last outcome of each mutant that has run, by its text.
fn earlier(results: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(results).unwrap_or_default();
    let parts = text.lines().filter_map(|line| {
        let (outcome, rest) = line.split_once('\t')?;
        Some((rest.split_once('\t')?.1.to_owned(), outcome.to_owned()))
    });
    parts.collect()
}

/// In an order that looks random and is always the same, so that those that were run are a sample over every file.
fn shuffled(mut mutants: Vec<Mutant>) -> Vec<Mutant> {
    mutants.sort_by_key(|mutant| u64::from(mutant.id).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mutants
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let root = std::env::current_dir()?;
    let mut tree = Tree::new(&root, &options.paths)?;
    if options.list {
        tree.mutants.iter().for_each(|mutant| println!("{}", mutant.text));
        return Ok(());
    }
    let results = root.join("target/mutants/results.tsv");
    let before = earlier(&results);
    let mut file = fs::OpenOptions::new().append(true).create(true).open(&results)?;
    let is_refused = |mutant: &&Mutant| before.get(&mutant.text).is_some_and(|outcome| outcome == "refused");
    tree.out = tree.mutants.iter().filter(is_refused).map(|mutant| mutant.id).collect();
    let program = tree.build()?;
    for mutant in tree.mutants.iter().filter(|mutant| tree.out.contains(&mutant.id)).filter(|one| !is_refused(one)) {
        writeln!(file, "refused\t\t{}", mutant.text)?;
    }
    let tests = (&*options.only, &*options.skip);
    let trial = Trial::new(program, tree.folder(), tests, options.quick.unwrap_or(f64::MAX))?;
    let missed = |outcome: &String| outcome == "survived" || outcome == "unreached";
    let asked = |mutant: &Mutant| match before.get(&mutant.text) {
        Some(outcome) => options.survivors && missed(outcome),
        None => true,
    };
    let mut mutants = shuffled(tree.mutants.clone());
    mutants.retain(|mutant| !tree.out.contains(&mutant.id) && asked(mutant));
    mutants.truncate(options.sample.unwrap_or(usize::MAX));
    let counts = Mutex::new(BTreeMap::<&str, usize>::from([("refused", tree.out.len())]));
    let next = Mutex::new(mutants.iter());
    let work = || -> io::Result<()> {
        // The lock ends with the line.
        let take = || next.lock().expect("no panic").next();
        while let Some(mutant) = take() {
            let (outcome, by) = match trial.of(mutant.id)? {
                Outcome::Killed { by } => ("killed", by),
                Outcome::Timeout => ("timeout", String::new()),
                Outcome::Survived => ("survived", String::new()),
                Outcome::Unreached => ("unreached", String::new()),
            };
            *counts.lock().expect("no panic").entry(outcome).or_default() += 1;
            (&file).write_all(format!("{outcome}\t{by}\t{}\n", mutant.text).as_bytes())?;
            if outcome != "killed" {
                println!("{outcome}\t{}", mutant.text);
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..options.jobs.unwrap_or(1)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
    })?;
    let counts = counts.into_inner().expect("no panic");
    println!("{} mutants: {counts:?}", tree.mutants.len());
    Ok(())
}

fn main() {
    if let Err(error) = options().and_then(|options| run(&options)) {
        eprintln!("{error}");
        std::process::exit(2);
    }
}
