//! The laws every indicator keeps, over the whole registry: a test for each law and indicator.
//!
//! `cargo test --test laws -- prefix::ema` tests one law for the indicators whose names begin with `ema`.

mod common;

#[path = "laws/asked.rs"]
mod asked;
#[path = "laws/bits.rs"]
mod bits;
#[path = "laws/checkpoints.rs"]
mod checkpoints;
#[path = "laws/rest.rs"]
mod rest;
#[path = "laws/values.rs"]
mod values;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut trials = common::trials::Trials::of("laws");
    bits::add(&mut trials);
    checkpoints::add(&mut trials);
    rest::add(&mut trials);
    values::add(&mut trials);
    trials.run()
}
